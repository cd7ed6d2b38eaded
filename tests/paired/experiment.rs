//! Experiments with known contents, and their decisions.

use pacegate::config::Rule;
use pacegate::model::{
    Assumption, Better, Build, Decision, Metric, Pair, PairedSeries, SeriesId, Unit,
};
use pacegate::pipeline::{Recorded, replay};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::f64::consts::TAU;

/// The limit of every series that says nothing else.
pub(crate) const MAX: f64 = 0.03;

/// A series of times of which lower is better, by the rule `max 3% worse`, with at most 100 pairs.
pub(crate) fn recorded(pairs: impl IntoIterator<Item = (f64, f64)>) -> Recorded {
    let pair = |(base, head)| Pair { base, head, first: Build::Base };
    Recorded {
        series: PairedSeries {
            series: SeriesId { target: "t".into(), metric: "wall".into(), statistic: None },
            metric: Metric::lower("wall", Unit::Seconds),
            quantum: 0.0,
            pairs: pairs.into_iter().map(pair).collect(),
            left_out: None,
        },
        rules: vec![at_most(MAX)],
        at_most: 100,
    }
}

pub(crate) fn at_most(max: f64) -> Rule {
    Rule::Regression { max, floor: None, strict: false }
}

pub(crate) fn named(name: &str, recorded: Recorded) -> Recorded {
    let series = SeriesId { target: name.into(), ..recorded.series.series };
    Recorded { series: PairedSeries { series, ..recorded.series }, ..recorded }
}

pub(crate) fn metric(recorded: Recorded, better: Better, assumption: Assumption) -> Recorded {
    let metric = Metric { better, assumption, ..recorded.series.metric };
    Recorded { series: PairedSeries { metric, ..recorded.series }, ..recorded }
}

pub(crate) fn quantum(recorded: Recorded, quantum: f64) -> Recorded {
    Recorded { series: PairedSeries { quantum, ..recorded.series }, ..recorded }
}

/// What is decided of a series as its own family.
pub(crate) fn alone(recorded: &Recorded) -> Decision {
    replay(std::slice::from_ref(recorded), false).decisions.remove(0)
}

/// Pairs around 1 whose head is slower by `effect`, with log-normal noise of standard deviation `sd` on
/// either side.
pub(crate) fn around(count: usize, effect: f64, sd: f64, seed: u64) -> Vec<(f64, f64)> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut noise = || (sd * normal(&mut random)).exp();
    (0..count).map(|_| (noise(), (1.0 + effect) * noise())).collect()
}

pub(crate) fn normal(random: &mut Pcg64) -> f64 {
    let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
    radius.sqrt() * (TAU * random.random::<f64>()).cos()
}
