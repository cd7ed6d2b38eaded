//! What speaks for a step between two levels, and what against it.

use super::noise::{Fitted, Noise, Rest, Spread};
use super::slope::{Line, pays_off};
use crate::stats::{Level, chance_steps, normal_deviate, student_quantile};

/// The fewest values of a level.
pub(super) const SHORTEST: usize = 3;
/// The confidence of a step's interval.
const CONFIDENCE: f64 = 0.95;

/// Two neighbouring levels.
#[derive(Debug)]
pub(super) struct Pair {
    /// Both taken as one.
    pub(super) both: Level,
    straight: Line,
    jumping: Line,
}

impl Pair {
    /// Two levels, the second of which begins at `start`.
    pub(super) fn of(values: &[f64], both: Level, start: usize) -> Pair {
        let straight = Line::straight(values, &both);
        let jumping = Line::jumping(values, &both, start);
        Pair { both, straight, jumping }
    }
}

/// A step from one level to the next.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The level before it.
    pub(super) before: f64,
    /// The level after it.
    pub(super) after: f64,
    /// The standard error of their difference, and its degrees of freedom.
    error: f64,
    df: f64,
    /// The natural logarithm of the number of steps as clear as this that chance makes.
    pub(super) chance: f64,
    /// Whether both levels are long enough, and no straight line fits better.
    pub(super) stands_out: bool,
}

/// The difference of two levels as an estimate.
struct Difference {
    before: f64,
    after: f64,
    /// Its variance, and that in variances of a value.
    variance: f64,
    of_value: f64,
    df: f64,
}

impl Step {
    /// Weighs the step between two levels: against one level for both of them or, where they drift,
    /// against a line without a jump.
    pub(super) fn between(
        left: (&Level, Spread),
        right: (&Level, Spread),
        pair: &Pair,
        noise: Noise,
    ) -> Step {
        let rest = Rest::of(left.0) + Rest::of(right.0);
        let levelled = rest.squares < pair.both.line_squares;
        let drifts =
            !levelled && pays_off(rest.squares, pair.jumping.rest.squares, pair.both.count());
        let (difference, simple, rich) = if drifts {
            let straight = Fitted { rest: pair.straight.rest, parameters: 2.0 };
            let jumping = Fitted { rest: pair.jumping.rest, parameters: 3.0 };
            (Difference::of_line(left.0, right.0, pair), straight, jumping)
        } else {
            let one = Fitted { rest: Rest::of(&pair.both), parameters: 1.0 };
            let two = Fitted { rest, parameters: 2.0 };
            (Difference::of_levels(left, right), one, two)
        };
        let contrast = noise.contrast(rest, simple, rich);
        let Difference { before, after, variance, of_value, df } = difference;
        let t = (contrast.explained * of_value / (contrast.share * variance)).sqrt();
        let (m, n) = (left.0.count(), right.0.count());
        let r = contrast.autocorrelation;
        Step {
            before,
            after,
            error: (variance * (1.0 + r) / (1.0 - r)).sqrt(),
            df,
            chance: chance_steps(normal_deviate(t.max(0.0), df), noise.count, m, n),
            stands_out: m.min(n) >= SHORTEST as f64 && (drifts || levelled),
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

impl Difference {
    /// Where one level has more spread than the other, variance and degrees of freedom are Welch's.
    fn of_levels(
        (left, left_spread): (&Level, Spread),
        (right, right_spread): (&Level, Spread),
    ) -> Difference {
        let (m, n) = (left.count(), right.count());
        let (a, b) = (left_spread.variance / m, right_spread.variance / n);
        let (of_value, df) = (1.0 / m + 1.0 / n, (m + n - 2.0).max(1.0));
        let pooled = (left.squares + right.squares) / df * of_value;
        let welch = (a + b) * (a + b) / (a * a / left_spread.df() + b * b / right_spread.df());
        Difference {
            before: left.mean,
            after: right.mean,
            variance: pooled.max(a + b),
            of_value,
            df: df.min(welch),
        }
    }

    /// The jump of a line, about the middle of the levels.
    fn of_line(left: &Level, right: &Level, pair: &Pair) -> Difference {
        let Line { jump, weight, rest } = pair.jumping;
        let middle = left.mean.midpoint(right.mean);
        let df = (pair.both.count() - 3.0).max(1.0);
        Difference {
            before: middle - jump / 2.0,
            after: middle + jump / 2.0,
            variance: rest.squares / df / weight,
            of_value: 1.0 / weight,
            df,
        }
    }
}
