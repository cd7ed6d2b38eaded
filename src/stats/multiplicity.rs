//! Error rates over many tests at once.

/// The level that Benjamini and Hochberg's step-up procedure rejects at: the expected share of false
/// rejections is at most `q` for independent or positively dependent tests.
///
/// A test is rejected exactly when its p-value is at most the level, which never holds for NaN. With `R`
/// of `m` rejected it is `max(R, 1) q / m`, so that bounds taken at it also hold the false coverage rate
/// of the selected ones (Benjamini and Yekutieli, 2005).
/// Source: Benjamini and Hochberg, "Controlling the False Discovery Rate", 1995.
pub fn benjamini_hochberg(p: &[f64], q: f64) -> f64 {
    let mut sorted: Vec<f64> = p.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let m = p.len().max(1) as f64;
    let rejections = sorted
        .iter()
        .enumerate()
        .rev()
        .find(|(i, p)| **p <= (i + 1) as f64 * q / m)
        .map_or(0, |(i, _)| i + 1);
    rejections.max(1) as f64 * q / m
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rejected(p: &[f64], level: f64) -> usize {
        p.iter().filter(|p| **p <= level).count()
    }

    #[test]
    fn the_authors_example() {
        // Benjamini and Hochberg 1995, section 3.2: 15 p-values, q = .05, four rejected.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let level = benjamini_hochberg(&p, 0.05);
        assert_eq!(rejected(&p, level), 4);
        assert!((level - 4.0 * 0.05 / 15.0).abs() < 1e-15);
    }

    #[test]
    fn none_and_nan() {
        assert!((benjamini_hochberg(&[], 0.01) - 0.01).abs() < 1e-15);
        let p = [f64::NAN, 0.0];
        let level = benjamini_hochberg(&p, 0.01);
        assert!((level - 0.005).abs() < 1e-15 && rejected(&p, level) == 1);
    }

    proptest! {
        #[test]
        fn the_level_agrees_with_its_rejections(mut p in prop::collection::vec(0.0..1.0f64, 0..60), q in 0.001..0.3f64) {
            let level = benjamini_hochberg(&p, q);
            let expected = rejected(&p, level).max(1) as f64 * q / p.len().max(1) as f64;
            prop_assert!((level - expected).abs() <= 1e-15);
            p.reverse();
            prop_assert_eq!(benjamini_hochberg(&p, q).to_bits(), level.to_bits());
        }
    }
}
