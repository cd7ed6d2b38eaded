//! Where a step lies.

use super::slope::{self, pays_off};
use super::step::SHORTEST;
use crate::stats::Level;
use std::ops::RangeInclusive;

/// How far from the true one a place is still useful, in values.
pub(super) const TOLERANCE: usize = 5;
/// Places of which the probability of being useful is at least this share of the largest are as good
/// as the best.
const AS_GOOD: f64 = 0.99;

/// The start of the second level that leaves the least squares of a pair unexplained; `None` when it
/// is too short for two levels.
pub(super) fn best_fit(values: &[f64], pair: &Level) -> Option<usize> {
    let squares = unexplained(values, pair);
    let least = squares.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    Some(pair.range.start + SHORTEST + least.0)
}

/// The start of the second level that is most likely to be within [`TOLERANCE`] of the true one: with
/// noise, the best fit is often a chance peak beside a broad hill. Of places nearly as likely it is
/// the best fit, so that a clear step is found exactly.
///
/// The probabilities are the posterior of a step in normal noise of unknown variance, every place
/// being as likely before. Source: Smith, "A Bayesian approach to inference about a change-point",
/// 1975.
pub(super) fn place(values: &[f64], pair: &Level) -> Option<usize> {
    let squares = unexplained(values, pair);
    let least = squares.iter().copied().min_by(f64::total_cmp)?;
    if least <= 0.0 {
        return best_fit(values, pair);
    }
    let power = (pair.count() - 2.0) / 2.0;
    let weights: Vec<f64> = squares.iter().map(|s| (-power * (s / least).ln()).exp()).collect();
    let useful: Vec<f64> =
        (0..weights.len()).map(|at| weights[near(at, &weights)].iter().sum()).collect();
    let most = useful.iter().copied().fold(0.0, f64::max);
    let good = (0..weights.len()).filter(|at| useful[*at] >= AS_GOOD * most);
    let best = good.max_by(|a, b| weights[*a].total_cmp(&weights[*b]))?;
    Some(pair.range.start + SHORTEST + best)
}

/// The places within the tolerance of one.
fn near(at: usize, places: &[f64]) -> RangeInclusive<usize> {
    at.saturating_sub(TOLERANCE)..=(at + TOLERANCE).min(places.len() - 1)
}

/// The squares that a step leaves unexplained, for every place at which the second level may begin:
/// about two levels or, where they drift, about a line that jumps.
fn unexplained(values: &[f64], pair: &Level) -> Vec<f64> {
    let places = (pair.range.len() + 1).saturating_sub(2 * SHORTEST);
    let levels: Vec<f64> = by_levels(values, pair).skip(SHORTEST - 1).take(places).collect();
    let lines: Vec<f64> =
        slope::unexplained(values, pair).skip(SHORTEST - 1).take(places).collect();
    let least = |squares: &[f64]| squares.iter().copied().fold(f64::INFINITY, f64::min);
    if pays_off(least(&levels), least(&lines), pair.count()) { lines } else { levels }
}

/// The squares that are left by two levels, the second of which begins after one value, two values and
/// so on.
fn by_levels(values: &[f64], pair: &Level) -> impl Iterator<Item = f64> {
    let deviations = values[pair.range.clone()].iter().map(|value| value - pair.mean);
    let sums = deviations.scan(0.0, |sum, deviation| {
        *sum += deviation;
        Some(*sum)
    });
    sums.enumerate().map(|(last, sum)| {
        let (before, count) = (last as f64 + 1.0, pair.count());
        (pair.squares - sum * sum * count / (before * (count - before))).max(0.0)
    })
}
