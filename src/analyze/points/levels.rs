//! The levels of a series, of which two neighbours can be joined.

use super::noise::{Noise, Spread};
use super::place::{best_fit, place};
use super::step::{Pair, Step};
use crate::stats::{Level, median, optimal_partition};

/// What a level costs at first, in variances of the noise and in natural logarithms of the number of
/// values. Source: Yao, "Estimating the number of change-points via Schwarz' criterion", 1988.
const LEVEL_COST: f64 = 2.0;
/// The most levels to begin with; a series that wanders has no end of them.
const MOST: usize = 500;
/// The standard deviation of a normal value over the median size of the difference of two.
const DIFFERENCE_TO_SD: f64 = 1.482_602_218_505_602 * std::f64::consts::FRAC_1_SQRT_2;

/// A series cut into levels.
#[derive(Debug)]
pub(super) struct Levels<'v> {
    values: &'v [f64],
    levels: Vec<Level>,
    /// Each level and the next one.
    pairs: Vec<Pair>,
}

impl<'v> Levels<'v> {
    /// Cuts a series wherever that pays off.
    pub(super) fn of(values: &'v [f64]) -> Levels<'v> {
        let mut cost = LEVEL_COST * (values.len() as f64).ln() * variance_of_differences(values);
        let mut cuts = optimal_partition(values, cost).unwrap_or_default();
        while cuts.len() >= MOST {
            cost *= 2.0;
            cuts = optimal_partition(values, cost).unwrap_or_default();
        }
        let starts = [0].into_iter().chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([values.len()]);
        let levels = starts.zip(ends).map(|(start, end)| Level::of(values, start..end)).collect();
        let mut levels = Levels { values, levels, pairs: vec![] };
        levels.pairs = (1..levels.levels.len()).map(|at| levels.pair(at - 1)).collect();
        levels
    }

    /// The steps between the levels.
    pub(super) fn steps(&self) -> Vec<Step> {
        let noise = Noise::of(&self.levels);
        let spread = |at: usize| Spread::of(self.values, &self.levels, at);
        let spreads: Vec<Spread> = (0..self.levels.len()).map(spread).collect();
        let side = |at: usize| (&self.levels[at], spreads[at]);
        let pairs = self.pairs.iter().enumerate();
        pairs.map(|(at, pair)| Step::between(side(at), side(at + 1), pair, noise)).collect()
    }

    /// Joins a level and the next one, and moves the steps on either side to where they fit best now.
    pub(super) fn join(&mut self, at: usize) {
        self.levels[at] = self.pairs.remove(at).both;
        self.levels.remove(at + 1);
        for step in [at.checked_sub(1), Some(at)].into_iter().flatten() {
            if step < self.pairs.len() {
                self.cut(step, best_fit);
            }
        }
    }

    /// The places of the steps, as [`place`] has them.
    pub(super) fn places(mut self) -> Vec<usize> {
        for step in 0..self.pairs.len() {
            self.cut(step, place);
        }
        self.levels.iter().skip(1).map(|level| level.range.start).collect()
    }

    /// Moves a step to where `find` finds it between the steps on either side.
    fn cut(&mut self, step: usize, find: impl Fn(&[f64], &Level) -> Option<usize>) {
        let range = self.levels[step].range.start..self.levels[step + 1].range.end;
        let both = Level::of(self.values, range.clone());
        if let Some(start) = find(self.values, &both) {
            self.levels[step] = Level::of(self.values, range.start..start);
            self.levels[step + 1] = Level::of(self.values, start..range.end);
        }
        for near in step.saturating_sub(1)..(step + 2).min(self.pairs.len()) {
            self.pairs[near] = self.pair(near);
        }
    }

    fn pair(&self, step: usize) -> Pair {
        let (left, right) = (&self.levels[step].range, &self.levels[step + 1].range);
        Pair::of(self.values, Level::of(self.values, left.start..right.end), right.start)
    }
}

/// The variance of the noise, told from differences, on which levels have no bearing: of values so far
/// apart that most of what a slow state adds to them is seen.
fn variance_of_differences(values: &[f64]) -> f64 {
    let apart = (values.len() / 10).clamp(1, 5);
    let pairs = values.iter().zip(values.iter().skip(apart));
    let sizes: Vec<f64> = pairs.map(|(earlier, later)| (later - earlier).abs()).collect();
    let sd = median(&sizes).unwrap_or(0.0) * DIFFERENCE_TO_SD;
    if sd > 0.0 {
        return sd * sd;
    }
    // Where most values are equal, the median says nothing.
    sizes.iter().map(|size| size * size).sum::<f64>() / (2.0 * sizes.len().max(1) as f64)
}
