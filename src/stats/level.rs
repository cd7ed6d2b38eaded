//! One stretch of values around a common level.

use std::ops::Range;

/// A stretch of values, and what is known of it without looking at them again.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Where it lies.
    pub range: Range<usize>,
    /// The mean.
    pub mean: f64,
    /// The sum of squared deviations from the mean.
    pub squares: f64,
    /// The sum of products of successive deviations from the mean.
    pub products: f64,
    /// The sum of squared deviations from the straight line of least squares.
    pub line_squares: f64,
}

impl Level {
    /// The stretch of `values` at `range`; the part that lies outside of `values` is left out, and an
    /// empty stretch is all 0.
    pub fn of(values: &[f64], range: Range<usize>) -> Level {
        let stretch = values.get(range.clone()).unwrap_or_default();
        let first = stretch.first().copied().unwrap_or(0.0);
        let n = stretch.len().max(1) as f64;
        // Taken from the first value, so that equal values have deviations of exactly 0.
        let mean = first + stretch.iter().map(|v| v - first).sum::<f64>() / n;
        let middle = (n - 1.0) / 2.0;
        let (mut squares, mut products, mut slope) = (0.0, 0.0, 0.0);
        let mut before = 0.0;
        for (i, value) in stretch.iter().enumerate() {
            let deviation = value - mean;
            squares += deviation * deviation;
            products += deviation * before;
            slope += deviation * (i as f64 - middle);
            before = deviation;
        }
        let spread = n * (n * n - 1.0) / 12.0;
        let explained = if spread > 0.0 { slope * slope / spread } else { 0.0 };
        Level { range, mean, squares, products, line_squares: (squares - explained).max(0.0) }
    }

    /// How many values it has.
    pub fn count(&self) -> f64 {
        self.range.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // numpy: v = array([1., 2, 4, 3]); v.mean(); ((v - v.mean()) ** 2).sum();
        // ((v - v.mean())[1:] * (v - v.mean())[:-1]).sum(); polyfit(arange(4), v, 1, full=True)[1]
        let level = Level::of(&[9.0, 1.0, 2.0, 4.0, 3.0], 1..5);
        assert!((level.mean - 2.5).abs() < 1e-12);
        assert!((level.squares - 5.0).abs() < 1e-12);
        assert!((level.products - 0.75).abs() < 1e-12);
        assert!((level.line_squares - 1.8).abs() < 1e-12);
    }

    #[test]
    fn degenerate_stretches() {
        let equal = Level::of(&[0.1; 7], 0..7);
        let none = [Level::of(&[1.0], 0..1).squares, Level::of(&[], 0..0).mean];
        let zeros = [equal.squares, equal.products, equal.line_squares].into_iter().chain(none);
        assert!(zeros.map(f64::abs).all(|value| value <= 0.0), "{equal:?}");
    }
}
