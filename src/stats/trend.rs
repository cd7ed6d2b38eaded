//! Whether values rise or fall over time, and how steeply.

use super::null::{Null, agreeing};
use super::order::first_float;

/// The most values, all different, for which the null distribution is counted out; beyond, the normal
/// one is within .001, and above it in the tails.
const EXACT: usize = 60;

/// One-sided p-values of values in order of time: against "they do not rise", and against "they do
/// not fall".
///
/// Exact for at most 60 different values; else the normal distribution with continuity and tie
/// corrections. Source: Mann, "Nonparametric Tests Against Trend", 1945; Kendall, "Rank Correlation
/// Methods", 1975.
pub fn mann_kendall_p(values: &[f64]) -> Option<(f64, f64)> {
    if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let (rises, falls) = (rises(values) as f64, falls(values) as f64);
    let equal = pairs(values.len()) as f64 - rises - falls;
    let null = null(values);
    Some((null.at_most(falls + equal / 2.0), null.at_most(rises + equal / 2.0)))
}

/// The median of the slopes between every two points, to rounding; times rise strictly. `None` below
/// two points, or where a number is not finite.
///
/// Source: Theil, 1950; Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", 1968.
pub fn theil_sen_slope(times: &[f64], values: &[f64]) -> Option<f64> {
    let slopes = Slopes::of(times, values)?;
    let pairs = pairs(times.len());
    let (low, high) = (slopes.of_rank(pairs.div_ceil(2)), slopes.of_rank(pairs / 2 + 1));
    Some(low.midpoint(high)).filter(|slope| slope.is_finite())
}

/// Bounds of the slope from below and above, each with at most the given one-sided error if the
/// values are independent but for the trend; `None` is unbounded.
///
/// The lower one is above 0 only if [`mann_kendall_p`] rejects at that level.
/// Source: Sen, 1968; Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", section 9.3.
pub fn theil_sen_bounds(
    times: &[f64],
    values: &[f64],
    alpha_lo: f64,
    alpha_hi: f64,
) -> (Option<f64>, Option<f64>) {
    let Some(slopes) = Slopes::of(times, values) else { return (None, None) };
    // As without ties, which is the wider distribution.
    let null = null(times);
    let pairs = pairs(times.len());
    let (lo, hi) = (null.kept(alpha_lo, pairs), null.kept(alpha_hi, pairs));
    let slope = |rank: u64| Some(slopes.of_rank(rank)).filter(|slope| slope.is_finite());
    let lo = (lo > 0).then(|| slope(lo)).flatten();
    let hi = (hi > 0).then(|| slope(pairs + 1 - hi)).flatten();
    agreeing((lo, hi), (alpha_lo, alpha_hi), || mann_kendall_p(values))
}

/// The number of pairs of `n` things.
fn pairs(n: usize) -> u64 {
    n as u64 * (n as u64).saturating_sub(1) / 2
}

/// How the number of falling pairs is distributed when all orders of the values are as likely.
fn null(values: &[f64]) -> Null {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let weight = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = sorted.chunk_by(|a, b| a >= b).map(|equal| weight(equal.len() as f64)).sum();
    if ties <= 0.0 && values.len() <= EXACT {
        return Null::Exact { cumulative: cumulative(values.len()), a_pair: 1 };
    }
    let variance = (weight(values.len() as f64) - ties) / 72.0;
    Null::Normal { mean: pairs(values.len()) as f64 / 2.0, sd: variance.max(0.0).sqrt() }
}

/// Cumulative probabilities of the number of falling pairs of `n` different values: the `i`-th one
/// is below any number of those before it, from none to all, with equal probability.
fn cumulative(n: usize) -> Vec<f64> {
    let mut probability = vec![0.0; pairs(n) as usize + 1];
    probability[0] = 1.0;
    for i in 2..=n {
        let before = probability.clone();
        let mut window = 0.0;
        for (falls, probability) in probability.iter_mut().enumerate() {
            window += before[falls];
            if let Some(left) = falls.checked_sub(i) {
                window -= before[left];
            }
            *probability = window / i as f64;
        }
    }
    let mut cumulative = 0.0;
    for probability in &mut probability {
        cumulative += *probability;
        *probability = cumulative;
    }
    probability
}

/// How many pairs of values rise.
fn rises(values: &[f64]) -> u64 {
    sort_counting_rises(&mut values.to_vec())
}

/// How many pairs of values fall.
fn falls(values: &[f64]) -> u64 {
    sort_counting_rises(&mut values.iter().rev().copied().collect::<Vec<_>>())
}

/// Sorts by merging ever longer runs, of which it counts the pairs that rise from one to the next.
fn sort_counting_rises(values: &mut Vec<f64>) -> u64 {
    let mut rises = 0;
    let mut merged = Vec::with_capacity(values.len());
    let mut run = 1;
    while run < values.len() {
        merged.clear();
        for two in values.chunks(2 * run) {
            let (before, after) = two.split_at(run.min(two.len()));
            let mut below = 0;
            for value in after {
                while below < before.len() && before[below] < *value {
                    merged.push(before[below]);
                    below += 1;
                }
                merged.push(*value);
                rises += below as u64;
            }
            merged.extend_from_slice(&before[below..]);
        }
        std::mem::swap(values, &mut merged);
        run *= 2;
    }
    rises
}

/// All slopes between two points, of which none is stored.
struct Slopes {
    /// From the first one on, and divided by a power of two so that they end between 1 and 2.
    times: Vec<f64>,
    /// Divided by a power of two so that none is beyond 2, then from the first one on.
    values: Vec<f64>,
    /// One unit of slope as divided.
    unit: f64,
}

impl Slopes {
    fn of(times: &[f64], values: &[f64]) -> Option<Slopes> {
        let start = *times.first()?;
        let mut times: Vec<f64> = times.iter().map(|time| time - start).collect();
        let span = *times.last()?;
        let largest = values.iter().fold(0.0, |max: f64, value| max.max(value.abs()));
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        let rising = times.windows(2).all(|two| two[0] < two[1]);
        let valid = finite(values) && finite(&times) && rising;
        if !valid || times.len() != values.len() || values.len() < 2 {
            return None;
        }
        let (time, value) = (power_of_two(span), power_of_two(largest));
        times.iter_mut().for_each(|t| *t /= time);
        let values = values.iter().map(|v| v / value - values[0] / value).collect();
        Some(Slopes { times, values, unit: value / time })
    }

    /// The slope of the given rank, from 1: the pairs of larger slope rise when it is taken away.
    fn of_rank(&self, rank: u64) -> f64 {
        let larger = pairs(self.times.len()) - rank;
        let slope = first_float(-f64::MAX / 4.0, f64::MAX / 4.0, |slope| {
            let rests =
                self.times.iter().zip(&self.values).map(|(time, value)| value - slope * time);
            sort_counting_rises(&mut rests.collect::<Vec<_>>()) <= larger
        });
        slope * self.unit
    }
}

/// The largest power of two that is at most `value`, of those whose inverse is a number.
fn power_of_two(value: f64) -> f64 {
    2f64.powi(value.clamp(f64::MIN_POSITIVE, f64::MAX).log2().floor() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TIMES: [f64; 9] = [0.0, 1.0, 2.0, 4.0, 7.0, 8.0, 11.0, 12.0, 15.0];
    const VALUES: [f64; 9] = [4.1, 3.2, 5.6, 5.1, 6.3, 5.9, 7.7, 6.8, 9.4];

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-10 * expected.abs()
    }

    fn index(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64).collect()
    }

    fn by_sorting(times: &[f64], values: &[f64]) -> Vec<f64> {
        let mut slopes: Vec<f64> = (0..times.len())
            .flat_map(|j| (0..j).map(move |i| (i, j)))
            .map(|(i, j)| (values[j] - values[i]) / (times[j] - times[i]))
            .collect();
        slopes.sort_by(f64::total_cmp);
        slopes
    }

    #[test]
    fn trend_reference_values() {
        // R 4.2: cor.test(seq_along(v), v, method = "kendall", exact = TRUE, alternative = "greater"
        // and "less")
        let (rise, fall) = mann_kendall_p(&VALUES).unwrap();
        assert!(close(rise, 0.001_212_522_045_855_42) && close(fall, 0.999_572_861_552_028));
        // The same with exact = FALSE, continuity = TRUE: ties, then 200 values.
        let tied = [1.0, 2.0, 2.0, 3.0, 3.0, 2.0, 4.0, 5.0, 4.0, 4.0, 6.0, 5.0];
        assert!(close(mann_kendall_p(&tied).unwrap().0, 0.000_490_275_769_921_605));
        let many: Vec<f64> = (1..=200).map(|i| f64::from(i * 7919 % 1009 + i)).collect();
        assert!(close(mann_kendall_p(&many).unwrap().0, 0.008_887_725_688_352_99));
    }

    #[test]
    fn slope_reference_values() {
        // scipy.stats.theilslopes(v, t); for the bounds numpy.sort of all 36 slopes. Six falls of nine
        // values have a probability of .0063, seven of .0124 (Kendall's table), so six are given away.
        let slope = theil_sen_slope(&TIMES, &VALUES).unwrap();
        assert!(close(slope, 0.327_272_727_272_727), "{slope}");
        let (lo, hi) = theil_sen_bounds(&TIMES, &VALUES, 0.01, 0.01);
        assert!(close(lo.unwrap(), 0.12) && close(hi.unwrap(), 0.5), "{lo:?} {hi:?}");
    }

    #[test]
    fn degenerate_values() {
        for (times, values) in [
            (&[][..], &[][..]),
            (&[1.0], &[1.0]),
            (&[1.0, 1.0], &[1.0, 2.0]),
            (&[2.0, 1.0], &[1.0, 2.0]),
            (&[1.0, 2.0], &[1.0]),
            (&[1.0, f64::NAN], &[1.0, 2.0]),
            (&[1.0, 2.0], &[1.0, f64::INFINITY]),
            (&[0.0, 1e-300], &[0.0, 1e300]),
        ] {
            assert_eq!(theil_sen_slope(times, values), None, "{times:?} {values:?}");
            assert_eq!(theil_sen_bounds(times, values, 0.6, 0.6), (None, None));
        }
        assert_eq!(mann_kendall_p(&[]), None);
        assert_eq!(mann_kendall_p(&[f64::NAN]), None);
        assert_eq!(mann_kendall_p(&[5.0]), Some((1.0, 1.0)));
        assert_eq!(mann_kendall_p(&[5.0; 90]), Some((1.0, 1.0)));
        assert_eq!(mann_kendall_p(&[1.0, 2.0]), Some((0.5, 1.0)));
        assert_eq!(theil_sen_slope(&[0.0, 1.0, 2.0], &[7.0; 3]), Some(0.0));
        let values = [-1.7e308, 1.7e308];
        assert!(close(theil_sen_slope(&[0.0, 1e9], &values).unwrap(), 3.4e299));
    }

    #[test]
    fn thousands_of_values_are_no_matter() {
        let times: Vec<f64> = (0..5000).map(|i| 1.7e9 + 60.0 * f64::from(i)).collect();
        let values: Vec<f64> =
            (0..5000).map(|i| f64::from(i * 7919 % 10_007) + 0.5 * f64::from(i)).collect();
        let slope = theil_sen_slope(&times, &values).unwrap();
        let (lo, hi) = theil_sen_bounds(&times, &values, 1e-3, 1e-3);
        let (lo, hi) = (lo.unwrap(), hi.unwrap());
        assert!(lo < slope && slope < hi && hi - lo < 0.02, "{lo} {slope} {hi}");
        assert!(lo < 0.5 / 60.0 && 0.5 / 60.0 < hi, "{lo} {slope} {hi}");
    }

    fn points() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        let value = prop_oneof![-9.0..9.0f64, (-3i32..3).prop_map(f64::from)];
        prop::collection::vec((0.01..5.0f64, value), 2..16).prop_map(|points| {
            let mut time = 0.0;
            points
                .into_iter()
                .map(|(step, value)| {
                    time += step;
                    (time, value)
                })
                .unzip()
        })
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_sorting((times, values) in points()) {
            let slopes = Slopes::of(&times, &values).unwrap();
            for (index, expected) in by_sorting(&times, &values).into_iter().enumerate() {
                let found = slopes.of_rank(index as u64 + 1);
                prop_assert!((found - expected).abs() < 1e-11 * (1.0 + expected.abs()), "{} {}", found, expected);
            }
        }

        #[test]
        fn a_bound_clears_zero_exactly_when_the_test_rejects(
            values in prop::collection::vec(-9.0..9.0f64, 2..80), slope in -0.3..0.3f64, alpha in 1e-5..0.3f64,
        ) {
            let times = index(values.len());
            let values: Vec<f64> = values.iter().zip(&times).map(|(v, t)| v + slope * t).collect();
            let (rise, fall) = mann_kendall_p(&values).unwrap();
            let (lo, hi) = theil_sen_bounds(&times, &values, alpha, alpha);
            prop_assert_eq!(lo.is_some_and(|lo| lo > 0.0), rise <= alpha);
            prop_assert_eq!(hi.is_some_and(|hi| hi < 0.0), fall <= alpha);
        }

        #[test]
        fn with_ties_no_bound_clears_zero_unless_the_test_rejects(
            (times, values) in points(), alpha in 1e-4..0.3f64,
        ) {
            let (rise, fall) = mann_kendall_p(&values).unwrap();
            let (lo, hi) = theil_sen_bounds(&times, &values, alpha, alpha);
            let slope = theil_sen_slope(&times, &values).unwrap();
            prop_assert!(lo.is_none_or(|lo| lo <= slope && (lo <= 0.0 || rise <= alpha)));
            prop_assert!(hi.is_none_or(|hi| hi >= slope && (hi >= 0.0 || fall <= alpha)));
        }

        #[test]
        fn falling_mirrors_rising((times, values) in points(), alpha in 1e-3..0.3f64) {
            let negative: Vec<f64> = values.iter().map(|v| -v).collect();
            let (rise, fall) = mann_kendall_p(&values).unwrap();
            prop_assert_eq!(mann_kendall_p(&negative), Some((fall, rise)));
            let (lo, hi) = theil_sen_bounds(&times, &values, alpha, alpha / 2.0);
            let mirror = theil_sen_bounds(&times, &negative, alpha / 2.0, alpha);
            let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a + b).abs() < 1e-11 * (1.0 + a.abs()),
                (a, b) => a.is_none() && b.is_none(),
            };
            prop_assert!(same(lo, mirror.1) && same(hi, mirror.0));
        }
    }
}
