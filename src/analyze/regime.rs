//! Which runs of a baseline a series is compared with.

use crate::model::{Baseline, Border, Regime, SeriesId};

/// The places of the values that serve, in order, and why the others do not.
///
/// `runs` are the places in the baseline of the runs that the values come from.
pub(super) fn choose(
    series: &SeriesId,
    runs: &[usize],
    baseline: &Baseline,
) -> (Vec<usize>, Option<Regime>) {
    let mut serving: Vec<usize> = (0..runs.len()).collect();
    let mut border = None;
    for step in baseline.steps.iter().filter(|step| step.series.contains(series)) {
        let before = serving.len();
        serving.retain(|place| step.other_side.get(runs[*place]) != Some(&true));
        if serving.len() < before {
            border = Some(Border::Accepted { commit: step.commit.clone() });
        }
    }
    let passed_over = runs.len() - serving.len();
    let regime = Regime { border, runs: serving.len(), passed_over, unconfirmed: 0 };
    let regime = (regime.runs < runs.len()).then_some(regime);
    (serving, regime)
}
