//! What pairs of one and the same code tell of a machine: its noise, and what it can find.
//!
//! Whatever the two sides of such a pair differ by is noise, so that error rates can be counted and
//! need not be believed.

mod alarms;
mod detectable;
mod grade;
mod noise;
mod redraw;

pub use alarms::{false_alarms, simple_alarms};
pub use detectable::{detectable, spread};
pub use grade::{grade, sizes};
pub use noise::noise_level;
pub use redraw::redrawn;

use crate::model::{Build, Pair};

/// The values of both sides in the order in which they were measured.
fn in_sequence(pairs: &[Pair]) -> Vec<f64> {
    let both = |pair: &Pair| match pair.first {
        Build::Base => [pair.base, pair.head],
        Build::Head => [pair.head, pair.base],
    };
    pairs.iter().flat_map(both).collect()
}

/// The difference of the logarithms of every pair, head minus base; `None` where a value has none.
fn log_ratios(pairs: &[Pair]) -> Option<Vec<f64>> {
    pairs
        .iter()
        .map(|pair| {
            let positive = pair.base > 0.0 && pair.head > 0.0;
            Some(pair.head.ln() - pair.base.ln()).filter(|ratio| positive && ratio.is_finite())
        })
        .collect()
}

#[cfg(test)]
pub(super) mod trial {
    //! Pairs with known noise.

    use super::*;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_pcg::Pcg64;

    /// Pairs about 1 whose log ratio has the given standard deviation, in random order.
    pub(crate) fn pairs(count: usize, sd: f64, seed: u64) -> Vec<Pair> {
        let mut random = Pcg64::seed_from_u64(seed);
        let value = move |random: &mut Pcg64| {
            let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
            let normal = radius.sqrt() * (std::f64::consts::TAU * random.random::<f64>()).cos();
            (sd / std::f64::consts::SQRT_2 * normal).exp()
        };
        let mut pair = || Pair {
            base: value(&mut random),
            head: value(&mut random),
            first: if random.random() { Build::Base } else { Build::Head },
        };
        (0..count).map(|_| pair()).collect()
    }

    /// Whatever may come out of a measurement.
    pub(crate) fn any() -> impl proptest::strategy::Strategy<Value = Vec<Pair>> {
        use proptest::prelude::*;
        let value = prop_oneof![
            4 => 0.9..1.1f64,
            1 => Just(1.0),
            1 => Just(0.0),
            1 => prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
        ];
        let pair = (value.clone(), value, any::<bool>()).prop_map(|(base, head, first)| Pair {
            base,
            head,
            first: if first { Build::Base } else { Build::Head },
        });
        prop::collection::vec(pair, 0..60)
    }
}
