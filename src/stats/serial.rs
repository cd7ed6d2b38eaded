//! Dependence of successive values.

/// The lag-1 autocorrelation, in [-1, 1]; `None` below three values or for constant ones.
///
/// The usual biased estimator (Box, Jenkins and Reinsel): products of successive deviations from the
/// mean over the sum of squared deviations.
pub fn autocorrelation(values: &[f64]) -> Option<f64> {
    if values.len() < 3 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mean = values.iter().map(|v| v / values.len() as f64).sum::<f64>();
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let products: f64 = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    Some(products / squares).filter(|r| r.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // statsmodels.tsa.stattools.acf([1, 2, 3, 4, 5], nlags=1)[1]
        assert!((autocorrelation(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(autocorrelation(&[1.0, 1.0, 1.0]), None);
    }
}
