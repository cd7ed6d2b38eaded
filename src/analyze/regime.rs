//! Which runs of a baseline a series is compared with: those of its current regime.

use super::compare::Changes;
use super::points::{PointOptions, change_points};
use crate::model::{Baseline, Border, ChangeStatus, Regime, SeriesId};

/// The values that a series has in the runs of a baseline, in their order.
pub(super) struct Past<'a> {
    /// The values.
    pub(super) values: &'a [f64],
    /// The place in the baseline of the run that each comes from.
    pub(super) runs: &'a [usize],
}

/// The places of the values that serve, in order, and why the others do not.
///
/// Runs on the other side of an accepted step do not. Of the others those since the last confirmed
/// change point do, but not the newest ones from a suspected change point on: a slow level must
/// neither become the measure of what follows nor hide in the spread of the runs before it.
pub(super) fn choose(
    past: &Past<'_>,
    series: &SeriesId,
    baseline: &Baseline,
    changes: Option<Changes>,
) -> (Vec<usize>, Option<Regime>) {
    let all = past.values.len();
    let mut serving: Vec<usize> = (0..all).collect();
    let mut border = None;
    for step in baseline.steps.iter().filter(|step| step.series.contains(series)) {
        let before = serving.len();
        serving.retain(|place| step.other_side.get(past.runs[*place]) != Some(&true));
        if serving.len() < before {
            border = Some(Border::Accepted { commit: step.commit.clone() });
        }
    }
    let levels: Vec<f64> = serving.iter().map(|place| past.values[*place]).collect();
    let points = changes.map_or_else(Vec::new, |Changes { error_rate, least }| {
        change_points(&levels, &PointOptions { error_rate, least, borders: vec![] })
    });
    let confirmed = points.iter().rev().find(|point| point.status == ChangeStatus::Confirmed);
    let start = confirmed.map_or(0, |point| point.index);
    let suspected = points.iter().find(|point| point.index > start);
    let end = suspected.map_or(levels.len(), |point| point.index);
    if let Some(point) = confirmed {
        let run = &baseline.runs[past.runs[serving[start]]];
        let (commit, effect) = (run.revision.commit.clone(), point.size.ratio());
        border = Some(Border::Changed { commit, effect });
    }
    let unconfirmed = levels.len() - end;
    let serving = serving[start..end].to_vec();
    let runs = serving.len();
    let passed_over = all - runs - unconfirmed;
    let regime = (runs < all).then_some(Regime { border, runs, passed_over, unconfirmed });
    (serving, regime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        BaselineReason, Environment, Noise, RUN_FORMAT, RUN_VERSION, Revision, Run, Step,
    };
    use proptest::prelude::*;
    use std::collections::HashSet;

    const CHANGES: Changes = Changes { error_rate: 0.02, least: 0.02 };

    fn id(target: &str) -> SeriesId {
        SeriesId { target: target.to_owned(), metric: "time".to_owned(), statistic: None }
    }

    /// A run whose commit is its place.
    fn run(place: usize) -> Run {
        let text = String::new;
        let commit = Some(place.to_string());
        Run {
            format: RUN_FORMAT.into(),
            version: RUN_VERSION,
            id: uuid::Uuid::nil(),
            project: text(),
            started: time::OffsetDateTime::UNIX_EPOCH,
            elapsed: 0.0,
            revision: Revision { commit, ..Revision::default() },
            environment: Environment {
                cpu: text(),
                cores: 1,
                arch: text(),
                os: text(),
                image: text(),
                toolchain: text(),
            },
            noise: Noise::default(),
            targets: vec![],
            failures: vec![],
            cut_short: false,
            trusted: true,
            warnings: vec![],
        }
    }

    fn baseline(runs: usize, steps: Vec<Step>) -> Baseline {
        let reason = BaselineReason::Files { runs };
        Baseline { runs: (0..runs).map(run).collect(), reason, steps }
    }

    /// A step of series `a` that divides runs at a place; the head stands after it.
    fn step(runs: usize, at: usize) -> Step {
        let other_side = (0..runs).map(|place| place < at).collect();
        Step { commit: format!("step {at}"), series: HashSet::from([id("a")]), other_side }
    }

    /// Values around each level in turn.
    fn values(levels: &[(f64, usize)]) -> Vec<f64> {
        let noise = [-1.0, 2.0, -3.0, 1.0, 3.0, -2.0].into_iter().cycle();
        let levels = levels.iter().flat_map(|(level, count)| vec![*level; *count]);
        std::iter::zip(levels, noise).map(|(level, noise)| level * (1.0 + noise / 500.0)).collect()
    }

    /// Which runs serve, how many are passed over and how many set aside, and what the border is.
    fn chosen(
        levels: &[(f64, usize)],
        steps: &[usize],
        series: &str,
    ) -> (Vec<usize>, usize, usize, String) {
        let values = values(levels);
        let all = values.len();
        let base = baseline(all, steps.iter().map(|at| step(all, *at)).collect());
        let runs: Vec<usize> = (0..all).collect();
        let past = Past { values: &values, runs: &runs };
        let (serving, regime) = choose(&past, &id(series), &base, Some(CHANGES));
        let Some(regime) = regime else { return (serving, 0, 0, String::new()) };
        assert_eq!(regime.runs, serving.len());
        let border = match regime.border {
            None => String::new(),
            Some(Border::Accepted { commit }) => commit,
            Some(Border::Changed { commit, .. }) => format!("changed at {}", commit.unwrap()),
        };
        (serving, regime.passed_over, regime.unconfirmed, border)
    }

    #[test]
    fn the_current_level_serves_and_a_new_one_once_it_is_confirmed() {
        let check = |levels: &[(f64, usize)], steps: &[usize], expected: (_, _, _, &str)| {
            let (serving, passed_over, unconfirmed, border) = chosen(levels, steps, "a");
            let serving = serving.first().copied().unwrap_or(0)..serving.len() + passed_over;
            assert_eq!((serving, passed_over, unconfirmed, &*border), expected, "{levels:?}");
        };
        check(&[(1.0, 20)], &[], (0..20, 0, 0, ""));
        check(&[(1.0, 12), (0.8, 8)], &[], (12..20, 12, 0, "changed at 12"));
        check(&[(1.0, 16), (1.2, 4)], &[], (0..16, 0, 4, ""));
        check(&[(1.0, 10), (0.8, 10), (1.1, 3)], &[], (10..20, 10, 3, "changed at 10"));
        // What is accepted is no change point, be it ever so near.
        check(&[(1.0, 16), (1.2, 4)], &[16], (16..20, 16, 0, "step 16"));
        check(&[(1.0, 20)], &[5, 8], (8..20, 8, 0, "step 8"));
        check(&[(1.0, 10), (1.2, 10), (1.5, 10)], &[10], (20..30, 20, 0, "changed at 20"));
        check(&[(1.0, 10)], &[10], (0..10, 10, 0, "step 10"));
        check(&[], &[], (0..0, 0, 0, ""));
    }

    #[test]
    fn a_step_divides_the_series_that_it_names_alone() {
        assert_eq!(chosen(&[(1.0, 20)], &[5], "b").1, 0);
    }

    #[test]
    fn where_no_change_is_looked_for_all_runs_are_one_level() {
        let values = values(&[(1.0, 10), (2.0, 10)]);
        let runs: Vec<usize> = (0..20).collect();
        let past = Past { values: &values, runs: &runs };
        let (serving, regime) = choose(&past, &id("a"), &baseline(20, vec![]), None);
        assert_eq!((serving, regime), (runs, None));
    }

    proptest! {
        #[test]
        fn every_run_serves_or_is_counted(
            values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, 0..40),
            cut in 0usize..50,
        ) {
            let base = baseline(values.len(), vec![step(values.len(), cut)]);
            let runs: Vec<usize> = (0..values.len()).collect();
            let past = Past { values: &values, runs: &runs };
            let (serving, regime) = choose(&past, &id("a"), &base, Some(CHANGES));
            prop_assert!(serving.is_sorted());
            prop_assert_eq!(regime.is_none(), serving.len() == values.len());
            if let Some(regime) = regime {
                let all = regime.runs + regime.passed_over + regime.unconfirmed;
                prop_assert_eq!((all, regime.runs), (values.len(), serving.len()));
            }
        }
    }
}
