//! Rules that compare one value with those of earlier runs.

use super::means::mean;
use crate::trials::Trial;
use pacegate::stats;

/// Bencher: the upper bound at .99 of Student's prediction interval, from at most 64 runs.
const BOUND: f64 = 0.99;
/// rustc-perf: how many interquartile ranges above the third quartile a change is significant.
const RANGES: f64 = 3.0;

/// Bencher's default: `mean + t(.99, n - 1) s sqrt(1 + 1/n)`.
pub(super) fn prediction_bound(trial: &Trial) -> bool {
    let head = stats::median(&trial.head);
    head.zip(bound(&trial.history)).is_some_and(|(head, bound)| head > bound)
}

fn bound(runs: &[f64]) -> Option<f64> {
    let n = runs.len() as f64;
    let t = stats::student_quantile(BOUND, n - 1.0)?;
    Some(mean(runs) + t * stats::standard_deviation(runs)? * (1.0 + 1.0 / n).sqrt())
}

/// rustc-perf's significance: the relative change from the base exceeds what is usual between
/// neighbouring runs.
pub(super) fn outlying_change(trial: &Trial) -> bool {
    let (base, head) = (stats::median(&trial.base), stats::median(&trial.head));
    base.zip(head)
        .zip(usual_change(&trial.history))
        .is_some_and(|((base, head), usual)| head / base - 1.0 >= usual)
}

/// The third quartile of the changes between neighbours, and three times their interquartile range
/// above it; quartiles are the medians of the lower and the upper half.
fn usual_change(runs: &[f64]) -> Option<f64> {
    let change = |pair: &[f64]| match pair {
        [before, after] => ((after - before) / before).abs(),
        _ => f64::NAN,
    };
    let mut changes: Vec<f64> = runs.windows(2).map(change).collect();
    changes.sort_unstable_by(f64::total_cmp);
    let half = changes.len() / 2;
    let lower = stats::median(changes.get(..half)?)?;
    let upper = stats::median(changes.get(changes.len() - half..)?)?;
    Some(upper + RANGES * (upper - lower))
}
