//! The mean; spread: the ordinary standard deviation, and one that outliers cannot move.

use super::median;

/// The mean; `None` for no value, or one that is not finite.
pub fn mean(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    let n = values.len() as f64;
    // Taken from the first value, so that equal values have exactly that mean.
    let mean = first + values.iter().map(|v| v / n - first / n).sum::<f64>();
    Some(mean).filter(|mean| mean.is_finite())
}

/// The sample standard deviation (divisor n - 1); `None` below two finite values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    let (deviations, scale) = deviations(values)?;
    let squares: f64 = deviations.iter().map(|d| d * d).sum();
    let divisor = deviations.len().checked_sub(1).filter(|n| *n > 0)? as f64;
    Some((squares / divisor).sqrt() * scale).filter(|sd| sd.is_finite())
}

/// The median absolute deviation from the median, times 1.4826 so that it estimates the standard
/// deviation of normal values. Source: Rousseeuw and Croux, 1993.
pub fn robust_sd(values: &[f64]) -> Option<f64> {
    let center = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|v| (v - center).abs()).collect();
    Some(median(&deviations)? * 1.482_602_218_505_602)
}

/// Deviations from the mean divided by the largest one, which is the second value, so that their
/// squares can neither overflow nor vanish.
pub(super) fn deviations(values: &[f64]) -> Option<(Vec<f64>, f64)> {
    let first = *values.first()?;
    let n = values.len() as f64;
    // Taken from the first value, so that equal values have deviations of exactly 0.
    let mean = values.iter().map(|v| (v - first) / n).sum::<f64>();
    let mut deviations: Vec<f64> = values.iter().map(|v| (v - first) - mean).collect();
    let scale = deviations.iter().fold(0.0, |max: f64, d| max.max(d.abs()));
    if deviations.iter().any(|d| !d.is_finite()) {
        return None;
    }
    if scale > 0.0 {
        deviations.iter_mut().for_each(|d| *d /= scale);
    }
    Some((deviations, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reference_values() {
        // numpy.mean and numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1); scipy.stats.median_abs_deviation(..., scale="normal")
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert!((mean(&values).unwrap() - 5.0).abs() < 1e-12);
        assert!((standard_deviation(&values).unwrap() - 2.138_089_935_299_395).abs() < 1e-12);
        assert!((robust_sd(&values).unwrap() - 0.741_301_109_252_801).abs() < 1e-12);
    }

    #[test]
    fn degenerate_values() {
        for none in [&[][..], &[1.0], &[1.0, f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!(standard_deviation(none), None, "{none:?}");
        }
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[f64::INFINITY]), None);
        assert_eq!(mean(&[0.1; 7]), Some(0.1));
        assert_eq!(mean(&[1.7e308; 7]), Some(1.7e308));
        assert_eq!(standard_deviation(&[0.1; 7]), Some(0.0));
        assert_eq!(robust_sd(&[0.1; 7]), Some(0.0));
    }

    proptest! {
        #[test]
        fn scale_carries_through(values in prop::collection::vec(-100.0..100.0f64, 2..30), exponent in -300..298) {
            let factor = 10f64.powi(exponent);
            let scaled: Vec<f64> = values.iter().map(|v| v * factor).collect();
            for of in [mean, standard_deviation, robust_sd] {
                let (plain, scaled) = (of(&values).unwrap(), of(&scaled).unwrap());
                prop_assert!((scaled / factor - plain).abs() <= 1e-9 * (plain.abs() + 1.0), "{} {}", plain, scaled);
            }
        }
    }
}
