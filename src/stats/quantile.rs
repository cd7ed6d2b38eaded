//! Quantiles of a sample, and which order statistics bound a population quantile.

use super::beta::binomial_at_least;

/// The sample quantile of Hyndman and Fan's type 7 (R's and NumPy's default): linear interpolation
/// between the order statistics around position `(n - 1) * q`.
///
/// `q` in [0, 1]; `None` when there is no value, one is not finite, or `q` is out of range.
/// Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let invalid = !(0.0..=1.0).contains(&q) || values.iter().any(|v| !v.is_finite());
    if invalid || values.is_empty() {
        return None;
    }
    let position = (values.len() - 1) as f64 * q;
    let mut values = values.to_vec();
    let (_, &mut low, rest) =
        values.select_nth_unstable_by(position.floor() as usize, f64::total_cmp);
    let high = rest.iter().copied().reduce(f64::min).unwrap_or(low);
    let weight = position.fract();
    if low >= high || weight <= 0.0 {
        return Some(low);
    }
    // Weighted so that two huge values of opposite sign cannot overflow.
    Some(low * (1.0 - weight) + high * weight)
}

/// The median: the quantile at 0.5.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The ranks (1 = smallest) of the order statistics that bound the population quantile `q` from
/// below and above, each with at most the given one-sided error, from `n` independent values.
///
/// The number of values below the quantile is binomial, so rank `r` is a lower bound with error
/// `P(Bin(n, q) < r)`; no continuity of the distribution is needed. A rank that `n` values cannot
/// give is `None`: the bound is infinite. Source: Conover, "Practical Nonparametric Statistics",
/// section 3.2.
pub fn quantile_ranks(n: u64, q: f64, alpha_lo: f64, alpha_hi: f64) -> (Option<u64>, Option<u64>) {
    if n == 0 || !(q > 0.0 && q < 1.0) {
        return (None, None);
    }
    let n_real = n as f64;
    // P(Bin < r) = P(n - Bin >= n - r + 1): the opposite tail, so that no digits are lost.
    let fewer_than = |r: u64| binomial_at_least(n_real - r as f64 + 1.0, n_real, 1.0 - q);
    let lo = last(n, |r| fewer_than(r) <= alpha_lo);
    // Rank r is an upper bound with error P(Bin >= r).
    let hi = last(n, |r| binomial_at_least(r as f64, n_real, q) > alpha_hi).map_or(1, |r| r + 1);
    (lo, (hi <= n).then_some(hi))
}

/// The largest rank in [1, n] that satisfies a predicate which holds up to some rank only.
fn last(n: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    (low > 0).then_some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn type_7_reference_values() {
        // numpy.quantile([1, 2, 3, 4, 10], [0, .1, .5, .75, .99, 1]), NumPy 2.x
        let values = [10.0, 1.0, 4.0, 2.0, 3.0];
        for (q, expected) in
            [(0.0, 1.0), (0.1, 1.4), (0.5, 3.0), (0.75, 4.0), (0.99, 9.76), (1.0, 10.0)]
        {
            let found = quantile(&values, q).unwrap();
            assert!((found - expected).abs() < 1e-12, "{q}: {found}");
        }
    }

    #[test]
    fn ranks_of_the_median_are_the_textbook_ones() {
        // Conover's table of the sign test: n = 20, 99 % two-sided gives ranks 4 and 17.
        assert_eq!(quantile_ranks(20, 0.5, 0.005, 0.005), (Some(4), Some(17)));
        // Six values are the fewest for a 95 % interval of a median.
        assert_eq!(quantile_ranks(5, 0.5, 0.025, 0.025), (None, None));
        assert_eq!(quantile_ranks(6, 0.5, 0.025, 0.025), (Some(1), Some(6)));
        // 500 requests say nothing of the upper end of p99.9.
        assert_eq!(quantile_ranks(500, 0.999, 0.01, 0.01).1, None);
    }

    proptest! {
        #[test]
        fn quantiles_stay_within_the_values(values in prop::collection::vec(-1e300..1e300f64, 1..40), q in 0.0..=1.0f64) {
            let found = quantile(&values, q).unwrap();
            let min = values.iter().copied().fold(f64::INFINITY, f64::min);
            let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let slack = 1e-12 * min.abs().max(max.abs());
            prop_assert!(found >= min - slack && found <= max + slack);
        }

        #[test]
        fn ranks_bracket_the_quantile(n in 1u64..3000, q in 0.01..0.999f64, alpha in 1e-4..0.2f64) {
            let (lo, hi) = quantile_ranks(n, q, alpha, alpha);
            if let Some(lo) = lo { prop_assert!(lo as f64 <= n as f64 * q + 1.0); }
            if let Some(hi) = hi { prop_assert!(hi as f64 >= n as f64 * q - 1.0 && hi <= n); }
        }
    }

    #[test]
    fn equal_values_give_exactly_that_value() {
        for value in [0.1, 1e-308, -3.7e300] {
            assert_eq!(quantile(&[value; 9], 0.37), Some(value));
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
    }
}
