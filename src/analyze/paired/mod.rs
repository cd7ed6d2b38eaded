//! Base and head measured side by side, compared look by look.
//!
//! Each pair gives one difference, of logarithms where all values are positive. The order within a
//! pair is drawn at random, so that without a change the differences are symmetric about 0 whatever
//! the noise and however the machine drifts: at any one look the signed-rank test then holds its
//! level exactly. Over all looks the spending of [`Design`] holds it where the noise stays of one size,
//! as sums of like differences do; the levels of all looks sum to 1.6 to 2.2 times it. Bounds of earlier looks keep holding, so that
//! the interval at a look is the intersection of all up to it.
//!
//! Source: Hodges and Lehmann 1963 (the estimate); Lan and DeMets 1983 (the spending); Jennison and
//! Turnbull, "Group Sequential Methods with Applications to Clinical Trials", chapter 9 (repeated
//! confidence intervals).

mod design;
mod held;
mod seen;

pub use design::{Design, PairedOptions};

use super::doubt;
use crate::model::{Assumption, Comparison, Pair, PairedSeries, Warning};
use held::Held;
use seen::Seen;

/// What is known of a series at each look of the design, in order; nothing for one without pairs.
///
/// A look knows the pairs up to it only, so that further pairs never change an earlier one.
pub fn looks<'a>(
    series: &'a PairedSeries,
    design: &'a Design,
) -> impl Iterator<Item = Comparison> + 'a {
    let mut held = Held::default();
    design.looks().iter().map_while(move |look| {
        let pairs = series.pairs.get(..look.pairs)?;
        let mut seen = Seen::at(look, pairs, series)?;
        let values = pairs.iter().flat_map(|pair| [pair.base, pair.head]);
        if doubt::untimed(&series.metric.unit, series.quantum, values) {
            (seen.lo, seen.hi) = (None, None);
            let comparison = seen.noisy(series, look, design.power());
            return Some(Comparison { warnings: vec![Warning::NothingTimed], ..comparison });
        }
        if series.metric.assumption != Assumption::Exact {
            return Some(held.narrow(seen).noisy(series, look, design.power()));
        }
        Some(match varied(pairs, series.quantum) {
            None => seen.exact(series, look),
            Some(doubt) => {
                let comparison = held.narrow(seen).noisy(series, look, design.power());
                Comparison { warnings: vec![doubt], ..comparison }
            }
        })
    })
}

/// What a metric that is said to have no noise showed of it, on the first side that did.
fn varied(pairs: &[Pair], quantum: f64) -> Option<Warning> {
    let range = |value: fn(&Pair) -> f64| {
        let values = pairs.iter().map(value);
        let (min, max) = (values.clone().reduce(f64::min)?, values.reduce(f64::max)?);
        (max - min > quantum.max(0.0)).then_some(Warning::NotExact { min, max })
    };
    range(|pair| pair.head).or_else(|| range(|pair| pair.base))
}
