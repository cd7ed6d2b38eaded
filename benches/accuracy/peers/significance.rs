//! Tests of significance, two-sided at .05, without a least effect.

use super::means::mean;
use crate::trials::Trial;
use pacegate::stats;

const ALPHA: f64 = 0.05;

/// Welch, 1947: means with unequal variances, degrees of freedom after Satterthwaite.
pub(super) fn welch(trial: &Trial) -> bool {
    slower_by_welch(&trial.base, &trial.head).is_some_and(|p| 2.0 * p <= ALPHA)
}

/// benchstat: Mann and Whitney's U test, shown as `~` above .05.
pub(super) fn mann_whitney(trial: &Trial) -> bool {
    let slower = stats::mann_whitney_p(&trial.base, &trial.head).map(|(slower, _)| slower);
    slower.is_some_and(|p| 2.0 * p <= ALPHA)
        && stats::median(&trial.head) > stats::median(&trial.base)
}

/// The one-sided p-value against "head is not slower".
fn slower_by_welch(base: &[f64], head: &[f64]) -> Option<f64> {
    let part = |values: &[f64]| {
        let n = values.len() as f64;
        Some((stats::standard_deviation(values)?.powi(2) / n, n))
    };
    let ((a, n), (b, m)) = (part(base)?, part(head)?);
    let freedom = (a + b).powi(2) / (a.powi(2) / (n - 1.0) + b.powi(2) / (m - 1.0));
    let (slower, _) = stats::student_p(mean(head) - mean(base), (a + b).sqrt(), freedom)?;
    Some(slower)
}
