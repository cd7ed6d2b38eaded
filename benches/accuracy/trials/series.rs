//! One value a commit, with levels that change at known commits.

use super::benchmark::{Benchmark, Under};
use super::draw::generator;
use super::noise::Profile;
use rand::RngExt as _;
use std::ops::Range;

/// Commits of a series.
pub(crate) const COMMITS: usize = 120;
/// Values of a commit's process.
const VALUES: usize = 10;
/// Processes that other benchmarks take between two commits.
const BETWEEN_COMMITS: usize = 3;
/// Commits at either end at which nothing changes.
const QUIET: usize = COMMITS / 6;
/// Commits over which a ramp rises.
const RAMP: usize = COMMITS / 5;
/// Commits that a dip lasts, and at least those between two steps.
const DIP: usize = 6;
/// How much slower the commit of a spike is.
const SPIKE: f64 = 0.3;
/// What the spread is multiplied by where that is what changes.
const SPREAD: f64 = 3.0;

/// What happens to a series; effects are fractions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// One commit is slower by 30 %, and the next one is as before.
    Spike,
    /// The spread triples, and the level stays.
    Variance,
    /// Slower from one commit on.
    Step(f64),
    /// Slower, and later slower again or as before.
    TwoSteps(f64),
    /// A little slower with each of 24 commits.
    Ramp(f64),
    /// Slower for six commits.
    Dip(f64),
}

/// A series and its truth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// In seconds, in the order of commits.
    pub(crate) values: Vec<f64>,
    /// The commits over which the level changes, one range a change.
    pub(crate) truth: Vec<Range<usize>>,
}

impl Series {
    /// The series of that name.
    pub(crate) fn new(name: &str, profile: &Profile, change: Change) -> Series {
        let mut benchmark = Benchmark::new(generator(name), profile);
        let course = Course::draw(&mut benchmark, change);
        let values = (0..COMMITS).map(|commit| {
            benchmark.pass(BETWEEN_COMMITS);
            let under = Under {
                effect: course.effect(commit),
                runner: benchmark.runner(),
                spread: course.spread(commit),
            };
            benchmark.value(VALUES, under)
        });
        Series { values: values.collect(), truth: course.truth() }
    }
}

/// A change with the commits at which it happens.
struct Course {
    change: Change,
    at: usize,
    /// Of two steps, the second, and the level from there on.
    second: (usize, f64),
}

impl Course {
    fn draw(benchmark: &mut Benchmark, change: Change) -> Course {
        let mut commit = || benchmark.random.random_range(QUIET..COMMITS - QUIET);
        let at = commit();
        let Change::TwoSteps(effect) = change else {
            return Course { change, at, second: (at, 0.0) };
        };
        let other = commit();
        let (first, second) = (at.min(other), at.max(other).max(at.min(other) + DIP));
        let level = if benchmark.random.random() { 2.0 * effect } else { 0.0 };
        Course { change, at: first, second: (second, level) }
    }

    fn effect(&self, commit: usize) -> f64 {
        let since = |at: usize, effect: f64| if commit >= at { effect } else { 0.0 };
        match self.change {
            Change::None | Change::Variance => 0.0,
            Change::Spike => {
                if commit == self.at {
                    SPIKE
                } else {
                    0.0
                }
            }
            Change::Step(effect) => since(self.at, effect),
            Change::TwoSteps(_) if commit >= self.second.0 => self.second.1,
            Change::TwoSteps(effect) => since(self.at, effect),
            Change::Ramp(effect) => {
                effect * (commit.saturating_sub(self.at) as f64 / RAMP as f64).min(1.0)
            }
            Change::Dip(effect) => since(self.at, effect) - since(self.at + DIP, effect),
        }
    }

    fn spread(&self, commit: usize) -> f64 {
        if self.change == Change::Variance && commit >= self.at { SPREAD } else { 1.0 }
    }

    fn truth(&self) -> Vec<Range<usize>> {
        let over = |start: usize, commits: usize| start..(start + commits).min(COMMITS);
        let at = |commit| over(commit, 1);
        match self.change {
            Change::None | Change::Spike | Change::Variance => vec![],
            Change::Step(_) => vec![at(self.at)],
            Change::TwoSteps(_) => vec![at(self.at), at(self.second.0)],
            Change::Ramp(_) => vec![over(self.at, RAMP + 1)],
            Change::Dip(_) => vec![at(self.at), at(self.at + DIP)],
        }
    }
}
