//! Straight lines, with and without a jump: a series that drifts may jump all the same.

use super::noise::Rest;
use crate::stats::Level;

/// What a slope costs beside a step, in natural logarithms of the number of values: only a clear drift
/// is one.
const COST: f64 = 4.0;

/// A line through a pair of levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// How far it jumps where the second level begins.
    pub(super) jump: f64,
    /// The variance of a value over that of the jump.
    pub(super) weight: f64,
    /// What it leaves.
    pub(super) rest: Rest,
}

impl Line {
    /// The straight line of least squares.
    pub(super) fn straight(values: &[f64], pair: &Level) -> Line {
        Times::of(pair).line(values, pair, pair.range.len(), 0.0, 0.0)
    }

    /// The line of least squares that may jump at `start`, and has one slope on both sides.
    pub(super) fn jumping(values: &[f64], pair: &Level, start: usize) -> Line {
        let times = Times::of(pair);
        let before = start - pair.range.start;
        let sum = times.rest(values, pair).take(before).sum::<f64>();
        let weight = times.weight(before);
        let jump = if weight > 0.0 { -sum / weight } else { 0.0 };
        times.line(values, pair, before, jump, weight)
    }
}

/// Whether a slope besides a step pays off, given the squares that a step leaves without and with one.
pub(super) fn pays_off(without: f64, with: f64, count: f64) -> bool {
    with * (COST * count.ln() / count).exp() < without
}

/// The squares that are left of a pair by the line that jumps after one value, two values and so on.
pub(super) fn unexplained(values: &[f64], pair: &Level) -> impl Iterator<Item = f64> {
    let times = Times::of(pair);
    let sums = times.rest(values, pair).scan(0.0, |sum, rest| {
        *sum += rest;
        Some(*sum)
    });
    sums.enumerate().map(move |(last, sum)| {
        let weight = times.weight(last + 1);
        let explained = if weight > 0.0 { sum * sum / weight } else { 0.0 };
        (pair.line_squares - explained).max(0.0)
    })
}

/// The places of a pair's values, counted from the middle one.
#[derive(Debug, Clone, Copy)]
struct Times {
    count: f64,
    /// Their sum of squares.
    squares: f64,
}

impl Times {
    fn of(pair: &Level) -> Times {
        let count = pair.count();
        Times { count, squares: count * (count * count - 1.0) / 12.0 }
    }

    fn at(self, i: usize) -> f64 {
        i as f64 - (self.count - 1.0) / 2.0
    }

    fn slope(self, products: f64) -> f64 {
        if self.squares > 0.0 { products / self.squares } else { 0.0 }
    }

    /// The squared deviations of "comes after the first `before`" from its own straight line.
    fn weight(self, before: usize) -> f64 {
        let product = before as f64 * (self.count - before as f64);
        product / self.count - product * product / (4.0 * self.squares)
    }

    /// The deviations of the values from the straight line.
    fn rest(self, values: &[f64], pair: &Level) -> impl Iterator<Item = f64> + Clone {
        let deviations = deviations(values, pair);
        let slope = self.slope(deviations.clone().map(|(i, d)| d * self.at(i)).sum());
        deviations.map(move |(i, d)| d - slope * self.at(i))
    }

    /// The line with the given jump after the first `before` values.
    fn line(self, values: &[f64], pair: &Level, before: usize, jump: f64, weight: f64) -> Line {
        let after = self.count - before as f64;
        let products: f64 = deviations(values, pair).map(|(i, d)| d * self.at(i)).sum();
        let slope = self.slope(products - jump * before as f64 * after / 2.0);
        let mut rest = Rest::default();
        let mut last = 0.0;
        for (i, deviation) in deviations(values, pair) {
            let step = if i < before { 0.0 } else { jump } - jump * after / self.count;
            let deviation = deviation - slope * self.at(i) - step;
            rest.squares += deviation * deviation;
            rest.products += deviation * last;
            last = deviation;
        }
        Line { jump, weight, rest }
    }
}

/// The deviations of a pair's values from its mean, with their places in it.
fn deviations(values: &[f64], pair: &Level) -> impl Iterator<Item = (usize, f64)> + Clone {
    values[pair.range.clone()].iter().map(|value| value - pair.mean).enumerate()
}
