//! Whether values fall into two groups.

use super::robust::deviations;

/// The split of sorted values into a lower and an upper group that leaves the least variation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoGroups {
    /// Sum of squared deviations from the groups' means, as a share of that from the common mean; in
    /// [0, 1]. About 0.36 for normal values and 0.25 for uniform ones.
    pub within: f64,
    /// Distance of the groups' means.
    pub apart: f64,
}

/// The best split of values into two groups that each hold at least the share `least` of them; `None`
/// when the values are all equal, or too few for two groups of two.
///
/// Source: Fisher, "On Grouping for Maximum Homogeneity", 1958.
pub fn two_groups(values: &[f64], least: f64) -> Option<TwoGroups> {
    let (deviations, scale) = deviations(&super::sorted(values)?)?;
    let n = deviations.len();
    let total: f64 = deviations.iter().map(|d| d * d).sum();
    let least = ((n as f64 * least).ceil() as usize).max(2);
    let mut lower_sum = 0.0;
    let mut best: Option<TwoGroups> = None;
    for (index, deviation) in deviations.iter().enumerate() {
        lower_sum += deviation;
        let (lower, upper) = (index + 1, n - index - 1);
        if lower < least || upper < least {
            continue;
        }
        // The deviations sum to 0, so that the upper group's sum is the lower one's, negated.
        let (lower, upper) = (lower as f64, upper as f64);
        let between = lower_sum * lower_sum * (1.0 / lower + 1.0 / upper);
        let within = (1.0 - between / total).clamp(0.0, 1.0);
        let apart = -lower_sum * (1.0 / lower + 1.0 / upper) * scale;
        if within.is_finite() && best.is_none_or(|best| within < best.within) {
            best = Some(TwoGroups { within, apart });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_split_that_leaves_the_least() {
        let found = two_groups(&[11.0, 1.0, 3.0, 9.0], 0.0).unwrap();
        // Means 2 and 10: 4 squares of 1 within, 4 of 4^2 between.
        assert!((found.within - 4.0 / 68.0).abs() < 1e-12 && (found.apart - 8.0).abs() < 1e-12);
        // With a group of one left out, the outlier stays with its neighbours.
        let found = two_groups(&[1.0, 2.0, 3.0, 4.0, 100.0], 0.0).unwrap();
        assert!(found.within > 0.4, "{found:?}");
    }

    #[test]
    fn degenerate_values() {
        for none in [&[][..], &[1.0, 2.0, 3.0], &[0.1; 9], &[1.0, 2.0, 3.0, f64::NAN]] {
            assert_eq!(two_groups(none, 0.2), None, "{none:?}");
        }
        assert_eq!(two_groups(&[1.0, 2.0, 3.0, 4.0], 0.6), None);
    }

    proptest! {
        #[test]
        fn no_split_leaves_less(values in prop::collection::vec(-100.0..100.0f64, 4..20)) {
            let found = two_groups(&values, 0.0).unwrap();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let squares = |values: &[f64]| {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
            };
            let least = (2..=sorted.len() - 2)
                .map(|at| squares(&sorted[..at]) + squares(&sorted[at..]))
                .fold(f64::INFINITY, f64::min);
            prop_assert!((found.within - least / squares(&sorted)).abs() < 1e-9);
            prop_assert!(found.apart > 0.0);
        }
    }
}
