//! From a run and its baseline to a bundle: observe, compare, judge.

use super::history::Released;
use super::paired;
use super::selection::Selected;
use super::side_by_side::SideBySide;
use crate::analyze::{self, Compared};
use crate::config::{GatePlan, Plan, Rule, defaults};
use crate::exit::Exit;
use crate::gate::{self, Evidence, Judged};
use crate::model::{
    BUNDLE_FORMAT, BUNDLE_VERSION, Baseline, Bundle, Comparison, Policy, Reason, Release, Run,
    SeriesId, Test,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a run is compared with.
pub(super) enum Against<'a> {
    /// Runs; `one_session` says that head and baseline were measured side by side, so that their
    /// processes may be compared where the variation between runs is not known.
    Runs { baseline: &'a Baseline, one_session: bool },
    /// A base that was measured in pairs with it.
    Base(Box<SideBySide>),
}

/// Judges a run; pure, so that the same run, baseline and policy give the same bundle.
pub(super) fn judge(
    run: Run,
    against: Against<'_>,
    released: Option<&Released>,
    selected: &Selected<'_>,
    plan: &Plan,
    policy: Policy,
) -> Bundle {
    let observed = analyze::observe(&run);
    let baseline = match &against {
        Against::Runs { baseline, .. } => baseline,
        Against::Base(base) => &base.baseline,
    };
    let expected = expected(baseline, selected);
    let known = run.series().map(|series| series.id).chain(expected.iter().cloned()).collect();
    let gates = selected.gates(&plan.gates, &known);
    let compared = compare(&run, &against, &gates);
    let since_release = released.map(|released| creep(&run, &released.baseline, &gates));

    let mut judged = gate::judge(
        &gates,
        &plan.waivers,
        &Evidence {
            run: &run,
            observed: &observed,
            comparisons: &compared.comparisons,
            undecided: &compared.undecided,
            release: since_release.as_ref().map(|found| (&*found.comparisons, &found.undecided)),
            expected: &expected,
        },
    );
    say_what_is_needed(&mut judged, &compared.comparisons, plan);
    Bundle {
        format: BUNDLE_FORMAT.to_owned(),
        version: BUNDLE_VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: judged.verdict,
        exit_code: Exit::of(judged.verdict, policy.strict).code(),
        policy,
        baseline: baseline.reason.clone(),
        baseline_runs: baseline.runs.iter().map(|run| run.id).collect(),
        judgements: judged.judgements,
        comparisons: compared.comparisons,
        release: std::iter::zip(released, since_release).next().map(|(released, found)| Release {
            name: released.name.clone(),
            commit: released.commit.clone(),
            baseline: released.baseline.reason.clone(),
            baseline_runs: released.baseline.runs.iter().map(|run| run.id).collect(),
            comparisons: found.comparisons,
        }),
        census: judged.census,
        warnings: judged.warnings,
        run,
        experiment: match against {
            Against::Runs { .. } => None,
            Against::Base(base) => Some(base.experiment),
        },
    }
}

fn compare(run: &Run, against: &Against<'_>, gates: &[GatePlan]) -> Compared {
    match against {
        Against::Base(base) => base.compare(run, gates),
        Against::Runs { baseline, one_session } => {
            let compares = |series: &SeriesId| paired::rules(gates, series).next().is_some();
            analyze::compare(run, baseline, &compares, &against_runs(*one_session))
        }
    }
}

/// What comparisons with stored runs, or with files, are held to.
pub(super) fn against_runs(one_session: bool) -> analyze::Options {
    analyze::Options {
        q: defaults::FALSE_DISCOVERY_RATE,
        power: defaults::POWER,
        min_runs: defaults::MIN_BASELINE_RUNS,
        changes: (!one_session).then_some(analyze::Changes {
            error_rate: defaults::POINT_ERROR_RATE,
            least: defaults::LEAST_CHANGE,
        }),
        one_session,
    }
}

/// Compares with the last release the series that a gate holds to it, a family of their own.
fn creep(run: &Run, baseline: &Baseline, gates: &[GatePlan]) -> Compared {
    let held = |series: &SeriesId| {
        let id = series.to_string();
        let creep = |rule: &Rule| matches!(rule, Rule::Creep { .. });
        gates.iter().any(|gate| creep(&gate.rule) && gate.series.matches(&id))
    };
    let mut compared = analyze::compare(run, baseline, &held, &against_runs(false));
    compared.comparisons.retain(|comparison| held(&comparison.series));
    compared
}

/// The series that should have been measured: those of the newest baseline run. What the
/// configuration names and could not be measured is among the run's failures.
fn expected(baseline: &Baseline, selected: &Selected<'_>) -> BTreeSet<SeriesId> {
    let newest = baseline.runs.last().into_iter().flat_map(Run::series);
    newest.map(|series| series.id).filter(|id| selected.expects(id)).collect()
}

/// Fills in how many further runs or pairs would decide what was too noisy.
fn say_what_is_needed(judged: &mut Judged, comparisons: &[Comparison], plan: &Plan) {
    let by_series: BTreeMap<&SeriesId, &Comparison> =
        comparisons.iter().map(|comparison| (&comparison.series, comparison)).collect();
    for judgement in &mut judged.judgements {
        let Reason::TooNoisy { runs_needed, pairs_needed } = &mut judgement.reason else {
            continue;
        };
        let rule = plan.gates.iter().find(|gate| gate.number == judgement.gate);
        if let (Some(Rule::Regression { max, strict, .. }), Some(comparison)) =
            (rule.map(|gate| &gate.rule), by_series.get(&judgement.series))
        {
            match comparison.test {
                Test::Paired => {
                    let most = defaults::MAX_PAIRS;
                    *pairs_needed = analyze::pairs_needed(comparison, *max, *strict, most);
                }
                _ => *runs_needed = analyze::runs_needed(comparison, *max, *strict),
            }
        }
    }
}
