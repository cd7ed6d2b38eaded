//! The Mann–Whitney test: do the values of one group tend to be larger than those of another?

use super::null::Null;
use super::sorted;

/// The most values in both groups together for which the null distribution is counted out: its
/// numbers then fit 128 bits, and the normal one is exact to a thousandth beyond.
const EXACT: usize = 100;

/// One-sided p-values: against "head tends not to be larger than base", and against "not smaller".
///
/// Exact for at most 100 values in all without ties; else the normal distribution with continuity
/// and tie corrections. Source: Mann and Whitney, 1947; Conover, "Practical Nonparametric
/// Statistics", section 5.1.
pub fn mann_whitney_p(base: &[f64], head: &[f64]) -> Option<(f64, f64)> {
    let (base, head) = (sorted(base)?, sorted(head)?);
    let null = null(&base, &head);
    let (mut below, mut equal) = (0, 0);
    let (mut less, mut at_most) = (0, 0);
    for value in &head {
        while less < base.len() && base[less] < *value {
            less += 1;
        }
        while at_most < base.len() && base[at_most] <= *value {
            at_most += 1;
        }
        below += less;
        equal += at_most - less;
    }
    let larger = below as f64 + equal as f64 / 2.0;
    let pairs = base.len() as f64 * head.len() as f64;
    Some((null.at_most(pairs - larger), null.at_most(larger)))
}

/// How the number of pairs in which the one side is larger is distributed when both sorted groups
/// are drawn from one population; the same for either side.
pub(super) fn null(base: &[f64], head: &[f64]) -> Null {
    let mut pooled = [base, head].concat();
    pooled.sort_unstable_by(f64::total_cmp);
    let (m, n) = (base.len() as f64, head.len() as f64);
    let ties: f64 = pooled
        .chunk_by(|a, b| a >= b)
        .map(|equal| equal.len() as f64)
        .map(|t| t * (t - 1.0) * (t + 1.0))
        .sum();
    if ties <= 0.0 && pooled.len() <= EXACT {
        return Null::Exact(cumulative(base.len(), head.len()));
    }
    let all = m + n;
    let variance = m * n / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    Null::Normal { mean: m * n / 2.0, sd: variance.max(0.0).sqrt(), step: 1.0 }
}

/// Cumulative probabilities of the number of pairs for groups of `m` and `n` distinct values.
///
/// The numbers of arrangements are the coefficients of the Gaussian binomial, the product of
/// `(1 - x^(n + i)) / (1 - x^i)` over `i` in 1..=m.
fn cumulative(m: usize, n: usize) -> Vec<f64> {
    let (m, n) = (m.min(n), m.max(n));
    let mut ways = vec![0i128; m * n + 1];
    ways[0] = 1;
    for i in 1..=m {
        for pairs in (n + i..ways.len()).rev() {
            ways[pairs] -= ways[pairs - n - i];
        }
        for pairs in i..ways.len() {
            ways[pairs] += ways[pairs - i];
        }
    }
    let all: i128 = ways.iter().sum();
    ways.iter()
        .scan(0i128, |sum, ways| {
            *sum += ways;
            Some(*sum as f64 / all as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(base: &[f64], head: &[f64], more: f64, less: f64) {
        let found = mann_whitney_p(base, head).unwrap();
        assert!((found.0 - more).abs() < 1e-10 && (found.1 - less).abs() < 1e-10, "{found:?}");
    }

    #[test]
    fn reference_values() {
        // scipy.stats.mannwhitneyu(head, base, alternative="greater" and "less", method="exact")
        check(
            &[1.15, 0.88, 0.90, 0.74, 1.21],
            &[0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
            0.127_206_127_206_127_2,
            0.896_769_896_769_896_7,
        );
        check(
            &[20.0, 11.0, 17.0, 12.0],
            &[19.0, 22.0, 16.0, 29.0, 24.0],
            0.055_555_555_555_555_55,
            0.968_253_968_253_968_3,
        );
        let line =
            |n: u32, a: f64, b: f64| (0..n).map(|i| f64::from(i) * a + b).collect::<Vec<_>>();
        check(
            &line(30, 0.9, 0.0),
            &line(30, 1.01, 3.3),
            0.019_262_962_259_264_75,
            0.981_437_470_035_524_5,
        );
        // The same with method="asymptotic": ties, then more than a hundred values.
        check(
            &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0],
            &[1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0],
            0.062_753_235_718_734_55,
            0.950_519_922_990_297_1,
        );
        check(
            &line(70, 0.9, 0.0),
            &line(60, 1.0, 0.5),
            0.629_898_086_373_164_1,
            0.371_866_750_071_203_73,
        );
    }

    #[test]
    fn few_or_equal_values_prove_nothing() {
        assert_eq!(mann_whitney_p(&[], &[1.0]), None);
        assert_eq!(mann_whitney_p(&[1.0], &[f64::NAN]), None);
        assert_eq!(mann_whitney_p(&[1.0], &[2.0]), Some((0.5, 1.0)));
        assert_eq!(mann_whitney_p(&[1.0; 5], &[1.0; 7]), Some((1.0, 1.0)));
    }

    proptest! {
        #[test]
        fn order_shift_and_scale_do_not_matter_and_signs_mirror(
            base in prop::collection::vec(-100i32..100, 1..20),
            head in prop::collection::vec(-100i32..100, 1..20),
            shift in -1000i32..1000,
        ) {
            // Whole numbers, so that shifting and doubling are exact and ties stay ties.
            let of = |values: &[i32], f: &dyn Fn(i32) -> i32| -> Vec<f64> {
                values.iter().map(|v| f64::from(f(*v))).collect()
            };
            let p = mann_whitney_p(&of(&base, &|v| v), &of(&head, &|v| v)).unwrap();
            let moved = |v: i32| 2 * (v + shift);
            let mut reversed = of(&base, &moved);
            reversed.reverse();
            prop_assert_eq!(mann_whitney_p(&reversed, &of(&head, &moved)), Some(p));
            let mirror = mann_whitney_p(&of(&base, &|v| -v), &of(&head, &|v| -v)).unwrap();
            prop_assert_eq!((mirror.1, mirror.0), p);
            prop_assert!((0.0..=1.0).contains(&p.0) && (0.0..=1.0).contains(&p.1));
        }
    }
}
