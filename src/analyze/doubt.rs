//! The doubts that a comparison has about a measurement.

use super::value;
use crate::model::{Assumption, Data, Measurement, Unit, Warning};
use crate::stats;

/// Fewest processes on which dependence and drift are looked for.
const ENOUGH: usize = 20;
/// Lag-1 autocorrelation above which successive values are said to depend on each other.
const DEPENDENT: f64 = 0.5;
/// Change between the halves of a sample, in units of its robust spread, that is drift.
const DRIFT_SPREADS: f64 = 1.0;
/// The least relative change that is called drift, or two groups, however small the spread.
const LEAST_CHANGE: f64 = 0.02;
/// Fewest processes on which two groups are looked for.
const ENOUGH_FOR_GROUPS: usize = 30;
/// The least share of the processes that is a group, and not a few bad moments.
const LEAST_GROUP: f64 = 0.2;
/// The largest share of the variation that may be left within two groups.
///
/// Of simulated samples of 30 normal, lognormal, exponential or uniform values less than 1 % leave so
/// little; of mixtures of two normal groups seven standard deviations apart more than 90 % do.
const WITHIN_GROUPS: f64 = 0.13;
/// The least distance of two groups in smallest differences that the measurement can show: a spread
/// of a few of them is not two groups, but rounding.
const GROUP_QUANTA: f64 = 4.0;

/// The finest clock, in seconds, that may show 0 for work that was done: CPU time is counted in ticks.
const COARSE_CLOCK: f64 = 1e-6;

/// Whether the values of head and base are times of which nothing was measured: all of them 0, though
/// the clock, which shows no less than `quantum`, is a fine one. They are equal, and say nothing.
pub(super) fn untimed(unit: &Unit, quantum: f64, values: impl IntoIterator<Item = f64>) -> bool {
    let coarse = quantum >= COARSE_CLOCK;
    *unit == Unit::Seconds && !coarse && values.into_iter().all(|value| value.abs() <= 0.0)
}

/// Values of an exact metric that differ; dependence, drift and two groups among processes.
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
    dependence
        .into_iter()
        .chain(drift(&values))
        .chain(groups(&values, measurement.quantum))
        .collect()
}

fn groups(values: &[f64], quantum: f64) -> Option<Warning> {
    if values.len() < ENOUGH_FOR_GROUPS {
        return None;
    }
    let found = stats::two_groups(values, LEAST_GROUP)?;
    let matters = found.apart > LEAST_CHANGE * stats::median(values)?.abs();
    let shows = found.apart > GROUP_QUANTA * quantum.max(0.0);
    (found.within < WITHIN_GROUPS && matters && shows).then_some(Warning::Bimodal)
}

fn drift(values: &[f64]) -> Option<Warning> {
    let (first, second) = values.split_at(values.len() / 2);
    let (before, after) = (stats::median(first)?, stats::median(second)?);
    let change = (after / before - 1.0).is_finite().then_some(after / before - 1.0)?;
    let beyond_noise = (after - before).abs() > DRIFT_SPREADS * stats::robust_sd(first)?;
    (before > 0.0 && beyond_noise && change.abs() > LEAST_CHANGE)
        .then_some(Warning::Drift { change })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_pcg::Pcg64;
    use std::f64::consts::TAU;

    type Draw = fn(&mut Pcg64) -> f64;

    fn normal(random: &mut Pcg64) -> f64 {
        let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
        radius.sqrt() * (TAU * random.random::<f64>()).cos()
    }

    /// The share of seeded samples of every size that are said to fall into two groups.
    fn shares(draw: Draw) -> Vec<f64> {
        let mut random = Pcg64::seed_from_u64(2026);
        let mut share = |n: usize| {
            let mut sample = || (0..n).map(|_| draw(&mut random)).collect::<Vec<_>>();
            (0..2000).filter(|_| groups(&sample(), 0.0).is_some()).count() as f64 / 2000.0
        };
        [30, 50, 100].map(&mut share).to_vec()
    }

    #[test]
    fn one_group_is_seldom_called_two() {
        let one: [(&str, Draw); 5] = [
            ("normal", |random| 100.0 + 10.0 * normal(random)),
            ("lognormal", |random| (0.3 * normal(random)).exp()),
            ("very skewed", |random| normal(random).exp()),
            ("exponential", |random| 1.0 - (1.0 - random.random::<f64>()).ln()),
            ("uniform", |random| 1.0 + random.random::<f64>()),
        ];
        for (name, draw) in one {
            let shares = shares(draw);
            assert!(shares.iter().all(|share| *share < 0.01), "{name}: {shares:?}");
        }
    }

    #[test]
    fn two_groups_are_mostly_seen() {
        let two: [(&str, Draw); 2] = [
            ("halves", |random| {
                100.0 + normal(random) + if random.random::<f64>() < 0.5 { 7.0 } else { 0.0 }
            }),
            ("a third", |random| {
                100.0 + normal(random) + if random.random::<f64>() < 0.35 { 8.0 } else { 0.0 }
            }),
        ];
        for (name, draw) in two {
            let shares = shares(draw);
            assert!(shares.iter().all(|share| *share > 0.9), "{name}: {shares:?}");
        }
    }

    #[test]
    fn small_differences_and_rounding_are_not_two_groups() {
        let halves = |low: f64, high: f64| [vec![low; 20], vec![high; 20]].concat();
        assert_eq!(groups(&halves(1.0, 1.1), 0.0), Some(Warning::Bimodal));
        assert_eq!(groups(&halves(1.0, 1.1), 0.1), None);
        assert_eq!(groups(&halves(1.0, 1.01), 0.0), None);
        assert_eq!(groups(&halves(1.0, 1.1)[10..30], 0.0), None);
        assert_eq!(groups(&halves(1.0, 1.0), 0.0), None);
    }
}
