//! Evidence that stays valid whenever one stops: e-values, whose mean under the null is at most 1.

use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::LN_2;

/// The e-value from which on Benjamini and Hochberg's procedure for e-values rejects: the expected
/// share of false rejections is at most `q`, however the tests depend on one another.
///
/// A test is rejected exactly when its e-value is at least the threshold, which never holds for NaN.
/// With `R` of `m` rejected it is `m / (max(R, 1) q)`.
/// Source: Wang and Ramdas, "False Discovery Rate Control with E-values", 2022.
pub fn e_benjamini_hochberg(e: &[f64], q: f64) -> f64 {
    let p: Vec<f64> = e.iter().map(|e| 1.0 / e.max(0.0)).collect();
    1.0 / super::benjamini_hochberg(&p, q)
}

/// Evidence from paired differences against "given its size and those before it, a difference is no
/// likelier to be above 0 than below". That holds for independent differences which are symmetric
/// about 0, or unimodal and symmetric about less.
///
/// A capital of 1 is staked on the next sign, more on larger sizes; under the null no stake gains on
/// average. The stakes are those that gain most if the sizes, by their ranks so far, are of normal
/// values about some standard deviations above 0; the capital is spread evenly over five of those.
/// No scale and no moments are assumed.
/// Source: Ramdas, Grünwald, Vovk and Shafer, "Game-Theoretic Statistics and Safe Anytime-Valid
/// Inference", 2023; the stakes are van der Waerden's normal scores, one difference at a time.
#[derive(Debug, Clone, Default)]
pub struct SignedRankEvidence {
    /// The sizes so far, sorted.
    sizes: Vec<f64>,
    /// Logarithm of what each stake has grown to.
    capital: [f64; CENTRES.len()],
}

/// The centres that are staked on, in standard deviations.
const CENTRES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

impl SignedRankEvidence {
    /// Takes the next difference in. NaN counts as the largest one below 0.
    pub fn push(&mut self, difference: f64) {
        let size = if difference.is_nan() { f64::INFINITY } else { difference.abs() };
        let smaller = self.sizes.partition_point(|other| *other < size);
        let at_most = self.sizes.partition_point(|other| *other <= size);
        self.sizes.insert(at_most, size);
        if size <= 0.0 {
            return;
        }
        // The size's place among those so far, itself in the middle of its equals.
        let place = (smaller + at_most + 1) as f64 / 2.0 / self.sizes.len() as f64;
        let score = Normal::standard().inverse_cdf((1.0 + place) / 2.0);
        let signed = if difference > 0.0 { score } else { -score };
        for (capital, centre) in self.capital.iter_mut().zip(CENTRES) {
            // The likelihood ratio of the sign: 2 / (1 + exp(-2 centre signed)).
            let exponent = -2.0 * centre * signed;
            *capital += LN_2 - exponent.max(0.0) - (-exponent.abs()).exp().ln_1p();
        }
    }

    /// The e-value so far: under the null, the probability that it ever reaches `1 / alpha` is at
    /// most `alpha`. 1 before the first difference.
    pub fn value(&self) -> f64 {
        let grown: f64 = self.capital.iter().map(|capital| capital.exp()).sum();
        (grown / CENTRES.len() as f64).min(f64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_pcg::Pcg64;

    fn rejected(e: &[f64], q: f64) -> Vec<usize> {
        let threshold = e_benjamini_hochberg(e, q);
        (0..e.len()).filter(|i| e[*i] >= threshold).collect()
    }

    fn evidence(differences: &[f64]) -> SignedRankEvidence {
        let mut evidence = SignedRankEvidence::default();
        differences.iter().for_each(|difference| evidence.push(*difference));
        evidence
    }

    #[test]
    fn rejections_follow_the_definition() {
        // The largest k such that the k-th largest e-value is at least m / (k q): here m / q = 40.
        assert_eq!(rejected(&[39.9, 0.0, 1.0, 1.0], 0.1), [] as [usize; 0]);
        assert_eq!(rejected(&[40.0, 0.0, 1.0, 1.0], 0.1), [0]);
        assert_eq!(rejected(&[20.0, 1.0, 20.0, 1.0], 0.1), [0, 2]);
        assert_eq!(rejected(&[10.0, 10.0, 10.0, 10.0], 0.1), [0, 1, 2, 3]);
        assert_eq!(rejected(&[f64::NAN, -1.0, f64::INFINITY, 3.0], 0.1), [2]);
        assert!(e_benjamini_hochberg(&[], 0.1) >= 9.99);
    }

    #[test]
    fn equal_signs_double_at_most() {
        assert_eq!(evidence(&[]).value().to_bits(), 1f64.to_bits());
        assert_eq!(evidence(&[0.0; 9]).value().to_bits(), 1f64.to_bits());
        let ten = evidence(&[1.0, 1.1, 0.9, 1.2, 1.05, 1.15, 0.95, 1.0, 1.1, 0.9]).value();
        assert!(ten > 100.0 && ten < 1024.0, "{ten}");
        let many = evidence(&vec![1.0; 5000]).value();
        assert_eq!(many.to_bits(), f64::MAX.to_bits());
        assert!(evidence(&vec![-1.0; 5000]).value() < 1e-300);
    }

    #[test]
    fn a_shift_is_found_and_none_is_not() {
        const TRIALS: usize = 1000;
        let mut random = Pcg64::seed_from_u64(2);
        // Ever at 100 within 100 differences of Cauchy noise, which has no mean.
        let mut reached = |centre: f64| {
            let runs = (0..TRIALS).filter(|_| {
                let mut evidence = SignedRankEvidence::default();
                (0..100).any(|_| {
                    let noise = (std::f64::consts::PI * (random.random::<f64>() - 0.5)).tan();
                    evidence.push(centre + noise);
                    evidence.value() >= 100.0
                })
            });
            runs.count()
        };
        // Bounds: 1 % and three standard errors; below the null's border nearly never.
        assert!(reached(0.0) <= 19);
        assert!(reached(-1.0) <= 2);
        assert!(reached(2.0) >= 900);
    }

    proptest! {
        #[test]
        fn no_stake_gains_under_the_null(
            past in prop::collection::vec(-3i32..4, 0..30), size in prop_oneof![0.0..5.0f64, Just(1.0), Just(1e300), Just(f64::INFINITY)],
        ) {
            let past: Vec<f64> = past.into_iter().map(f64::from).collect();
            let now = evidence(&past);
            let after = |difference: f64| {
                let mut next = now.clone();
                next.push(difference);
                next.value()
            };
            let mean = (after(size) + after(-size)) / 2.0;
            prop_assert!((mean / now.value() - 1.0).abs() < 1e-12, "{} {}", mean, now.value());
            prop_assert!(after(f64::NAN) <= now.value() && after(size) >= now.value());
        }

        #[test]
        fn scale_does_not_matter(differences in prop::collection::vec(-9.0..9.0f64, 0..40), exponent in -1000i32..1000) {
            let scaled: Vec<f64> = differences.iter().map(|d| d * 2f64.powi(exponent)).collect();
            prop_assert_eq!(evidence(&differences).value().to_bits(), evidence(&scaled).value().to_bits());
        }

        #[test]
        fn the_threshold_agrees_with_its_rejections(e in prop::collection::vec(0.0..200.0f64, 1..60), q in 0.01..0.5f64) {
            let rejected = rejected(&e, q).len();
            let at = |count: usize| e.len() as f64 / (count.max(1) as f64 * q);
            prop_assert!((e_benjamini_hochberg(&e, q) / at(rejected) - 1.0).abs() < 1e-12);
            // No larger set would do.
            let mut falling = e.clone();
            falling.sort_unstable_by(|a, b| b.total_cmp(a));
            prop_assert!((rejected..e.len()).all(|k| falling[k] < at(k + 1) * (1.0 + 1e-12)));
        }
    }
}
