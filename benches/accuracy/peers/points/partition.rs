//! The partition with the least squares plus a penalty for each point.
//!
//! PELT (Killick, Fearnhead and Eckley, 2012) finds the same partition with less work; series of this
//! length need none of that.

use pacegate::stats;

/// A segment has at least two values.
const SEGMENT: usize = 2;
/// The penalty for a point is this times `log n`, of values scaled to variance 1.
const PENALTY: f64 = 3.0;

pub(super) fn mark(values: &[f64]) -> Vec<usize> {
    let n = values.len();
    let sd = stats::standard_deviation(values).filter(|sd| *sd > 0.0);
    let Some(sd) = sd else { return Vec::new() };
    let first = values.first().copied().unwrap_or_default();
    let sums = sums(values.iter().map(|value| (value - first) / sd));
    let penalty = PENALTY * (n as f64).ln();
    // The least cost of the values before `end`, and where its last segment starts.
    let mut best = vec![(0.0, 0)];
    for end in 1..=n {
        let least = (0..=end.saturating_sub(SEGMENT))
            .filter(|start| *start == 0 || *start >= SEGMENT)
            .map(|start| (best[start].0 + cost(&sums, start, end) + penalty, start))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        best.push(least.unwrap_or((f64::INFINITY, 0)));
    }
    let mut points: Vec<usize> = std::iter::successors(Some(n), |end| Some(best[*end].1))
        .skip(1)
        .take_while(|start| *start > 0)
        .collect();
    points.reverse();
    points
}

/// Sums of the values before each place, and of their squares.
fn sums(values: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    let running = values.scan((0.0, 0.0), |(sum, squares), value| {
        *sum += value;
        *squares += value * value;
        Some((*sum, *squares))
    });
    std::iter::once((0.0, 0.0)).chain(running).collect()
}

/// Squared distances of a segment from its mean.
fn cost(sums: &[(f64, f64)], start: usize, end: usize) -> f64 {
    let ((sum, squares), (before, squares_before)) = (sums[end], sums[start]);
    squares - squares_before - (sum - before).powi(2) / (end - start) as f64
}
