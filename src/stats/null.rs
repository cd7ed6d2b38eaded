//! How the count that a rank test rests on is distributed under its null hypothesis.

use super::order::first;
use statrs::distribution::{ContinuousCDF, Normal};

/// The distribution of a count of pairs, which is symmetric about half of all pairs.
#[derive(Debug, Clone)]
pub(super) enum Null {
    /// Counted out.
    Exact {
        /// Cumulative probabilities.
        cumulative: Vec<f64>,
        /// How many of them one pair takes: 2 where there are half pairs, which ties make.
        a_pair: usize,
    },
    /// Normal approximation, with continuity correction.
    Normal {
        /// Half of all pairs.
        mean: f64,
        /// Standard deviation; 0 when there is one outcome.
        sd: f64,
    },
}

impl Null {
    /// The probability of at most `count`.
    pub(super) fn at_most(&self, count: f64) -> f64 {
        match self {
            Null::Exact { .. } if count < 0.0 => 0.0,
            Null::Exact { cumulative, a_pair } => {
                cumulative.get((count * *a_pair as f64) as usize).copied().unwrap_or(1.0)
            }
            Null::Normal { sd, .. } if *sd <= 0.0 => 1.0,
            Null::Normal { mean, sd } => Normal::standard().cdf((count - mean + 0.5) / sd),
        }
    }

    /// The smallest count, of `pairs`, that is not rejected as too small: the rank from its end of the
    /// pairwise quantity that bounds a shift, or 0 where nothing does.
    pub(super) fn kept(&self, alpha: f64, pairs: u64) -> u64 {
        first(0, pairs, |count| alpha.is_nan() || self.at_most(count as f64) > alpha)
    }
}

/// Lower and upper bounds, drawn back to 0 where they clear it though the test of it does not reject:
/// with ties that has fewer outcomes. `p` are its one-sided p-values, worked out if they matter.
pub(super) fn agreeing(
    (lo, hi): (Option<f64>, Option<f64>),
    (alpha_lo, alpha_hi): (f64, f64),
    p: impl FnOnce() -> Option<(f64, f64)>,
) -> (Option<f64>, Option<f64>) {
    if lo.is_none_or(|lo| lo <= 0.0) && hi.is_none_or(|hi| hi >= 0.0) {
        return (lo, hi);
    }
    let (above, below) = p().unwrap_or((1.0, 1.0));
    (
        lo.map(|lo| if above <= alpha_lo { lo } else { lo.min(0.0) }),
        hi.map(|hi| if below <= alpha_hi { hi } else { hi.max(0.0) }),
    )
}
