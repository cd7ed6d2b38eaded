//! How much more measuring would decide.

use super::shift::degrees;
use crate::model::{Better, Comparison};
use crate::stats;
use std::f64::consts::FRAC_PI_2;

/// More runs than this are no advice.
const MOST: f64 = 1000.0;

/// How many further head runs like this one would bring the interval clear of a limit, if the
/// estimate stays; `None` when the baseline's own uncertainty alone is too wide, or no variation
/// between runs is known.
///
/// `max` is the gate's limit on the change for the worse, as a fraction.
pub fn runs_needed(comparison: &Comparison, max: f64) -> Option<u32> {
    let (sd, effect) = (comparison.between_runs?, comparison.effect?);
    let (estimate, _, _) = effect.worse(comparison.better);
    // 3 % worse is a ratio of 1.03 where lower is better, and of 0.97 where higher is better.
    let limit = match comparison.better {
        Better::Lower => max.ln_1p(),
        Better::Higher => -(-max).ln_1p(),
    };
    // Beyond the limit the lower bound must rise above 0; within it the upper one must sink to it.
    let (distance, alpha) = if estimate > limit {
        (estimate, comparison.alpha_worse)
    } else {
        (limit - estimate, comparison.alpha_better)
    };
    let t = stats::student_quantile(1.0 - alpha, degrees(comparison.base.runs))?;
    // From t * sd * sqrt(1/m + (pi/2)/k) <= distance, for m head runs.
    let room = (distance / (t * sd)).powi(2) - FRAC_PI_2 / comparison.base.runs as f64;
    let further = (1.0 / room).ceil() - comparison.head.runs as f64;
    (room > 0.0 && further <= MOST).then(|| further.max(1.0) as u32)
}
