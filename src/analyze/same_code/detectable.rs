//! Which slowdown a number of pairs would find.

use super::super::paired::{Design, PairedOptions};
use super::log_ratios;
use crate::model::Pair;
use crate::stats;

/// The one-sided level of the bounds by which the spread is measured.
const LEVEL: f64 = 0.05;

/// The standard deviation of an estimate from one pair, on the scale of logarithms: that from n pairs
/// is its n-th part's root.
///
/// Taken from the width of the signed-rank interval, so that tails count for as much as they do in the
/// test; of normal noise it is 1.02 times the standard deviation. `None` with too few pairs for an
/// interval, or where a value is not above 0.
///
/// Source: Lehmann, "Nonparametric Confidence Intervals for a Shift Parameter", 1963.
pub fn spread(pairs: &[Pair]) -> Option<f64> {
    let (lo, hi) = stats::one_sample_bounds(&log_ratios(pairs)?, LEVEL, LEVEL);
    let half = (hi? - lo?) / 2.0;
    let spread = half / stats::normal_quantile(1.0 - LEVEL)? * (pairs.len() as f64).sqrt();
    Some(spread).filter(|spread| spread.is_finite())
}

/// The smallest slowdown, as a fraction, that fails a gate of `limit` with the power of `options` when
/// `pairs` are measured of the most that `options` allow, and an unchanged series fails with probability
/// `alpha` at most; `None` where so few pairs decide nothing.
///
/// At the last look the estimate has to clear the limit, and the bound 0 (of a `strict` gate the limit
/// too). Both are taken as from Student's distribution, which allows for what few pairs and their ranks
/// leave open. Earlier looks can only add to the power.
pub fn detectable(
    spread: f64,
    pairs: u32,
    (limit, strict): (f64, bool),
    alpha: f64,
    options: &PairedOptions,
) -> Option<f64> {
    let design = Design::new(options, alpha, alpha, pairs as usize);
    let level = design.last_level()?;
    let count = f64::from(pairs);
    // No bound is so sure that not even all signs alike would give it.
    if level < 0.5f64.powf(count) {
        return None;
    }
    let error = spread / count.sqrt();
    let certainty = stats::student_quantile(1.0 - level, count - 1.0)? * error;
    let power = stats::student_quantile(options.power, count - 1.0)? * error;
    let limit = limit.ln_1p();
    let bound = if strict { limit } else { 0.0 };
    let shift = (limit + power).max(bound + certainty + power);
    Some(shift.exp_m1()).filter(|slowdown| slowdown.is_finite())
}

#[cfg(test)]
mod tests {
    use super::super::trial;
    use super::*;
    use proptest::prelude::*;

    const LOOKS: [u32; 4] = [8, 20, 50, 100];

    fn options(at_most: u32) -> PairedOptions {
        PairedOptions { miss: 0.05, power: 0.95, looks: &LOOKS, at_most }
    }

    #[test]
    fn the_spread_of_normal_noise_is_known() {
        // sqrt(pi / 3), from the test's efficiency of 3 / pi.
        let expected = 0.04 * (std::f64::consts::PI / 3.0).sqrt();
        let found = spread(&trial::pairs(5000, 0.04, 5)).unwrap();
        assert!((found / expected - 1.0).abs() < 0.05, "{found}");
        assert_eq!(spread(&trial::pairs(4, 0.04, 5)), None);
    }

    #[test]
    fn without_noise_the_limit_is_found() {
        let found = detectable(0.0, 20, (0.03, false), 0.05, &options(20)).unwrap();
        assert!((found - 0.03).abs() < 1e-12, "{found}");
    }

    #[test]
    fn few_pairs_of_many_decide_nothing() {
        assert!(detectable(0.05, 8, (0.03, false), 0.05, &options(8)).is_some());
        assert_eq!(detectable(0.05, 4, (0.03, false), 0.05, &options(4)), None);
        assert_eq!(detectable(0.05, 0, (0.03, false), 0.05, &options(8)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn less_is_found_with_more_noise_fewer_pairs_and_stricter_gates(
            noise in 0.0..0.5f64, more in 0.001..0.5f64, limit in 0.0..0.2f64, strict: bool,
        ) {
            let of = |spread, pairs, strict| {
                detectable(spread, pairs, (limit, strict), 0.05, &options(pairs)).unwrap()
            };
            prop_assert!(of(noise, 20, strict) < of(noise + more, 20, strict));
            prop_assert!(of(noise + more, 50, strict) < of(noise + more, 20, strict));
            prop_assert!(of(noise, 20, false) <= of(noise, 20, true));
            prop_assert!(of(noise, 100, strict) >= limit);
        }

        #[test]
        fn nothing_panics(pairs in trial::any(), count in 0u32..120, limit in -2.0..9.0f64) {
            if let Some(spread) = spread(&pairs) {
                let found = detectable(spread, count, (limit, false), 0.05, &options(100));
                prop_assert!(found.is_none_or(f64::is_finite));
            }
        }
    }
}
