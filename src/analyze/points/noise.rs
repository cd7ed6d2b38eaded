//! How values scatter about the levels of their series.

use crate::stats::Level;
use std::ops::{Add, Sub};

/// The spread of a short level is taken over so many values around it: a handful of values says little
/// of it, while it seldom changes from one commit to the next.
const FEWEST: usize = 30;
/// What fades within five values is a state of the machine, exp(-1/5) from one to the next; what
/// lasts longer is a level.
const MOST_AUTOCORRELATION: f64 = 0.818_730_753_077_981_9;

/// What a model leaves of values: the sum of squared deviations from it, and the sum of products of
/// successive ones.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rest {
    pub(super) squares: f64,
    pub(super) products: f64,
}

impl Rest {
    pub(super) fn of(level: &Level) -> Rest {
        Rest { squares: level.squares, products: level.products }
    }

    /// The sum of squares that successive values do not explain of each other.
    fn innovations(self, autocorrelation: f64) -> f64 {
        self.squares * (1.0 + autocorrelation * autocorrelation)
            - 2.0 * autocorrelation * self.products
    }
}

impl Add for Rest {
    type Output = Rest;

    fn add(self, other: Rest) -> Rest {
        Rest { squares: self.squares + other.squares, products: self.products + other.products }
    }
}

impl Sub for Rest {
    type Output = Rest;

    fn sub(self, other: Rest) -> Rest {
        Rest { squares: self.squares - other.squares, products: self.products - other.products }
    }
}

/// What is left of a part of a series by a model with so many parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fitted {
    pub(super) rest: Rest,
    pub(super) parameters: f64,
}

/// A simple model of a part of a series beside a richer one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contrast {
    /// The squares that only the richer one explains.
    pub(super) explained: f64,
    /// How many times the richer one's squares, if that is how noise counts.
    pub(super) share: f64,
    /// The autocorrelation that the richer one leaves.
    pub(super) autocorrelation: f64,
}

/// The deviations of all values of a series from their levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    /// How many values there are.
    pub(super) count: f64,
    levels: f64,
    rest: Rest,
}

impl Noise {
    /// The noise about all levels of a series.
    pub(super) fn of(levels: &[Level]) -> Noise {
        Noise {
            count: levels.iter().map(Level::count).sum(),
            levels: levels.len() as f64,
            rest: levels.iter().map(Rest::of).fold(Rest::default(), Rest::add),
        }
    }

    /// Compares two models of a pair of levels, of which `pair` is left as it is.
    ///
    /// Each is taken with noise that is autoregressive of order 1, as much so as it leaves the whole
    /// series: what a slow state of the machine explains is no step.
    pub(super) fn contrast(self, pair: Rest, simple: Fitted, rich: Fitted) -> Contrast {
        let autocorrelation = |model: Fitted| {
            let parameters = self.levels - 2.0 + model.parameters;
            autocorrelation(self.rest - pair + model.rest, parameters, self.count)
        };
        let innovations = |model: Fitted| model.rest.innovations(autocorrelation(model));
        let unexplained = innovations(rich);
        let squares = rich.rest.squares;
        Contrast {
            explained: (innovations(simple) - unexplained).max(0.0),
            share: if squares > 0.0 { unexplained / squares } else { 1.0 },
            autocorrelation: autocorrelation(rich),
        }
    }
}

/// The lag-1 autocorrelation of `count` values about a model with so many `parameters`, at least 0.
///
/// Freed of the bias that fitted means bring (Marriott and Pope, "Bias in the estimation of
/// autocorrelations", 1954), and shrunk by its own error as James and Stein shrink means, so that
/// an autocorrelation that is chance costs no power.
fn autocorrelation(rest: Rest, parameters: f64, count: f64) -> f64 {
    let raw = rest.products / rest.squares;
    let unbiased = raw + parameters * (1.0 + 3.0 * raw) / count;
    let shrunk = unbiased * (1.0 - 1.0 / (count * unbiased * unbiased)).max(0.0);
    // Without noise it is not a number.
    if shrunk > 0.0 { shrunk.min(MOST_AUTOCORRELATION) } else { 0.0 }
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
        let wanted = level.range.len().max(FEWEST.min(values.len() / 2));
        let missing = wanted - level.range.len();
        // At either end of the series, what is missing there is taken from the other side.
        let start = level.range.start.saturating_sub(missing / 2).min(values.len() - wanted);
        let end = start + wanted;
        let first = levels[..at].iter().rposition(|level| level.range.start <= start).unwrap_or(at);
        let near = levels[first..].iter().take_while(|level| level.range.start < end);
        let squares = near.map(|level| {
            let part = level.range.start.max(start)..level.range.end.min(end);
            let squares = if part == level.range {
                level.squares
            } else {
                values[part].iter().map(|v| (v - level.mean) * (v - level.mean)).sum()
            };
            squares * level.count() / (level.count() - 1.0).max(1.0)
        });
        let count = wanted as f64;
        Spread { variance: squares.sum::<f64>() / count, count }
    }

    /// The degrees of freedom of the variance.
    pub(super) fn df(self) -> f64 {
        (self.count - 1.0).max(1.0)
    }
}
