//! Dependence of successive values.

use super::robust::deviations;

/// The lag-1 autocorrelation, in [-1, 1]; `None` below three values or for constant ones.
///
/// The usual biased estimator (Box, Jenkins and Reinsel): products of successive deviations from the
/// mean over the sum of squared deviations.
pub fn autocorrelation(values: &[f64]) -> Option<f64> {
    if values.len() < 3 {
        return None;
    }
    let (deviations, _) = deviations(values)?;
    let squares: f64 = deviations.iter().map(|d| d * d).sum();
    let products: f64 = deviations.windows(2).map(|w| w[0] * w[1]).sum();
    Some(products / squares).filter(|r| r.is_finite())
}

/// How many independent values tell the mean as well as `n` values with the given lag-1
/// autocorrelation, in [1, n]: `n (1 - r) / (1 + r)`, as for a first-order autoregression.
///
/// Alternating values are not counted for more than they are. 1 if the autocorrelation is unknown.
/// Source: Bayley and Hammersley, "The 'Effective' Number of Independent Observations in an
/// Autocorrelated Time Series", 1946.
pub fn effective_size(n: usize, autocorrelation: f64) -> f64 {
    let n = n.max(1) as f64;
    let size = n * (1.0 - autocorrelation) / (1.0 + autocorrelation);
    if size.is_nan() { 1.0 } else { size.clamp(1.0, n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // statsmodels.tsa.stattools.acf([1, 2, 3, 4, 5], nlags=1)[1]
        let line = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert!((autocorrelation(&line).unwrap() - 0.4).abs() < 1e-12);
        for factor in [1e-300, 1e300] {
            let scaled = line.map(|v| v * factor);
            assert!((autocorrelation(&scaled).unwrap() - 0.4).abs() < 1e-12);
        }
        assert_eq!(autocorrelation(&[1.0, 1.0, 1.0]), None);
        assert_eq!(autocorrelation(&[1.0, f64::NAN, 1.0]), None);
    }

    #[test]
    fn dependent_values_count_for_less() {
        for (n, r, expected) in [
            (100, 0.0, 100.0),
            (100, 0.5, 100.0 / 3.0),
            (100, -0.5, 100.0),
            (100, 1.0, 1.0),
            (100, -1.0, 100.0),
            (10, 0.99, 1.0),
            (100, f64::NAN, 1.0),
            (0, 0.0, 1.0),
        ] {
            let found = effective_size(n, r);
            assert!((found - expected).abs() < 1e-12, "{n} {r}: {found}");
        }
    }
}
