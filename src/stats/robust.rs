//! Spread: the ordinary standard deviation, and one that outliers cannot move.

use super::median;

/// The sample standard deviation (divisor n - 1); `None` below two finite values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().map(|v| v / n).sum::<f64>();
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some((squares / (n - 1.0)).sqrt()).filter(|sd| sd.is_finite())
}

/// The median absolute deviation from the median, times 1.4826 so that it estimates the standard
/// deviation of normal values. Source: Rousseeuw and Croux, 1993.
pub fn robust_sd(values: &[f64]) -> Option<f64> {
    let center = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|v| (v - center).abs()).collect();
    Some(median(&deviations)? * 1.482_602_218_505_602)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1); scipy.stats.median_abs_deviation(..., scale="normal")
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert!((standard_deviation(&values).unwrap() - 2.138_089_935_299_395).abs() < 1e-12);
        assert!((robust_sd(&values).unwrap() - 0.741_301_109_252_801).abs() < 1e-12);
        assert_eq!(standard_deviation(&[1.0]), None);
    }
}
