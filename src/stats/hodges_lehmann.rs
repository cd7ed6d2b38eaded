//! How far one group of values lies from another: the Hodges–Lehmann shift with its rank interval.

use super::mann_whitney::null_without_ties;
use super::null::agreeing;
use super::order::first_float;
use super::{mann_whitney_p, sorted};

/// The median of all pairwise differences `head - base`.
///
/// Source: Hodges and Lehmann, "Estimates of Location Based on Rank Tests", 1963.
pub fn hodges_lehmann_shift(base: &[f64], head: &[f64]) -> Option<f64> {
    let differences = Differences { base: sorted(base)?, head: sorted(head)? };
    let pairs = differences.count();
    let (low, high) = (differences.of_rank(pairs.div_ceil(2)), differences.of_rank(pairs / 2 + 1));
    Some(low.midpoint(high)).filter(|shift| shift.is_finite())
}

/// Bounds of the shift from below and above, each with at most the given one-sided error; `None`
/// is unbounded: so few values cannot give a bound of that level.
///
/// The bounds are the shifts that the Mann–Whitney test at that level does not reject, so that the
/// lower one is above 0 only if that test rejects (and, without a pair of equal values, exactly if).
/// Ties count as if broken against the bound, which can only widen the interval.
/// Source: Conover, "Practical Nonparametric Statistics", section 5.4.
pub fn hodges_lehmann_bounds(
    base: &[f64],
    head: &[f64],
    alpha_lo: f64,
    alpha_hi: f64,
) -> (Option<f64>, Option<f64>) {
    let (Some(sorted_base), Some(sorted_head)) = (sorted(base), sorted(head)) else {
        return (None, None);
    };
    let null = null_without_ties(base.len(), head.len());
    let differences = Differences { base: sorted_base, head: sorted_head };
    let pairs = differences.count();
    let bound = |rank: u64| Some(differences.of_rank(rank)).filter(|bound| bound.is_finite());
    let (lo, hi) = (null.kept(alpha_lo, pairs), null.kept(alpha_hi, pairs));
    let lo = (lo > 0).then(|| bound(lo)).flatten();
    let hi = (hi > 0).then(|| bound(pairs + 1 - hi)).flatten();
    agreeing((lo, hi), (alpha_lo, alpha_hi), || mann_whitney_p(base, head))
}

/// All differences between two sorted groups, of which none is stored.
struct Differences {
    base: Vec<f64>,
    head: Vec<f64>,
}

impl Differences {
    fn count(&self) -> u64 {
        self.base.len() as u64 * self.head.len() as u64
    }

    /// The difference of the given rank, from 1: counted in linear time, a round of the search.
    fn of_rank(&self, rank: u64) -> f64 {
        first_float(f64::NEG_INFINITY, f64::INFINITY, |limit| self.at_most(limit) >= rank)
    }

    /// How many differences are at most `limit`.
    fn at_most(&self, limit: f64) -> u64 {
        // Rounding keeps order, so the differences fall along `base` and rise along `head`.
        let mut skipped = 0;
        let mut count = 0;
        for head in &self.head {
            while skipped < self.base.len() && head - self.base[skipped] > limit {
                skipped += 1;
            }
            count += (self.base.len() - skipped) as u64;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The plain definition.
    fn by_sorting(base: &[f64], head: &[f64]) -> Vec<f64> {
        let mut all: Vec<f64> = head.iter().flat_map(|h| base.iter().map(move |b| h - b)).collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }

    #[test]
    fn reference_values() {
        // Hollander and Wolfe's table 4.1: R's wilcox.test(head, base, conf.int = TRUE) gives .305;
        // numpy.sort of all differences gives the bounds: its exact 90 % interval cuts off 11 pairs.
        let base = [1.15, 0.88, 0.90, 0.74, 1.21];
        let head = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let shift = hodges_lehmann_shift(&base, &head).unwrap();
        assert!((shift - 0.305).abs() < 1e-12, "{shift}");
        let all = by_sorting(&base, &head);
        let (lo, hi) = hodges_lehmann_bounds(&base, &head, 0.05, 0.05);
        assert_eq!((lo, hi), (Some(all[11]), Some(all[all.len() - 12])));
    }

    #[test]
    fn too_few_values_have_no_bounds() {
        assert_eq!(hodges_lehmann_shift(&[], &[1.0]), None);
        assert_eq!(hodges_lehmann_shift(&[f64::NAN], &[1.0]), None);
        assert_eq!(hodges_lehmann_shift(&[f64::MIN], &[f64::MAX]), None);
        assert_eq!(hodges_lehmann_bounds(&[1.0], &[2.0], 0.01, 0.01), (None, None));
        assert_eq!(hodges_lehmann_bounds(&[1.0, 3.0], &[2.0, 4.0], 0.01, 0.01), (None, None));
    }

    #[test]
    fn a_hundred_million_pairs_are_no_matter() {
        let values: Vec<f64> = (0..10_000).map(|i| f64::from((i * 7919) % 10_007)).collect();
        let moved: Vec<f64> = values.iter().map(|v| v + 5.0).collect();
        assert_eq!(hodges_lehmann_shift(&values, &moved), Some(5.0));
    }

    fn numbers() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(
            prop_oneof![
                -100.0..100.0f64,
                Just(1.0),
                Just(0.0),
                -1e300..1e300f64,
                -1e-300..1e-300f64
            ],
            1..25,
        )
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_sorting(base in numbers(), head in numbers(), alpha in 1e-4..0.3f64) {
            let all = by_sorting(&base, &head);
            let expected = all[(all.len() - 1) / 2].midpoint(all[all.len() / 2]);
            let found = hodges_lehmann_shift(&base, &head).unwrap();
            prop_assert!((found - expected).abs() <= 1e-15 * expected.abs());
            let (lo, hi) = hodges_lehmann_bounds(&base, &head, alpha, alpha);
            if let (Some(lo), Some(hi)) = (lo, hi) {
                // Or 0, where ties keep it.
                let differs = |bound: f64| bound.abs() > 0.0 && !all.contains(&bound);
                prop_assert!(!differs(lo) && !differs(hi), "{} {}", lo, hi);
                prop_assert!(lo <= found && found <= hi);
            }
        }

        #[test]
        fn with_ties_no_bound_clears_zero_unless_the_test_rejects(
            base in prop::collection::vec((0i32..5).prop_map(f64::from), 1..25),
            head in prop::collection::vec((0i32..9).prop_map(f64::from), 1..25),
            alpha in 1e-4..0.3f64,
        ) {
            let (larger, smaller) = mann_whitney_p(&base, &head).unwrap();
            let (lo, hi) = hodges_lehmann_bounds(&base, &head, alpha, alpha);
            prop_assert!(lo.is_none_or(|lo| lo <= 0.0) || larger <= alpha);
            prop_assert!(hi.is_none_or(|hi| hi >= 0.0) || smaller <= alpha);
        }

        #[test]
        fn signs_mirror(base in numbers(), head in numbers(), alpha in 1e-3..0.2f64) {
            let negative = |values: &[f64]| values.iter().map(|v| -v).collect::<Vec<_>>();
            let (lo, hi) = hodges_lehmann_bounds(&base, &head, alpha, alpha / 2.0);
            let mirror =
                hodges_lehmann_bounds(&negative(&base), &negative(&head), alpha / 2.0, alpha);
            prop_assert_eq!((lo, hi), (mirror.1.map(|b| -b), mirror.0.map(|b| -b)));
        }

        #[test]
        fn a_bound_clears_zero_exactly_when_the_test_rejects(
            base in prop::collection::vec(-100.0..100.0f64, 1..70),
            head in prop::collection::vec(-60.0..140.0f64, 1..70),
            alpha in 1e-5..0.2f64,
        ) {
            let (more, less) = mann_whitney_p(&base, &head).unwrap();
            let (lo, hi) = hodges_lehmann_bounds(&base, &head, alpha, alpha);
            prop_assert_eq!(lo.is_some_and(|lo| lo > 0.0), more <= alpha);
            prop_assert_eq!(hi.is_some_and(|hi| hi < 0.0), less <= alpha);
        }
    }
}
