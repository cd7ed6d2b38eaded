//! Error rates over many tests at once.

/// What a correction over a family of tests decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Which tests are rejected, in the order given.
    pub rejected: Vec<bool>,
    /// The level at which a one-sided bound agrees with the decision: it clears 0 exactly when its
    /// test is rejected.
    pub level: f64,
}

/// Benjamini and Hochberg's step-up procedure: the expected share of false rejections is at most
/// `q` for independent or positively dependent tests.
///
/// With `R` of `m` rejected, bounds taken at `max(R, 1) q / m` also hold the false coverage rate of
/// the selected ones (Benjamini and Yekutieli, 2005). A p-value that is NaN is never rejected.
/// Source: Benjamini and Hochberg, "Controlling the False Discovery Rate", 1995.
pub fn benjamini_hochberg(p: &[f64], q: f64) -> Family {
    let mut sorted: Vec<f64> = p.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let m = p.len().max(1) as f64;
    let rejections = sorted
        .iter()
        .enumerate()
        .rev()
        .find(|(i, p)| **p <= (i + 1) as f64 * q / m)
        .map_or(0, |(i, _)| i + 1);
    let level = rejections.max(1) as f64 * q / m;
    Family { rejected: p.iter().map(|p| rejections > 0 && *p <= level).collect(), level }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_authors_example() {
        // Benjamini and Hochberg 1995, section 3.2: 15 p-values, q = .05, four rejected.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let family = benjamini_hochberg(&p, 0.05);
        assert_eq!(family.rejected.iter().filter(|r| **r).count(), 4);
        assert!((family.level - 4.0 * 0.05 / 15.0).abs() < 1e-15);
    }

    #[test]
    fn none_and_nan() {
        let none = Family { rejected: vec![], level: 0.01 };
        assert_eq!(benjamini_hochberg(&[], 0.01), none);
        let family = benjamini_hochberg(&[f64::NAN, 0.0], 0.01);
        assert_eq!(family, Family { rejected: vec![false, true], level: 0.005 });
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_the_level_agrees(mut p in prop::collection::vec(0.0..1.0f64, 0..60), q in 0.001..0.3f64) {
            let family = benjamini_hochberg(&p, q);
            for (p, rejected) in p.iter().zip(&family.rejected) {
                prop_assert_eq!(*p <= family.level, *rejected);
            }
            let count = family.rejected.iter().filter(|r| **r).count();
            p.reverse();
            let reversed = benjamini_hochberg(&p, q);
            prop_assert_eq!(reversed.rejected.iter().filter(|r| **r).count(), count);
        }
    }
}
