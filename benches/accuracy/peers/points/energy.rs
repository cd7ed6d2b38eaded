//! Otava: E-divisive means in sliding windows, tested and joined by Student's t.
//!
//! Sources: Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis of
//! Multivariate Data", 2014; Fleming et al., "Hunter: Using Change Point Detection to Hunt for
//! Performance Regressions", 2023.

use super::super::means::mean;
use pacegate::stats;
use std::ops::Range;

/// Values of a window; each starts half a window after the last, or at the last point found in it.
const WINDOW: usize = 50;
/// What a point needs in the end, and to be looked at more closely.
const P: f64 = 0.001;
const P_WEAK: f64 = 0.01;

/// The points whose size is above `least`, a fraction.
pub(super) fn mark(values: &[f64], least: f64) -> Vec<usize> {
    join(values, split(values), least)
}

/// All weak points of all windows.
fn split(values: &[f64]) -> Vec<usize> {
    let mut points = Vec::new();
    let mut start = 0;
    while start < values.len() {
        let end = (start + WINDOW).min(values.len());
        let found: Vec<usize> =
            divide(&values[start..end]).iter().map(|point| start + point).collect();
        start = (start + WINDOW / 2).max(found.last().copied().unwrap_or(0));
        points.extend(found);
    }
    points.sort_unstable();
    points.dedup();
    points
}

/// Divides at the greatest energy between segments for as long as the t-test agrees.
fn divide(values: &[f64]) -> Vec<usize> {
    let energy = Energy::of(values);
    let mut points = Vec::new();
    loop {
        let best = segments(&points, values.len())
            .filter_map(|segment| Some((energy.split(&segment)?, segment)))
            .max_by(|((a, _), _), ((b, _), _)| a.total_cmp(b));
        let Some(((_, at), segment)) = best else { return points };
        if Sides::at(values, &segment, at).p > P_WEAK {
            return points;
        }
        points.push(at);
        points.sort_unstable();
    }
}

/// Drops the least significant point until all are significant, then the smallest until all are large.
fn join(values: &[f64], mut points: Vec<usize>, least: f64) -> Vec<usize> {
    let sides = |points: &[usize], i: usize| {
        let start = if i == 0 { 0 } else { points[i - 1] };
        let end = points.get(i + 1).copied().unwrap_or(values.len());
        Sides::at(values, &(start..end), points[i])
    };
    let mut all: Vec<Sides> = (0..points.len()).map(|i| sides(&points, i)).collect();
    loop {
        let first = |better: fn(&Sides, &Sides) -> bool| {
            (0..all.len()).reduce(|a, b| if better(&all[b], &all[a]) { b } else { a })
        };
        let weakest = first(|a, b| a.p > b.p).filter(|i| all[*i].p >= P);
        let smallest = || first(|a, b| a.size < b.size).filter(|i| all[*i].size <= least);
        let Some(i) = weakest.or_else(smallest) else { return points };
        points.remove(i);
        all.remove(i);
        // As Otava has it: the two points after the gap are looked at again, the one before is not.
        for i in (i..points.len()).take(2) {
            all[i] = sides(&points, i);
        }
    }
}

fn segments(points: &[usize], n: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(points.iter().copied());
    starts.zip(points.iter().copied().chain([n])).map(|(start, end)| start..end)
}

/// Sums of the distances between the values of every range: of `start..end` at `[start][end]`.
struct Energy(Vec<Vec<f64>>);

impl Energy {
    fn of(values: &[f64]) -> Energy {
        let n = values.len();
        let mut within = vec![vec![0.0; n + 1]; n + 1];
        for end in 1..=n {
            let mut added = 0.0;
            for start in (0..end).rev() {
                added += (values[start] - values[end - 1]).abs();
                within[start][end] = within[start][end - 1] + added;
            }
        }
        Energy(within)
    }

    /// The greatest energy between `start..at` and `at..end`, over all ends within the segment, and
    /// that `at`; `None` for a segment that cannot be split.
    fn split(&self, segment: &Range<usize>) -> Option<(f64, usize)> {
        let splits = (segment.start + 1..segment.end)
            .flat_map(|at| (at + 1..=segment.end).map(move |end| (at, end)));
        splits
            .map(|(at, end)| (self.between(segment.start, at, end), at))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
    }

    fn between(&self, start: usize, at: usize, end: usize) -> f64 {
        let (n, m) = ((at - start) as f64, (end - at) as f64);
        let within = |start: usize, end: usize| self.0[start][end];
        let (left, right, all) = (within(start, at), within(at, end), within(start, end));
        let mean = |sum: f64, n: f64| if n > 1.0 { sum / (n * (n - 1.0) / 2.0) } else { 0.0 };
        let across = 2.0 * (all - left - right) / (n * m);
        n * m / (n + m) * (across - mean(left, n) - mean(right, m))
    }
}

/// How the two sides of a point differ.
struct Sides {
    /// Of Student's t-test, two-sided; the standard deviations are those of the values themselves, as
    /// numpy's are.
    p: f64,
    /// The larger of the changes there and back, as a fraction.
    size: f64,
}

impl Sides {
    fn at(values: &[f64], segment: &Range<usize>, at: usize) -> Sides {
        let (left, right) = (&values[segment.start..at], &values[at..segment.end]);
        let (a, b) = (mean(left), mean(right));
        let (n, m) = (left.len() as f64, right.len() as f64);
        let variance = |values: &[f64], mean: f64| {
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
        };
        let freedom = n + m - 2.0;
        let pooled = ((n - 1.0) * variance(left, a) + (m - 1.0) * variance(right, b)) / freedom;
        let p = stats::student_p((b - a).abs(), (pooled * (1.0 / n + 1.0 / m)).sqrt(), freedom);
        Sides {
            p: p.map_or(1.0, |(p, _)| (2.0 * p).min(1.0)),
            size: (b / a - 1.0).abs().max((a / b - 1.0).abs()),
        }
    }
}
