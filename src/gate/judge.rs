//! Every gate on every series that it matches, and the build's verdict.

use super::{census, rule, unmatched, waiver};
use crate::config::{GatePlan, Rule, WaiverPlan};
use crate::model::{
    Better, Census, Comparison, Estimate, GateKind, Judgement, NoBaselineWhy, Reason, Run,
    SeriesId, SeriesRef, Unit, Verdict, Warning,
};
use std::collections::{BTreeMap, BTreeSet};

/// All that gates are judged on.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What was measured.
    pub run: &'a Run,
    /// The value of every measured series, with an interval where there is one.
    pub observed: &'a BTreeMap<SeriesId, Estimate>,
    /// The comparisons that could be made.
    pub comparisons: &'a [Comparison],
    /// Why the other series could not be compared, or not well enough to decide.
    pub undecided: &'a BTreeMap<SeriesId, Reason>,
    /// The same for the last release; `None` where there is nothing to be compared with it.
    pub release: Option<(&'a [Comparison], &'a BTreeMap<SeriesId, Reason>)>,
    /// The series that should have been measured: those of the newest baseline run.
    pub expected: &'a BTreeSet<SeriesId>,
}

/// What the gates decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Every decision, in gate order, then in run order.
    pub judgements: Vec<Judgement>,
    /// Every series, judged or not.
    pub census: Census,
    /// As [`verdict`] says.
    pub verdict: Verdict,
    /// Doubts about the policy.
    pub warnings: Vec<Warning>,
}

/// Applies every gate to every series that it matches.
pub fn judge<'a>(gates: &[GatePlan], waivers: &[WaiverPlan], evidence: &Evidence<'a>) -> Judged {
    let measured: Vec<SeriesRef<'_>> = evidence.run.series().collect();
    let measured_ids: BTreeSet<SeriesId> = measured.iter().map(|s| s.id.clone()).collect();
    let absent: Vec<&SeriesId> = evidence.expected.difference(&measured_ids).collect();
    let by_series = |comparisons: &'a [Comparison]| -> BTreeMap<&'a SeriesId, &'a Comparison> {
        comparisons.iter().map(|comparison| (&comparison.series, comparison)).collect()
    };
    let recent = by_series(evidence.comparisons);
    let since_release = by_series(evidence.release.map_or(&[], |(comparisons, _)| comparisons));

    let mut used = vec![false; waivers.len()];
    let mut judgements = Vec::new();
    for gate in gates {
        let before = judgements.len();
        let comparisons = match gate.rule {
            Rule::Creep { .. } => &since_release,
            Rule::Limit { .. } | Rule::Regression { .. } => &recent,
        };
        let matched = || measured.iter().filter(|s| gate.series.matches(&s.id.to_string()));
        for series in matched().filter(|series| !unmatched::under_counts(series)) {
            let comparison = comparisons.get(&series.id).copied();
            let ruling = rule_on(gate, series, comparison, evidence);
            judgements.push(judgement(gate, series, ruling, comparison, evidence));
        }
        for series in absent.iter().filter(|id| gate.series.matches(&id.to_string())) {
            judgements.push(without_data(gate, (*series).clone(), absence(series, evidence.run)));
        }
        if judgements.len() == before {
            let (series, ruling) = unmatched::ruling(gate, matched().next(), evidence);
            judgements.push(without_data(gate, series, ruling));
        }
        for judgement in &mut judgements[before..] {
            soften(
                gate,
                waivers,
                &mut used,
                comparisons.get(&judgement.series).copied(),
                judgement,
            );
        }
    }

    Judged {
        census: census::take(&measured, evidence.expected, &judgements),
        verdict: verdict(&judgements, evidence.run),
        warnings: waiver::unused(waivers, &used, &judgements),
        judgements,
    }
}

/// The verdict of a build: the worst of its judgements; at least `Error` when a target could not be
/// measured or nothing was judged, and at least `Inconclusive` when measuring was interrupted.
pub fn verdict(judgements: &[Judgement], run: &Run) -> Verdict {
    let unjudged = judgements.is_empty() || !run.failures.is_empty();
    let doubts =
        [unjudged.then_some(Verdict::Error), run.cut_short.then_some(Verdict::Inconclusive)];
    let worst = judgements.iter().map(|judgement| judgement.verdict);
    Verdict::worst(worst.chain(doubts.into_iter().flatten())).unwrap_or(Verdict::Error)
}

/// The ruling on a measured series, before waivers.
fn rule_on(
    gate: &GatePlan,
    series: &SeriesRef<'_>,
    comparison: Option<&Comparison>,
    evidence: &Evidence<'_>,
) -> rule::Ruling {
    if let Some(quantity) = rule::misfit(&gate.rule, &series.measurement.metric.unit) {
        return (Verdict::Error, Reason::WrongUnit { quantity: quantity.text.clone() });
    }
    // Validity is decided before any comparison: a load that its generator limited says nothing
    // of the service, in either direction.
    if let Some(validity) = &series.target.validity
        && !validity.broken.is_empty()
    {
        return (Verdict::Inconclusive, Reason::InvalidLoad { broken: validity.broken.clone() });
    }
    if series.target.cut_short {
        return (Verdict::Inconclusive, Reason::CutShort);
    }
    match &gate.rule {
        Rule::Limit { min, max } => match evidence.observed.get(&series.id) {
            Some(observed) => rule::limit(min.as_ref(), max.as_ref(), observed),
            None => (Verdict::Missing, Reason::Vanished),
        },
        Rule::Regression { max, floor, strict } => {
            let undecided = evidence.undecided.get(&series.id);
            change(undecided, comparison, |found| {
                rule::regression(*max, floor.as_ref(), *strict, found)
            })
        }
        Rule::Creep { max, floor, strict, .. } => {
            let undecided = evidence.release.and_then(|(_, undecided)| undecided.get(&series.id));
            change(undecided, comparison, |found| {
                rule::regression(*max, floor.as_ref(), *strict, found)
            })
        }
    }
}

/// The ruling on a change, where there is a comparison that decides.
fn change(
    undecided: Option<&Reason>,
    comparison: Option<&Comparison>,
    rule: impl Fn(&Comparison) -> rule::Ruling,
) -> rule::Ruling {
    match (undecided, comparison) {
        (Some(reason @ Reason::NoBaseline { .. }), _) => (Verdict::NoBaseline, reason.clone()),
        (Some(reason), _) => (Verdict::Inconclusive, reason.clone()),
        (None, Some(comparison)) => rule(comparison),
        (None, None) => {
            (Verdict::NoBaseline, Reason::NoBaseline { why: NoBaselineWhy::NotCompared })
        }
    }
}

fn judgement(
    gate: &GatePlan,
    series: &SeriesRef<'_>,
    (verdict, reason): rule::Ruling,
    comparison: Option<&Comparison>,
    evidence: &Evidence<'_>,
) -> Judgement {
    let observed = evidence.observed.get(&series.id).copied();
    let head = comparison.map(|c| Estimate { value: c.head.value, lo: None, hi: None });
    Judgement {
        gate: gate.number,
        kind: kind(gate),
        rule: rule::describe(&gate.rule),
        series: series.id.clone(),
        unit: Some(series.measurement.metric.unit.clone()),
        verdict,
        reason,
        observed: observed.or(head),
        waiver: None,
    }
}

fn without_data(gate: &GatePlan, series: SeriesId, (verdict, reason): rule::Ruling) -> Judgement {
    Judgement {
        gate: gate.number,
        kind: kind(gate),
        rule: rule::describe(&gate.rule),
        series,
        unit: None::<Unit>,
        verdict,
        reason,
        observed: None,
        waiver: None,
    }
}

fn kind(gate: &GatePlan) -> GateKind {
    match gate.rule {
        Rule::Limit { .. } => GateKind::Limit,
        Rule::Regression { .. } => GateKind::Regression,
        Rule::Creep { .. } => GateKind::Creep,
    }
}

/// Why an expected series is not there: its target failed, measuring was cut short, or it vanished.
fn absence(series: &SeriesId, run: &Run) -> rule::Ruling {
    let failure = run.failures.iter().find(|failure| series.is_from(&failure.target));
    match failure {
        Some(failure) => (Verdict::Error, Reason::MeasuringFailed { error: failure.error.clone() }),
        None if run.cut_short => (Verdict::Inconclusive, Reason::CutShort),
        None => (Verdict::Missing, Reason::Vanished),
    }
}

/// Applies waivers and `severity: warn` to a verdict that fails the build. A gate that matches nothing
/// is a fault of the policy, which nothing excuses.
fn soften(
    gate: &GatePlan,
    waivers: &[WaiverPlan],
    used: &mut [bool],
    comparison: Option<&Comparison>,
    judgement: &mut Judgement,
) {
    let worse = match gate.rule {
        Rule::Regression { .. } | Rule::Creep { .. } => comparison.and_then(|comparison| {
            let estimate = comparison.effect?.estimate;
            Some(match comparison.better {
                Better::Lower => estimate,
                Better::Higher => -estimate,
            })
        }),
        Rule::Limit { .. } => {
            judgement.observed.and_then(|observed| rule::excess(&gate.rule, &observed))
        }
    };
    if matches!(judgement.reason, Reason::MatchesNothing { .. }) {
        return;
    }
    let series = judgement.series.to_string();
    if let Some((index, waiver)) = waiver::excuse(waivers, &series, judgement.verdict, worse) {
        used[index] = true;
        judgement.verdict = Verdict::Warn;
        judgement.waiver = Some(waiver);
    } else if gate.warn_only && matches!(judgement.verdict, Verdict::Fail | Verdict::Missing) {
        judgement.verdict = Verdict::Warn;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Quantity, SeriesPattern};
    use crate::model::*;

    fn run(targets: Vec<Target>, failures: Vec<Failure>) -> Run {
        Run {
            format: RUN_FORMAT.into(),
            version: RUN_VERSION,
            id: uuid::Uuid::nil(),
            project: "p".into(),
            started: time::OffsetDateTime::UNIX_EPOCH,
            elapsed: 1.0,
            revision: Revision::default(),
            environment: Environment {
                cpu: "c".into(),
                cores: 1,
                arch: "a".into(),
                os: "o".into(),
                image: "i".into(),
                toolchain: String::new(),
            },
            noise: Noise::default(),
            targets,
            failures,
            cut_short: false,
            trusted: true,
            warnings: vec![],
        }
    }

    fn target(name: &str) -> Target {
        Target {
            name: name.into(),
            engine: Engine::Command,
            definition: String::new(),
            measurements: vec![Measurement {
                metric: Metric::lower("wall", Unit::Seconds),
                data: Data::Sample(Sample::of_processes([1.0]).unwrap()),
                quantum: 0.0,
            }],
            validity: None,
            elapsed: 1.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        }
    }

    fn gate(series: &str, rule: Rule) -> GatePlan {
        let series = SeriesPattern::new(series).unwrap();
        GatePlan { number: 1, line: 1, series, rule, warn_only: false }
    }

    fn at_most(value: f64, unit: Unit) -> Rule {
        let max = Quantity { value, unit: Some(unit), text: format!("{value}") };
        Rule::Limit { min: None, max: Some(max) }
    }

    fn id(target: &str) -> SeriesId {
        SeriesId { target: target.into(), metric: "wall".into(), statistic: None }
    }

    fn check(
        gates: &[GatePlan],
        run: &Run,
        expected: &[&str],
        verdict: Verdict,
        codes: &[&str],
    ) -> Judged {
        let observed =
            run.series().map(|s| (s.id, Estimate { value: 1.0, lo: None, hi: None })).collect();
        let expected = expected.iter().map(|target| id(target)).collect();
        let judged = judge(
            gates,
            &[],
            &Evidence {
                run,
                observed: &observed,
                comparisons: &[],
                undecided: &BTreeMap::new(),
                release: None,
                expected: &expected,
            },
        );
        assert_eq!(judged.verdict, verdict, "{judged:#?}");
        let found: Vec<_> = judged.judgements.iter().map(|j| j.reason.code()).collect();
        assert_eq!(found, codes);
        judged
    }

    #[test]
    fn a_vanished_series_fails() {
        let gates = [gate("*", at_most(2.0, Unit::Seconds))];
        let judged = check(
            &gates,
            &run(vec![target("a")], vec![]),
            &["a", "b"],
            Verdict::Missing,
            &["within-limit", "vanished"],
        );
        assert_eq!(
            (judged.census.expected, judged.census.measured, judged.census.judged),
            (2, 1, 1)
        );
    }

    #[test]
    fn a_gate_that_matches_nothing_is_not_a_pass() {
        let gates = [gate("b/wall", at_most(2.0, Unit::Seconds))];
        let judged = check(
            &gates,
            &run(vec![target("a")], vec![]),
            &[],
            Verdict::Missing,
            &["matches-nothing"],
        );
        assert_eq!(
            judged.judgements[0].reason,
            Reason::MatchesNothing { nearest: Some("a/wall".into()) }
        );
    }

    #[test]
    fn an_interrupted_run_is_not_a_pass() {
        let gates = [gate("a/*", at_most(2.0, Unit::Seconds))];
        let interrupted = Run { cut_short: true, ..run(vec![target("a")], vec![]) };
        check(&gates, &interrupted, &["a"], Verdict::Inconclusive, &["within-limit"]);
    }

    #[test]
    fn nothing_excuses_a_gate_that_matches_nothing() {
        let waiver = WaiverPlan {
            series: SeriesPattern::new("*").unwrap(),
            reason: "see #12".into(),
            ceiling: None,
            until: time::Date::MAX,
        };
        let gate = GatePlan { warn_only: true, ..gate("b/wall", at_most(2.0, Unit::Seconds)) };
        let (run, expected) = (run(vec![target("a")], vec![]), BTreeSet::from([id("gone")]));
        let evidence = Evidence {
            run: &run,
            observed: &BTreeMap::new(),
            comparisons: &[],
            undecided: &BTreeMap::new(),
            release: None,
            expected: &expected,
        };
        let judged = judge(&[gate], std::slice::from_ref(&waiver), &evidence);
        assert_eq!(judged.verdict, Verdict::Missing);
        // What vanished is excused, and still is a gap.
        let gates = [self::gate("gone/*", at_most(2.0, Unit::Seconds))];
        let judged = judge(&gates, &[waiver], &evidence);
        assert_eq!((judged.verdict, judged.census.judged), (Verdict::Warn, 0));
    }

    #[test]
    fn no_gate_at_all_is_not_a_pass() {
        check(&[], &run(vec![target("a")], vec![]), &[], Verdict::Error, &[]);
    }

    #[test]
    fn a_failed_target_is_an_error_even_where_no_gate_matches_it() {
        let failure =
            Failure { target: "b".into(), stage: Stage::Measure, error: "failed to run".into() };
        let run = run(vec![target("a")], vec![failure]);
        check(
            &[gate("a/*", at_most(2.0, Unit::Seconds))],
            &run,
            &[],
            Verdict::Error,
            &["within-limit"],
        );
        check(
            &[gate("b/*", at_most(2.0, Unit::Seconds))],
            &run,
            &["b"],
            Verdict::Error,
            &["measuring-failed"],
        );
    }

    #[test]
    fn an_invalid_load_is_inconclusive_whatever_its_numbers() {
        let mut load = target("a");
        load.validity = Some(Validity {
            asked_rate: 100.0,
            achieved_rate: 50.0,
            dropped: 0,
            lateness_p99: 0.0,
            lateness: None,
            generator_cpu: None,
            under_counts: false,
            broken: vec![ValidityFact::RateNotReached { asked: 100.0, achieved: 50.0 }],
        });
        check(
            &[gate("*", at_most(0.5, Unit::Seconds))],
            &run(vec![load], vec![]),
            &[],
            Verdict::Inconclusive,
            &["invalid-load"],
        );
    }

    #[test]
    fn latencies_of_a_closed_model_are_gated_only_where_that_is_allowed() {
        let users = |under_counts| {
            let mut load = target("a");
            load.measurements[0].metric.name = "latency".to_owned();
            load.validity = Some(Validity {
                asked_rate: 0.0,
                achieved_rate: 0.0,
                dropped: 0,
                lateness_p99: 0.0,
                lateness: None,
                generator_cpu: None,
                under_counts,
                broken: vec![],
            });
            load
        };
        let beyond = [gate("a/latency", at_most(0.5, Unit::Seconds))];
        let allowed = run(vec![users(false)], vec![]);
        check(&beyond, &allowed, &[], Verdict::Fail, &["beyond-limit"]);
        let refused = run(vec![users(true)], vec![]);
        check(&beyond, &refused, &[], Verdict::Error, &["under-counts"]);
        // A gate on many series does not mean them.
        let all = [gate("*", at_most(2.0, Unit::Seconds))];
        let both = run(vec![users(true), target("b")], vec![]);
        check(&all, &both, &[], Verdict::Pass, &["within-limit"]);
    }

    #[test]
    fn a_limit_in_another_unit_is_an_error() {
        check(
            &[gate("*", at_most(2.0, Unit::Bytes))],
            &run(vec![target("a")], vec![]),
            &[],
            Verdict::Error,
            &["wrong-unit"],
        );
    }

    #[test]
    fn a_warning_gate_does_not_fail_the_build() {
        let mut warn = gate("*", at_most(0.5, Unit::Seconds));
        warn.warn_only = true;
        check(&[warn], &run(vec![target("a")], vec![]), &[], Verdict::Warn, &["beyond-limit"]);
    }
}
