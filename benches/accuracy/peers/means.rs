//! Thresholds on the ratio of means.

use crate::trials::Trial;

/// github-action-benchmark: `alert-threshold` 200 %, against the commit before.
pub(super) fn doubled(trial: &Trial) -> bool {
    ratio(trial) > 2.0
}

pub(super) fn ten_percent(trial: &Trial) -> bool {
    ratio(trial) > 1.1
}

fn ratio(trial: &Trial) -> f64 {
    mean(&trial.head) / mean(&trial.base)
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
