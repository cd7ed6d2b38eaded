//! The Mann–Whitney test: do the values of one group tend to be larger than those of another?

use super::null::Null;
use super::sorted;

/// The most values in both groups together for which the null distribution is counted out: its
/// numbers then fit 128 bits, and the normal one is exact to a thousandth beyond.
const EXACT: usize = 100;

/// The same with ties, where counting takes longer.
const EXACT_WITH_TIES: usize = 30;

/// One-sided p-values: against "head tends not to be larger than base", and against "not smaller".
///
/// Exact for at most 100 values in all, or 30 with ties, given which are equal; else the normal
/// distribution with continuity and tie corrections. Source: Mann and Whitney, 1947; Conover,
/// "Practical Nonparametric Statistics", section 5.1.
pub fn mann_whitney_p(base: &[f64], head: &[f64]) -> Option<(f64, f64)> {
    let (base, head) = (sorted(base)?, sorted(head)?);
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
    Some((null(&head, &base).at_most(pairs - larger), null(&base, &head).at_most(larger)))
}

/// How the number of pairs in which head is larger, and half of those in which both are equal, is
/// distributed when both sorted groups are drawn from one population.
fn null(base: &[f64], head: &[f64]) -> Null {
    let mut pooled = [base, head].concat();
    pooled.sort_unstable_by(f64::total_cmp);
    let equal: Vec<usize> = pooled.chunk_by(|a, b| a >= b).map(<[f64]>::len).collect();
    if equal.len() == pooled.len() {
        return null_without_ties(base.len(), head.len());
    }
    if pooled.len() <= EXACT_WITH_TIES {
        let cumulative = cumulative_with_ties(&equal, head.len());
        return Null::Exact { cumulative, a_pair: 2 };
    }
    let cubic = |t: usize| t as f64 * (t as f64 - 1.0) * (t as f64 + 1.0);
    normal(base.len(), head.len(), equal.into_iter().map(cubic).sum())
}

/// The same for groups of `m` and `n` values that all differ, where it is the same for either side.
pub(super) fn null_without_ties(m: usize, n: usize) -> Null {
    if m + n <= EXACT {
        Null::Exact { cumulative: cumulative(m, n), a_pair: 1 }
    } else {
        normal(m, n, 0.0)
    }
}

fn normal(m: usize, n: usize, ties: f64) -> Null {
    let (m, n) = (m as f64, n as f64);
    let all = m + n;
    let variance = m * n / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    Null::Normal { mean: m * n / 2.0, sd: variance.max(0.0).sqrt() }
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

/// Cumulative probabilities of the number of half pairs when `m` values are drawn from such numbers
/// of equal values, in rising order.
fn cumulative_with_ties(equal: &[usize], m: usize) -> Vec<f64> {
    let others = equal.iter().sum::<usize>() - m;
    let half_pairs = 2 * m * others;
    // Ways to have drawn so many values, by half pairs.
    let mut ways = vec![vec![0.0; half_pairs + 1]; m + 1];
    ways[0][0] = 1.0;
    let mut smaller = 0;
    for equal in equal {
        let mut next = vec![vec![0.0; half_pairs + 1]; m + 1];
        for (drawn, ways) in ways.iter().enumerate().take(smaller + 1) {
            let mut choices = 1.0;
            for more in 0..=(*equal).min(m - drawn) {
                // Each beats the smaller ones not drawn, and ties with the equal ones not drawn.
                let gained = more * (2 * (smaller - drawn) + equal - more);
                // No more than the others can be left undrawn so far.
                if smaller + equal - drawn - more <= others {
                    for (sum, ways) in ways.iter().enumerate().filter(|(_, ways)| **ways > 0.0) {
                        next[drawn + more][sum + gained] += ways * choices;
                    }
                }
                choices *= (equal - more) as f64 / (more + 1) as f64;
            }
        }
        ways = next;
        smaller += equal;
    }
    let total: f64 = ways[m].iter().sum();
    ways[m]
        .iter()
        .scan(0.0, |sum, ways| {
            *sum += ways;
            Some(*sum / total)
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
        // The same with method=PermutationMethod(n_resamples=inf): ties.
        check(
            &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0],
            &[1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0],
            0.068_686_868_686_868_69,
            0.954_623_154_623_154_6,
        );
        check(
            &[5.0, 5.0, 5.0, 6.0],
            &[5.0, 6.0, 6.0, 7.0, 7.0],
            0.103_174_603_174_603_17,
            0.992_063_492_063_492_1,
        );
        // The same with method="asymptotic": many ties, then more than a hundred values.
        let cycle = |n: u32, m: u32| (1..=n).map(|i| f64::from(i * 7919 % m)).collect::<Vec<_>>();
        check(
            &cycle(20, 17),
            &cycle(25, 19).iter().map(|v| v + 2.0).collect::<Vec<_>>(),
            0.034_517_921_963_852_88,
            0.967_193_277_524_694_1,
        );
        check(
            &line(70, 0.9, 0.0),
            &line(60, 1.0, 0.5),
            0.629_898_086_373_164_1,
            0.371_866_750_071_203_73,
        );
    }

    /// Every choice of the pooled values for head, of which each is as likely.
    fn by_enumeration(base: &[f64], head: &[f64]) -> (f64, f64) {
        let pooled = [base, head].concat();
        let half_pairs = |is_head: u32| {
            let side = |want: u32| {
                pooled.iter().enumerate().filter(move |(i, _)| is_head >> i & 1 == want)
            };
            side(1)
                .flat_map(|(_, h)| side(0).map(move |(_, b)| h.total_cmp(b) as i32 + 1))
                .sum::<i32>()
        };
        let observed = half_pairs(((1 << head.len()) - 1) << base.len());
        let all: Vec<i32> = (0u32..1 << pooled.len())
            .filter(|choice| choice.count_ones() as usize == head.len())
            .map(half_pairs)
            .collect();
        let share = |holds: &dyn Fn(i32) -> bool| {
            all.iter().filter(|sum| holds(**sum)).count() as f64 / all.len() as f64
        };
        (share(&|sum| sum >= observed), share(&|sum| sum <= observed))
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
        fn p_values_count_choices(
            base in prop::collection::vec((0i32..4).prop_map(f64::from), 1..6),
            head in prop::collection::vec((0i32..5).prop_map(f64::from), 1..6),
        ) {
            let expected = by_enumeration(&base, &head);
            let found = mann_whitney_p(&base, &head).unwrap();
            prop_assert!((found.0 - expected.0).abs() < 1e-12, "{:?} {:?}", found, expected);
            prop_assert!((found.1 - expected.1).abs() < 1e-12, "{:?} {:?}", found, expected);
        }

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
            prop_assert!((mirror.1 - p.0).abs() < 1e-12 && (mirror.0 - p.1).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&p.0) && (0.0..=1.0).contains(&p.1));
        }
    }
}
