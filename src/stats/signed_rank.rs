//! The signed-rank test of paired differences, and the centre that belongs to it.

use super::null::{Null, agreeing};
use super::walsh::Walsh;
use std::borrow::Cow;

/// The most differences for which the null distribution is counted out; beyond, the normal one is
/// within .0005, and above it in the tails.
const EXACT: usize = 200;

/// One-sided p-values: against "the differences are not centred above 0", and against "not below 0".
///
/// Exact for at most 200 differences, also with ties and zeros, given their ranks; else the normal
/// distribution with continuity and tie corrections. Zeros are ranked, then take no part.
/// Source: Wilcoxon, "Individual Comparisons by Ranking Methods", 1945; Pratt, "Remarks on Zeros
/// and Ties in the Wilcoxon Signed Rank Procedures", 1959.
pub fn signed_rank_p(differences: &[f64]) -> Option<(f64, f64)> {
    Some(SignedRank::new(differences)?.p())
}

/// The centre of the differences: the median of their Walsh averages, which are those of every two
/// of them and of every one with itself.
///
/// Source: Hodges and Lehmann, "Estimates of Location Based on Rank Tests", 1963.
pub fn one_sample_shift(differences: &[f64]) -> Option<f64> {
    Some(Walsh::of(differences)?.median())
}

/// Bounds of the centre from below and above: [`SignedRank::bounds`].
pub fn one_sample_bounds(
    differences: &[f64],
    alpha_lo: f64,
    alpha_hi: f64,
) -> (Option<f64>, Option<f64>) {
    SignedRank::new(differences)
        .map_or((None, None), |signed_rank| signed_rank.bounds(alpha_lo, alpha_hi))
}

/// The signed-rank inference on one set of differences, for several levels.
#[derive(Debug, Clone)]
pub struct SignedRank<'a> {
    walsh: Walsh,
    ranks: Ranks,
    null: Cow<'a, SignedRankNull>,
}

impl SignedRank<'static> {
    /// For differences that are finite, of which there is one at least.
    pub fn new(differences: &[f64]) -> Option<SignedRank<'static>> {
        let null = SignedRankNull::of_size(differences.len());
        SignedRank::of(differences, Cow::Owned(null))
    }
}

impl<'a> SignedRank<'a> {
    /// As [`SignedRank::new`], with a distribution made before; `None` too if that is of another size.
    pub fn with_null(differences: &[f64], null: &'a SignedRankNull) -> Option<SignedRank<'a>> {
        SignedRank::of(differences, Cow::Borrowed(null))
    }

    fn of(differences: &[f64], null: Cow<'a, SignedRankNull>) -> Option<SignedRank<'a>> {
        let walsh = Walsh::of(differences).filter(|walsh| walsh.values().len() == null.size)?;
        Some(SignedRank { ranks: Ranks::of(walsh.values()), walsh, null })
    }

    /// The centre: [`one_sample_shift`].
    pub fn estimate(&self) -> f64 {
        self.walsh.median()
    }

    /// One-sided p-values: [`signed_rank_p`].
    pub fn p(&self) -> (f64, f64) {
        let Ranks { of_others, positive, unit } = &self.ranks;
        let null = if *unit > 1 { &null(of_others, *unit) } else { &self.null.distribution };
        let negative = of_others.iter().sum::<usize>() - positive;
        let at_most = |sum: usize| null.at_most(sum as f64 / *unit as f64);
        (at_most(negative), at_most(*positive))
    }

    /// Bounds of the centre from below and above, each with at most the given one-sided error if the
    /// differences are independent and symmetric about it; `None` is unbounded: so few differences
    /// cannot give a bound of that level.
    ///
    /// The lower one is above 0 only if the test at that level rejects, and without ties and zeros
    /// exactly if. Ties count as if broken against the bound, which can only widen the interval.
    /// Source: Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", section 3.3.
    pub fn bounds(&self, alpha_lo: f64, alpha_hi: f64) -> (Option<f64>, Option<f64>) {
        let count = self.walsh.count();
        let kept = |alpha: f64| self.null.distribution.kept(alpha, count);
        let (lo, hi) = (kept(alpha_lo), kept(alpha_hi));
        let lo = (lo > 0).then(|| self.walsh.of_rank(lo));
        let hi = (hi > 0).then(|| self.walsh.of_rank(count + 1 - hi));
        agreeing((lo, hi), (alpha_lo, alpha_hi), || Some(self.p()))
    }
}

/// How the sum of the positive differences' ranks is distributed when the differences are symmetric
/// about 0, and without ties and zeros: the same for all sets of one size.
#[derive(Debug, Clone)]
pub struct SignedRankNull {
    size: usize,
    distribution: Null,
}

impl SignedRankNull {
    /// The distribution for `size` differences.
    pub fn of_size(size: usize) -> SignedRankNull {
        let ranks: Vec<usize> = (1..=size).collect();
        SignedRankNull { size, distribution: null(&ranks, 1) }
    }
}

/// The distribution of the sum of some of the ranks, of which each is in with probability one half.
fn null(ranks: &[usize], unit: usize) -> Null {
    let total: usize = ranks.iter().sum();
    if ranks.len() <= EXACT {
        return Null::Exact { cumulative: cumulative(ranks, total), a_pair: unit };
    }
    let squares: f64 = ranks.iter().map(|rank| (*rank as f64).powi(2)).sum();
    let half = 2.0 * unit as f64;
    Null::Normal { mean: total as f64 / half, sd: squares.sqrt() / half }
}

/// Cumulative probabilities of the sum of some of the ranks.
fn cumulative(ranks: &[usize], total: usize) -> Vec<f64> {
    // The lower half only, since the upper one mirrors it.
    let mut sums = vec![0.0; total / 2 + 1];
    // Of one choice; a power of two, so that all sums of few choices are exact.
    sums[0] = 0.5f64.powi(ranks.len() as i32);
    let mut reached = 0;
    for rank in ranks {
        reached = (reached + rank).min(total / 2);
        let without = sums[..=reached].to_vec();
        sums[..=reached].iter_mut().skip(*rank).zip(&without).for_each(|(sum, with)| *sum += with);
    }
    let mut cumulative = 0.0;
    for probability in &mut sums {
        cumulative += *probability;
        *probability = cumulative;
    }
    let upper: Vec<f64> = (sums.len()..total).map(|sum| 1.0 - sums[total - sum - 1]).collect();
    sums.extend(upper);
    sums
}

/// The ranks of the differences' sizes, as whole numbers.
#[derive(Debug, Clone)]
struct Ranks {
    /// Of the differences other than 0.
    of_others: Vec<usize>,
    /// The part of them whose differences are above 0, summed.
    positive: usize,
    /// What one rank counts: 1, or 2 where sizes are tied or 0, since tied ones share the mean rank.
    unit: usize,
}

impl Ranks {
    fn of(differences: &[f64]) -> Ranks {
        let mut sizes: Vec<(f64, bool)> =
            differences.iter().map(|value| (value.abs(), *value > 0.0)).collect();
        sizes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let tied = sizes[0].0 <= 0.0 || sizes.windows(2).any(|two| two[0].0 >= two[1].0);
        let unit = if tied { 2 } else { 1 };
        let mut ranks = Ranks { of_others: Vec::new(), positive: 0, unit };
        let mut smaller = 0;
        for equal in sizes.chunk_by(|a, b| a.0 >= b.0) {
            let rank = unit * smaller + unit * (equal.len() + 1) / 2;
            smaller += equal.len();
            if equal[0].0 > 0.0 {
                ranks.of_others.extend(equal.iter().map(|_| rank));
                ranks.positive += rank * equal.iter().filter(|(_, positive)| *positive).count();
            }
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Distinct steps over the multiples of a prime, without ties about the given centre.
    fn scattered(n: u32, centre: f64) -> Vec<f64> {
        (1..=n).map(|i| f64::from((i * 7919) % 10_007) / 1000.0 - centre).collect()
    }

    fn check(differences: &[f64], above: f64, below: f64) {
        let found = signed_rank_p(differences).unwrap();
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-9 * expected;
        assert!(close(found.0, above) && close(found.1, below), "{found:?}");
    }

    #[test]
    fn reference_values() {
        // R 4.2: wilcox.test(d, alternative = "greater" and "less"), the first from its help page.
        let depression = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
        check(&depression, 0.019_531_25, 0.986_328_125);
        check(&scattered(150, 4.2003), 0.000_383_857_713_676_666, 0.999_618_827_772_941_4);
        check(&scattered(300, 4.6), 0.008_523_250_302_711_513, 0.991_492_148_225_283_9);
        // scipy.stats.wilcoxon(d, zero_method="pratt", alternative="greater" and "less",
        // method=PermutationMethod(n_resamples=inf)); the last with method="asymptotic",
        // correction=True
        let tied = [3.0, -1.0, 2.0, 2.0, 0.0, 5.0, -2.0, 4.0, 1.0, 1.0, 6.0, -3.0, 2.0];
        check(&tied, 0.039_062_5, 0.972_167_968_75);
        check(&[1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 2.0, 2.0], 0.027_343_75, 0.996_093_75);
        let tied: Vec<f64> = (1..=300).map(|i| f64::from((i * 7919) % 41) - 17.0).collect();
        check(&tied, 2.344_909_417_476_670_4e-5, 0.999_976_617_775_790_3);
    }

    #[test]
    fn the_null_distribution_is_the_known_one() {
        // R 4.2: psignrank(sum, n)
        for (n, sum, expected) in [
            (20, 50.0, 0.019_994_735_717_773_44),
            (60, 600.0, 0.009_916_129_740_945_077),
            (100, 1800.0, 0.006_149_882_192_241_22),
            (120, 2500.0, 0.001_440_724_459_545_553),
            (200, 8000.0, 0.006_089_114_852_074_68),
        ] {
            let found = SignedRankNull::of_size(n).distribution.at_most(sum);
            assert!((found / expected - 1.0).abs() < 1e-10, "{n}: {found}");
        }
    }

    #[test]
    fn reference_intervals() {
        // R 4.2: wilcox.test(d, conf.int = TRUE, conf.level = .98)
        let differences = scattered(150, 4.2003);
        let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-9;
        let (lo, hi) = one_sample_bounds(&differences, 0.01, 0.01);
        assert!(close(lo, 0.2932) && close(hi, 1.4382), "{lo:?} {hi:?}");
        assert!(close(one_sample_shift(&differences), 0.8657));
    }

    #[test]
    fn too_few_differences_have_no_bounds() {
        assert_eq!(signed_rank_p(&[]), None);
        assert_eq!(one_sample_shift(&[1.0, f64::NAN]), None);
        assert_eq!(one_sample_bounds(&[1.0, f64::INFINITY], 0.3, 0.3), (None, None));
        assert_eq!(signed_rank_p(&[0.0; 5]), Some((1.0, 1.0)));
        // Four differences can be all positive by chance once in 16 times.
        let four = [1.0, 2.0, 3.0, 5.0];
        assert_eq!(one_sample_bounds(&four, 0.0624, 0.0625), (None, Some(5.0)));
        assert_eq!(one_sample_bounds(&four, 0.0625, 0.0624), (Some(1.0), None));
        assert_eq!(one_sample_bounds(&four, f64::NAN, -1.0), (None, None));
        assert!(SignedRank::with_null(&four, &SignedRankNull::of_size(5)).is_none());
    }

    /// All sign flips of the differences, of which each is as likely.
    fn by_enumeration(differences: &[f64]) -> (f64, f64) {
        let positive = |signs: usize| {
            let mut sum = 0;
            for (i, a) in differences.iter().enumerate() {
                for (j, b) in differences.iter().enumerate() {
                    // Twice the rank: smaller ones fully, equal ones half, and itself.
                    let rank = match a.abs().total_cmp(&b.abs()) {
                        _ if i == j => 2,
                        std::cmp::Ordering::Greater => 2,
                        std::cmp::Ordering::Equal => 1,
                        std::cmp::Ordering::Less => 0,
                    };
                    sum += if signs >> i & 1 == 1 && a.abs() > 0.0 { rank } else { 0 };
                }
            }
            sum
        };
        let observed =
            (0..differences.len()).map(|i| usize::from(differences[i] > 0.0) << i).sum::<usize>();
        let observed = positive(observed);
        let sums: Vec<usize> = (0..1 << differences.len()).map(positive).collect();
        let share = |holds: &dyn Fn(usize) -> bool| {
            sums.iter().filter(|sum| holds(**sum)).count() as f64 / sums.len() as f64
        };
        (share(&|sum| sum >= observed), share(&|sum| sum <= observed))
    }

    fn tied() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((-6i32..8).prop_map(f64::from), 1..40)
    }

    proptest! {
        #[test]
        fn p_values_count_sign_flips(differences in prop::collection::vec((-4i32..6).prop_map(f64::from), 1..10)) {
            let expected = by_enumeration(&differences);
            let found = signed_rank_p(&differences).unwrap();
            prop_assert!((found.0 - expected.0).abs() < 1e-12 && (found.1 - expected.1).abs() < 1e-12);
        }

        #[test]
        fn a_bound_clears_zero_exactly_when_the_test_rejects(
            differences in prop::collection::vec(-60.0..140.0f64, 1..250), alpha in 1e-5..0.3f64,
        ) {
            let null = SignedRankNull::of_size(differences.len());
            let signed_rank = SignedRank::with_null(&differences, &null).unwrap();
            let (above, below) = signed_rank.p();
            let (lo, hi) = signed_rank.bounds(alpha, alpha);
            prop_assert_eq!(lo.is_some_and(|lo| lo > 0.0), above <= alpha);
            prop_assert_eq!(hi.is_some_and(|hi| hi < 0.0), below <= alpha);
            prop_assert_eq!((lo, hi), one_sample_bounds(&differences, alpha, alpha));
        }

        #[test]
        fn with_ties_no_bound_clears_zero_unless_the_test_rejects(
            differences in tied(), alpha in 1e-4..0.3f64,
        ) {
            let (above, below) = signed_rank_p(&differences).unwrap();
            let (lo, hi) = one_sample_bounds(&differences, alpha, alpha);
            prop_assert!(lo.is_none_or(|lo| lo <= 0.0) || above <= alpha);
            prop_assert!(hi.is_none_or(|hi| hi >= 0.0) || below <= alpha);
            let centre = one_sample_shift(&differences).unwrap();
            prop_assert!(lo.is_none_or(|lo| lo <= centre) && hi.is_none_or(|hi| hi >= centre));
        }

        #[test]
        fn signs_mirror(differences in tied(), alpha in 1e-3..0.2f64) {
            let negative: Vec<f64> = differences.iter().map(|d| -d).collect();
            let (above, below) = signed_rank_p(&differences).unwrap();
            prop_assert_eq!(signed_rank_p(&negative), Some((below, above)));
            let (lo, hi) = one_sample_bounds(&differences, alpha, alpha / 2.0);
            let mirror = one_sample_bounds(&negative, alpha / 2.0, alpha);
            prop_assert_eq!((lo, hi), (mirror.1.map(|b| -b), mirror.0.map(|b| -b)));
        }
    }
}
