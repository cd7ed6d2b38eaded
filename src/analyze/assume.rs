//! What a comparison assumes of a measurement, and the doubts it has about it.

use crate::model::{Assumption, Better, Data, Measurement, Warning};
use crate::stats;

/// A pair that speaks of "more" and "less" turned into "worse" and "better", or back.
pub(super) fn orient<T>((more, less): (T, T), better: Better) -> (T, T) {
    match better {
        Better::Lower => (more, less),
        Better::Higher => (less, more),
    }
}

/// A difference oriented so that above 0 is worse.
pub(super) fn worse_by(difference: f64, better: Better) -> f64 {
    match better {
        Better::Lower => difference,
        Better::Higher => -difference,
    }
}

/// Fewest values of a sample on which autocorrelation and drift are looked for.
const ENOUGH: usize = 20;
/// Lag-1 autocorrelation above which successive values are said to depend on each other.
const DEPENDENT: f64 = 0.5;
/// Relative change between the halves of a sample, in units of its robust spread, that is drift.
const DRIFTING: f64 = 1.0;

/// Doubts about a measurement: values of an exact metric that differ, dependence, drift.
pub(super) fn doubts(measurement: &Measurement) -> Vec<Warning> {
    let Data::Sample(sample) = &measurement.data else { return vec![] };
    let values: Vec<f64> = sample.values().collect();
    let mut doubts = Vec::new();
    if measurement.metric.assumption == Assumption::Exact {
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if max - min > measurement.quantum.max(0.0) {
            doubts.push(Warning::NotExact { min, max });
        }
        return doubts;
    }
    // Within one process dependence is the rule, which is why a process counts once; only between
    // processes does it doubt the result.
    if sample.processes().len() < ENOUGH {
        return doubts;
    }
    let processes: Vec<f64> =
        sample.processes().iter().filter_map(|values| stats::median(values)).collect();
    if let Some(lag1) = stats::autocorrelation(&processes).filter(|lag1| *lag1 > DEPENDENT) {
        doubts.push(Warning::Autocorrelated { lag1 });
    }
    let (first, second) = processes.split_at(processes.len() / 2);
    if let (Some(a), Some(b), Some(spread)) =
        (stats::median(first), stats::median(second), stats::robust_sd(first))
        && a > 0.0
        && (b - a).abs() > DRIFTING * spread.max(f64::MIN_POSITIVE)
        && (b / a - 1.0).abs() > 0.02
    {
        doubts.push(Warning::Drift { change: b / a - 1.0 });
    }
    doubts
}
