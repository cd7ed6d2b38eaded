//! What speaks for a step between two levels, and what against it.

use super::noise::{Noise, Spread};
use crate::stats::{Level, chance_steps, normal_deviate, student_quantile};

/// The fewest values of a level.
pub(super) const SHORTEST: usize = 3;
/// The confidence of a step's interval.
const CONFIDENCE: f64 = 0.95;

/// A step from one level to the next.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The mean before it.
    pub(super) before: f64,
    /// The mean after it.
    pub(super) after: f64,
    /// The standard error of their difference, and its degrees of freedom.
    error: f64,
    df: f64,
    /// The natural logarithm of the number of steps as clear as this that chance makes.
    pub(super) chance: f64,
    /// Whether both levels are long enough, and fit better than one straight line does.
    pub(super) stands_out: bool,
}

impl Step {
    /// Weighs the step between two levels, which are `both` when taken as one.
    ///
    /// One level and two are compared as models whose noise is autoregressive of order 1, each with
    /// the autocorrelation that it leaves: what a slow state of the machine explains is no step.
    /// Where one level has more spread than the other, the error is Welch's.
    pub(super) fn between(
        (left, left_spread): (&Level, Spread),
        (right, right_spread): (&Level, Spread),
        both: &Level,
        noise: Noise,
    ) -> Step {
        let (m, n) = (left.count(), right.count());
        let squares = left.squares + right.squares;
        let products = left.products + right.products;
        let alone = noise.joined(left, right, both).autocorrelation();
        let apart = noise.autocorrelation();
        let unexplained = innovations(squares, products, apart);
        let explained = innovations(both.squares, both.products, alone) - unexplained;
        let new = if squares > 0.0 { unexplained / squares } else { 1.0 };

        let (a, b) = (left_spread.variance / m, right_spread.variance / n);
        let (each, df) = (1.0 / m + 1.0 / n, (m + n - 2.0).max(1.0));
        let variance = (squares / df * each).max(a + b);
        let t = (explained.max(0.0) * each / (new * variance)).sqrt();
        let welch = (a + b) * (a + b) / (a * a / left_spread.df() + b * b / right_spread.df());
        let df = df.min(welch);
        let error = ((a + b) * (1.0 + apart) / (1.0 - apart)).sqrt();
        Step {
            before: left.mean,
            after: right.mean,
            error,
            df,
            chance: chance_steps(normal_deviate(t.max(0.0), df), noise.count, m, n),
            stands_out: left.range.len().min(right.range.len()) >= SHORTEST
                && squares < both.line_squares,
        }
    }

    /// Half the width of the interval of the difference.
    pub(super) fn margin(&self) -> f64 {
        if self.error > 0.0 {
            let quantile = student_quantile(0.5 + CONFIDENCE / 2.0, self.df);
            quantile.unwrap_or(f64::INFINITY) * self.error
        } else {
            0.0
        }
    }
}

/// The sum of squares that successive values do not explain of each other.
fn innovations(squares: f64, products: f64, autocorrelation: f64) -> f64 {
    squares * (1.0 + autocorrelation * autocorrelation) - 2.0 * autocorrelation * products
}
