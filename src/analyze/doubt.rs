//! The doubts that a comparison has about a measurement.

use super::value;
use crate::model::{Assumption, Data, Measurement, Warning};
use crate::stats;

/// Fewest processes on which dependence and drift are looked for.
const ENOUGH: usize = 20;
/// Lag-1 autocorrelation above which successive values are said to depend on each other.
const DEPENDENT: f64 = 0.5;
/// Change between the halves of a sample, in units of its robust spread, that is drift.
const DRIFT_SPREADS: f64 = 1.0;
/// The least relative change that is called drift, however small the spread.
const DRIFT_LEAST: f64 = 0.02;

/// Values of an exact metric that differ; dependence and drift between processes.
///
/// Within one process dependence is the rule, which is why a process counts once.
pub(super) fn doubts(measurement: &Measurement) -> Vec<Warning> {
    let Data::Sample(sample) = &measurement.data else { return vec![] };
    if measurement.metric.assumption == Assumption::Exact {
        let min = sample.values().fold(f64::INFINITY, f64::min);
        let max = sample.values().fold(f64::NEG_INFINITY, f64::max);
        let differ = max - min > measurement.quantum.max(0.0);
        return if differ { vec![Warning::NotExact { min, max }] } else { vec![] };
    }
    if sample.processes().len() < ENOUGH {
        return vec![];
    }
    let values = value::of_processes(sample);
    let dependence = stats::autocorrelation(&values)
        .filter(|lag1| *lag1 > DEPENDENT)
        .map(|lag1| Warning::Autocorrelated { lag1 });
    dependence.into_iter().chain(drift(&values)).collect()
}

fn drift(values: &[f64]) -> Option<Warning> {
    let (first, second) = values.split_at(values.len() / 2);
    let (before, after) = (stats::median(first)?, stats::median(second)?);
    let change = (after / before - 1.0).is_finite().then_some(after / before - 1.0)?;
    let beyond_noise = (after - before).abs() > DRIFT_SPREADS * stats::robust_sd(first)?;
    (before > 0.0 && beyond_noise && change.abs() > DRIFT_LEAST)
        .then_some(Warning::Drift { change })
}
