//! How much more measuring would decide.

use super::shift::half_width;
use crate::model::Comparison;

/// A baseline of more runs than this is no advice: its own error is small by then.
const MOST: usize = 60;

/// How many further baseline runs there would have to be for a head like this one to be decided, if
/// estimate and spread stay; `None` when even a baseline of 60 would not decide, or no variation
/// between runs is known.
///
/// `max` is the gate's limit on the change for the worse, as a fraction; a `strict` gate fails only when
/// the whole interval is beyond it. A floor is not looked at.
pub fn runs_needed(comparison: &Comparison, max: f64, strict: bool) -> Option<u32> {
    let (sd, effect) = (comparison.between_runs?, comparison.effect?);
    let (estimate, _, _) = effect.worse(comparison.better);
    let limit = comparison.better.log_limit(max);
    let decides = |runs: usize| {
        if estimate > limit {
            let bound = if strict { limit } else { 0.0 };
            half_width(sd, runs, comparison.alpha_worse).is_some_and(|half| estimate - half > bound)
        } else {
            half_width(sd, runs, comparison.alpha_better)
                .is_some_and(|half| estimate + half <= limit)
        }
    };
    let have = comparison.base.runs;
    let enough = (have + 1..=MOST).find(|runs| decides(*runs))?;
    u32::try_from(enough - have).ok()
}

/// How many further pairs would decide a paired comparison, if its estimate stays and its interval
/// narrows with the root of their number; `None` where it takes more than `most` pairs in all, or
/// nothing bounds the effect.
///
/// `max` and `strict` as for [`runs_needed`].
pub fn pairs_needed(comparison: &Comparison, max: f64, strict: bool, most: u32) -> Option<u32> {
    let (estimate, lo, hi) = comparison.effect?.worse(comparison.better);
    let limit = comparison.better.log_limit(max);
    let (width, distance) = match estimate > limit {
        true => (estimate - lo, estimate - if strict { limit } else { 0.0 }),
        false => (hi - estimate, limit - estimate),
    };
    let have = comparison.head.n as f64;
    let all = (have * (width / distance).powi(2)).ceil();
    // Written so that a NaN, of a bound beyond all numbers, is no advice.
    (all > have && all <= f64::from(most)).then_some((all - have) as u32)
}
