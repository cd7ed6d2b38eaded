//! Lone values far from their neighbours.

use super::{median, quantile};

/// The values of a running median: two on either side, fewer at the ends.
const REACH: usize = 2;
/// How far a value may stand out, in standard deviations of the noise.
const MOST: f64 = 3.0;
/// The share of values that are taken for noise, and the quantile of a normal value's size at it.
const USUAL: f64 = 0.9;
const NORMAL_AT_USUAL: f64 = 1.644_853_626_951_472_7;

/// The values with lone outliers brought in to 3 standard deviations from the running median of
/// five; three in a row are a level, and stay.
///
/// The noise is told from its 90th percentile, so that a second mode which more than a tenth of the
/// values are in is noise and no row of outliers. `None` when there is no value or one is not
/// finite. After the filter of Hampel ("The influence curve and its role in robust estimation",
/// 1974), which bounds and does not replace.
pub fn clip_spikes(values: &[f64]) -> Option<Vec<f64>> {
    let around = |i: usize| {
        let end = (i + REACH + 1).min(values.len());
        median(&values[i.saturating_sub(REACH)..end])
    };
    let middles: Vec<f64> = (0..values.len()).map(around).collect::<Option<_>>()?;
    let sizes: Vec<f64> = values.iter().zip(&middles).map(|(v, m)| (v - m).abs()).collect();
    let most = MOST * quantile(&sizes, USUAL)? / NORMAL_AT_USUAL;
    Some(values.iter().zip(&middles).map(|(v, m)| v.clamp(m - most, m + most)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spikes_go_and_levels_stay() {
        let check = |values: &[f64], expected: &[f64]| {
            assert_eq!(clip_spikes(values).unwrap(), expected, "{values:?}");
        };
        check(&[1.0; 4], &[1.0; 4]);
        check(&[1.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], &[1.0; 12]);
        let step = [1.0, 1.0, 1.0, 1.0, 5.0, 5.0, 5.0];
        check(&step, &step);
        let modes = [1.0, 9.0, 1.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0, 9.0];
        check(&modes, &modes);
    }

    #[test]
    fn what_is_no_number_has_no_answer() {
        assert_eq!(clip_spikes(&[]), None);
        assert_eq!(clip_spikes(&[1.0, f64::NAN, 1.0]), None);
        assert_eq!(clip_spikes(&[f64::MIN, f64::MAX, f64::MIN]), None);
    }

    proptest! {
        #[test]
        fn nothing_leaves_the_range(values in prop::collection::vec(-1e3..1e3f64, 1..40)) {
            let clipped = clip_spikes(&values).unwrap();
            let range = |v: &[f64]| v.iter().fold((f64::MAX, f64::MIN), |r, v| (r.0.min(*v), r.1.max(*v)));
            let (before, after) = (range(&values), range(&clipped));
            prop_assert!(before.0 <= after.0 && after.1 <= before.1);
        }
    }
}
