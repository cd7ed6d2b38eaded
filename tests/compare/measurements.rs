//! One measurement, and what comparing it with its stored values finds.

use crate::runs::{baseline, run, target};
use pacegate::analyze::{Compared, Options, compare};
use pacegate::model::*;

/// A measurement of one value a process.
pub(crate) fn sample(metric: Metric, values: &[f64]) -> Measurement {
    let data = Data::Sample(Sample::of_processes(values.iter().copied()).unwrap());
    Measurement { metric, data, quantum: 0.0 }
}

pub(crate) fn wall(values: &[f64]) -> Measurement {
    sample(Metric::lower("wall", Unit::Seconds), values)
}

pub(crate) fn errors(events: u64, trials: u64) -> Measurement {
    let metric = Metric::lower("errors", Unit::Ratio);
    Measurement { metric, data: Data::Counts { events, trials }, quantum: 0.0 }
}

pub(crate) fn latency(values: &[u64]) -> Measurement {
    let metric = Metric::lower("latency", Unit::Seconds);
    Measurement { metric, data: Data::Histogram(values.iter().copied().collect()), quantum: 0.0 }
}

/// Compares one measurement with its values in stored runs, all of it gated.
pub(crate) fn against(
    base: impl IntoIterator<Item = Measurement>,
    head: Measurement,
    o: Options,
) -> Compared {
    let of = |measurement| run(vec![target("t", vec![measurement])]);
    compare(&of(head), &baseline(base.into_iter().map(of).collect()), &|_| true, &o)
}

pub(crate) fn one(compared: Compared) -> Comparison {
    assert!(compared.undecided.is_empty(), "{:?}", compared.undecided);
    compared.comparisons.into_iter().next().unwrap()
}

pub(crate) fn worse(comparison: &Comparison) -> (f64, f64, f64) {
    comparison.effect.unwrap().worse(comparison.better)
}
