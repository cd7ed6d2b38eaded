//! The noise level of pairs.

use super::{in_sequence, log_ratios};
use crate::model::{NoiseLevel, Pair};
use crate::stats;

/// How much the values of pairs vary, within pairs and over the whole session.
///
/// The drift is that of Theil and Sen's line, so that single slow processes do not make one. `None`
/// below two pairs, or where a value is not above 0.
pub fn noise_level(pairs: &[Pair]) -> Option<NoiseLevel> {
    let ratios = log_ratios(pairs)?;
    let logs: Vec<f64> = in_sequence(pairs).iter().map(|value| value.ln()).collect();
    let times: Vec<f64> = (0..logs.len()).map(|index| index as f64).collect();
    let slope = stats::theil_sen_slope(&times, &logs).filter(|_| pairs.len() > 1)?;
    let drift = (slope * times.last()?).exp_m1();
    Some(NoiseLevel {
        within_pairs: stats::robust_sd(&ratios)?,
        between_processes: stats::robust_sd(&logs)?,
        autocorrelation: stats::autocorrelation(&logs),
        drift: drift.is_finite().then_some(drift)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::trial;
    use super::*;
    use crate::model::Build;
    use proptest::prelude::*;

    #[test]
    fn normal_noise_is_measured() {
        let level = noise_level(&trial::pairs(2000, 0.05, 1)).unwrap();
        assert!((level.within_pairs / 0.05 - 1.0).abs() < 0.1, "{level:?}");
        assert!((level.between_processes * 2f64.sqrt() / 0.05 - 1.0).abs() < 0.1, "{level:?}");
        assert!(level.autocorrelation.unwrap().abs() < 0.1, "{level:?}");
        assert!(level.drift.abs() < 0.02, "{level:?}");
    }

    #[test]
    fn drift_is_of_the_session_and_not_within_pairs() {
        let value = |at: f64| (0.001 * at).exp();
        let pair = |i: u32| {
            let at = f64::from(i) * 2.0;
            Pair { base: value(at), head: value(at + 1.0), first: Build::Base }
        };
        let level = noise_level(&(0..50).map(pair).collect::<Vec<_>>()).unwrap();
        assert!((level.drift - 0.099f64.exp_m1()).abs() < 1e-9, "{level:?}");
        assert!(level.within_pairs < 1e-9 && level.between_processes > 0.03, "{level:?}");
        assert!(level.autocorrelation.unwrap() > 0.9, "{level:?}");
    }

    #[test]
    fn equal_values_have_no_noise_and_zeros_no_logarithm() {
        let same = [Pair { base: 2.0, head: 2.0, first: Build::Head }; 9];
        let expected = NoiseLevel {
            within_pairs: 0.0,
            between_processes: 0.0,
            autocorrelation: None,
            drift: 0.0,
        };
        assert_eq!(noise_level(&same), Some(expected));
        assert_eq!(noise_level(&same[..1]), None);
        assert_eq!(noise_level(&[]), None);
        let zero = Pair { head: 0.0, ..same[0] };
        assert_eq!(noise_level(&[same[0], zero, same[0]]), None);
    }

    proptest! {
        #[test]
        fn whatever_is_told_is_finite(pairs in trial::any()) {
            if let Some(level) = noise_level(&pairs) {
                let NoiseLevel { within_pairs, between_processes, autocorrelation, drift } = level;
                for number in [within_pairs, between_processes, drift] {
                    prop_assert!(number.is_finite(), "{:?}", level);
                }
                prop_assert!(autocorrelation.is_none_or(|r| r.abs() <= 1.0), "{:?}", level);
            }
        }
    }
}
