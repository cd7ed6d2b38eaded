//! Base and head measured side by side, compared look by look.
//!
//! Each pair gives one difference, of logarithms where all values are positive. The order within a
//! pair is drawn at random, so that without a change the differences are symmetric about 0 whatever
//! the noise and however the machine drifts: the signed-rank test then holds its level exactly, and
//! the spending of [`Design`] holds it over all looks. Bounds of earlier looks keep holding, so that
//! the interval at a look is the intersection of all up to it.
//!
//! Source: Hodges and Lehmann 1963 (the estimate); Lan and DeMets 1983 (the spending); Jennison and
//! Turnbull, "Group Sequential Methods with Applications to Clinical Trials", chapter 9 (repeated
//! confidence intervals).

mod design;
mod seen;

pub use design::{Design, PairedOptions};

use crate::model::{Assumption, Comparison, PairedSeries};
use seen::{Held, Seen};

/// What is known of a series at each look of the design, in order; none for a series without pairs.
///
/// `power` is that at which the detectable effect is stated.
pub fn looks<'a>(
    series: &'a PairedSeries,
    design: &'a Design,
    power: f64,
) -> impl Iterator<Item = Comparison> + 'a {
    let exact = exact(series);
    let mut held = Held::default();
    design.looks().iter().filter_map(move |look| {
        let values = series.pairs.get(..look.pairs)?;
        let seen = Seen::at(look, values, series.quantum, series.metric.better)?;
        Some(if exact {
            seen.exact(series, look)
        } else {
            held.with(seen).compare(series, look, power)
        })
    })
}

/// Whether the metric has no noise, and showed none.
fn exact(series: &PairedSeries) -> bool {
    let Some(first) = series.pairs.first() else { return false };
    let same = |a: f64, b: f64| (a - b).abs() <= series.quantum.max(0.0);
    series.metric.assumption == Assumption::Exact
        && series
            .pairs
            .iter()
            .all(|pair| same(pair.base, first.base) && same(pair.head, first.head))
}
