//! Perfherder: the values before a commit against those from it on, and where they differ most.

use super::super::means::mean;

/// Values before a commit, at least and at most: more once some commits have passed without a jump.
const BEFORE: (usize, usize) = (12, 24);
/// Values from the commit on.
const AFTER: usize = 12;
const T: f64 = 7.0;
/// Smaller changes raise no alert.
const CHANGE: f64 = 0.02;

pub(super) fn mark(values: &[f64]) -> Vec<usize> {
    let mut calm = 0;
    let mut scores = vec![Score::default(); values.len()];
    for (at, score) in scores.iter_mut().enumerate().skip(1) {
        let back = calm.clamp(BEFORE.0, BEFORE.1);
        *score = Score::at(values, at, back);
        calm = if score.t > T { 0 } else { calm + 1 };
    }
    let t = |at: usize| scores.get(at).map_or(0.0, |score| score.t);
    (BEFORE.0..values.len().saturating_sub(AFTER - 1))
        .filter(|at| t(*at) > T && t(at - 1) <= t(*at) && t(at + 1) <= t(*at))
        .filter(|at| scores[*at].change >= CHANGE)
        .collect()
}

/// How different the two sides of a commit are.
#[derive(Debug, Clone, Default)]
struct Score {
    t: f64,
    /// Of the means, as a fraction of the one before.
    change: f64,
}

impl Score {
    fn at(values: &[f64], at: usize, back: usize) -> Score {
        let (before, after) = values.split_at(at);
        let before = &before[before.len().saturating_sub(back)..];
        let after = &after[..after.len().min(AFTER)];
        let ((a, a_error), (b, b_error)) = (weighted(before.iter().rev()), weighted(after.iter()));
        let t = (b - a).abs() / (a_error + b_error).sqrt();
        // Of equal values without a spread, NaN: they do not differ.
        Score { t: t.max(0.0), change: (mean(after) / mean(before) - 1.0).abs() }
    }
}

/// A mean with weights that fall in a straight line from the first value on, and its squared error.
fn weighted<'a>(values: impl ExactSizeIterator<Item = &'a f64> + Clone) -> (f64, f64) {
    let n = values.len();
    let weight = |i: usize| (n - i) as f64;
    let sum: f64 = values.clone().enumerate().map(|(i, value)| weight(i) * value).sum();
    let mean = sum / (0..n).map(weight).sum::<f64>();
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (n.max(2) - 1) as f64 / n as f64)
}
