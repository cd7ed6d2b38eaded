//! What stands in a cell: a share with its interval.

use pacegate::stats::{Rate, clopper_pearson};

/// Either bound of an interval errs with this probability: 95 % intervals.
const ALPHA: f64 = 0.025;

/// A share in percent with its 95 % interval (Clopper and Pearson), as in `1.3 (0.7–2.2)`.
pub(crate) fn share(found: usize, of: usize) -> String {
    let Some(rate) = Rate::new(found as f64, of as f64) else { return "–".to_owned() };
    let (lo, hi) = clopper_pearson(rate, ALPHA, ALPHA);
    let [share, lo, hi] = [rate.share(), lo, hi].map(|share| 100.0 * share);
    format!("{share:.1} ({lo:.1}–{hi:.1})")
}

/// A share in percent alone.
pub(crate) fn percent(found: usize, of: usize) -> String {
    Rate::new(found as f64, of as f64)
        .map_or_else(|| "–".to_owned(), |rate| format!("{:.1}", 100.0 * rate.share()))
}

/// The mean of counts.
pub(crate) fn mean(sum: usize, of: usize) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.2}", sum as f64 / of as f64) }
}
