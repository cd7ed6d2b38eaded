//! Points that were marked, held against the truth.

use std::ops::Range;

/// A change is found by a point so many commits away.
const MARGIN: usize = 5;

/// The points of one series, counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Marks {
    pub(crate) changes: usize,
    /// Changes with a point at most five commits away.
    pub(crate) found: usize,
    /// Points farther than that from every change.
    pub(crate) false_points: usize,
}

impl Marks {
    pub(crate) fn of(points: &[usize], truth: &[Range<usize>]) -> Marks {
        let near = |point: &usize, change: &Range<usize>| {
            (change.start.saturating_sub(MARGIN)..change.end + MARGIN).contains(point)
        };
        let found = |change: &&Range<usize>| points.iter().any(|point| near(point, change));
        let stray = |point: &&usize| !truth.iter().any(|change| near(point, change));
        Marks {
            changes: truth.len(),
            found: truth.iter().filter(found).count(),
            false_points: points.iter().filter(stray).count(),
        }
    }
}
