//! What became of one series of a recorded experiment, as a line that other programs read.

use super::{Verdict, Warning};
use serde::Serialize;

/// The decision on one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// Which series, as recorded.
    pub series: String,
    /// Whether a rule holds it to anything; no part of the line.
    #[serde(skip)]
    pub gated: bool,
    /// What was decided.
    pub verdict: Verdict,
    /// Ratio head/base minus 1; `None` where no ratio exists (a base of zero) or nothing was measured.
    pub estimate: Option<f64>,
    /// Lower end of its interval, likewise; `None` is unbounded.
    pub lo: Option<f64>,
    /// Upper end.
    pub hi: Option<f64>,
    /// How many pairs the decision rests on.
    pub pairs: u64,
    /// The smallest change for the worse, as a fraction, that so many pairs would have found in 95 of
    /// 100 cases; `None` when none is known.
    pub detectable: Option<f64>,
    /// Doubts about the pairs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}
