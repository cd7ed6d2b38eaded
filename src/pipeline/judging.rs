//! From a run and its baseline to a bundle: observe, compare, judge.

use super::paired;
use super::selection::Selected;
use super::side_by_side::SideBySide;
use crate::analyze::{self, Compared};
use crate::config::{GatePlan, Plan, Rule, defaults};
use crate::exit::Exit;
use crate::gate::{self, Evidence, Judged};
use crate::model::{
    BUNDLE_FORMAT, BUNDLE_VERSION, Baseline, Bundle, Comparison, Policy, Reason, Run, SeriesId,
    Test,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a run is compared with.
pub(super) enum Against<'a> {
    /// Runs; `one_session` says that head and baseline were measured side by side, so that their
    /// processes may be compared where the variation between runs is not known.
    Runs { baseline: &'a Baseline, one_session: bool },
    /// A base that was measured in pairs with it.
    Base(SideBySide),
}

/// Judges a run; pure, so that the same run, baseline and policy give the same bundle.
pub(super) fn judge(
    run: Run,
    against: Against<'_>,
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

    let mut judged = gate::judge(
        &gates,
        &plan.waivers,
        &Evidence {
            run: &run,
            observed: &observed,
            comparisons: &compared.comparisons,
            undecided: &compared.undecided,
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
            let options = analyze::Options {
                q: defaults::FALSE_DISCOVERY_RATE,
                power: defaults::POWER,
                min_runs: defaults::MIN_BASELINE_RUNS,
                changes: (!one_session).then_some(analyze::Changes {
                    error_rate: defaults::POINT_ERROR_RATE,
                    least: defaults::LEAST_CHANGE,
                }),
                one_session: *one_session,
            };
            analyze::compare(run, baseline, &compares, &options)
        }
    }
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
