//! How values scatter about the levels of their series.

use crate::stats::Level;

/// The spread of a short level is taken over so many values around it: a handful of values says little
/// of it, while it seldom changes from one commit to the next.
const FEWEST: usize = 30;
/// Beyond this, autocorrelation cannot be told from a drift.
const MOST_AUTOCORRELATION: f64 = 0.95;

/// The deviations of all values from their levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    /// How many values there are.
    pub(super) count: f64,
    /// How many levels.
    levels: f64,
    /// The sum of squared deviations.
    squares: f64,
    /// The sum of products of successive deviations.
    products: f64,
}

impl Noise {
    /// The noise about all levels of a series.
    pub(super) fn of(levels: &[Level]) -> Noise {
        Noise {
            count: levels.iter().map(Level::count).sum(),
            levels: levels.len() as f64,
            squares: levels.iter().map(|level| level.squares).sum(),
            products: levels.iter().map(|level| level.products).sum(),
        }
    }

    /// The noise with two levels taken as one, `both`.
    pub(super) fn joined(self, left: &Level, right: &Level, both: &Level) -> Noise {
        Noise {
            levels: self.levels - 1.0,
            squares: self.squares - left.squares - right.squares + both.squares,
            products: self.products - left.products - right.products + both.products,
            ..self
        }
    }

    /// The lag-1 autocorrelation, at least 0.
    ///
    /// Freed of the bias that fitted means bring (Marriott and Pope, "Bias in the estimation of
    /// autocorrelations", 1954), and shrunk by its own error as James and Stein shrink means, so that
    /// an autocorrelation that is chance costs no power.
    pub(super) fn autocorrelation(self) -> f64 {
        let raw = self.products / self.squares;
        let unbiased = raw + self.levels * (1.0 + 3.0 * raw) / self.count;
        let share = 1.0 - 1.0 / (self.count * unbiased * unbiased);
        let shrunk = unbiased * share.max(0.0);
        // Without noise it is not a number.
        if shrunk > 0.0 { shrunk.min(MOST_AUTOCORRELATION) } else { 0.0 }
    }
}

/// The spread of a level, and the values it was taken from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) variance: f64,
    count: f64,
}

impl Spread {
    /// The spread of a level among its neighbours.
    pub(super) fn of(values: &[f64], levels: &[Level], at: usize) -> Spread {
        let level = &levels[at];
        let missing = FEWEST.min(values.len()).saturating_sub(level.range.len());
        let start = level.range.start.saturating_sub(missing / 2);
        let end = (level.range.end + missing - missing / 2).min(values.len());
        // At either end of the series the values that are missing there are taken from within.
        let start = start.min(end.saturating_sub(level.range.len() + missing));
        let end = end.max(start + level.range.len() + missing);
        let near = levels[..at].iter().rposition(|level| level.range.start <= start).unwrap_or(at);
        let variance =
            levels[near..].iter().take_while(|level| level.range.start < end).map(|level| {
                let part = level.range.start.max(start)..level.range.end.min(end);
                let squares = if part == level.range {
                    level.squares
                } else {
                    values[part].iter().map(|v| (v - level.mean) * (v - level.mean)).sum()
                };
                squares * level.count() / (level.count() - 1.0).max(1.0)
            });
        let count = (end - start) as f64;
        Spread { variance: variance.sum::<f64>() / count, count }
    }

    /// The degrees of freedom of the variance.
    pub(super) fn df(self) -> f64 {
        (self.count - 1.0).max(1.0)
    }
}
