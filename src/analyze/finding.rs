//! What was found of one series, before the level of its bounds is known.

use super::rates::Rates;
use super::scale::ROUNDING;
use super::shift::Shift;
use crate::model::{Better, Effect, Estimate};

/// A difference between head and base, by the way it was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    /// A shift of values.
    Shift(Shift),
    /// A ratio of rates.
    Rates(Rates),
    /// Numbers without noise.
    Exact {
        /// The base's value.
        base: f64,
        /// Head minus base; 0 when they cannot be told apart.
        change: f64,
    },
    /// Values between which nothing can be decided.
    Bare {
        /// The base's value.
        base: f64,
        /// The head's value.
        head: f64,
    },
}

impl Finding {
    /// An exact comparison; differences up to `quantum` are none.
    pub(super) fn exact(base: f64, head: f64, quantum: f64) -> Finding {
        let change = finite(head - base);
        let same = change.abs() <= quantum.max(ROUNDING * base.abs());
        Finding::Exact { base, change: if same { 0.0 } else { change } }
    }

    /// One-sided p-values against "not worse" and "not better".
    pub(super) fn p(&self, better: Better) -> (f64, f64) {
        let certain = |yes: bool| if yes { 0.0 } else { 1.0 };
        let more_and_less = match self {
            Finding::Shift(shift) => shift.p(),
            Finding::Rates(rates) => rates.p(),
            Finding::Exact { change, .. } => (certain(*change > 0.0), certain(*change < 0.0)),
            Finding::Bare { .. } => (1.0, 1.0),
        };
        orient(more_and_less, better)
    }

    /// The base's location, in the metric's unit.
    pub(super) fn base(&self) -> f64 {
        match self {
            Finding::Shift(shift) => shift.base,
            Finding::Rates(rates) => rates.shares().0,
            Finding::Exact { base, .. } | Finding::Bare { base, .. } => *base,
        }
    }

    /// The effect, where there is a ratio, with bounds at one-sided levels for "worse" and "better".
    pub(super) fn effect(&self, levels: (f64, f64), better: Better) -> Option<Effect> {
        let (alpha_lo, alpha_hi) = orient(levels, better);
        let [estimate, lo, hi] = match self {
            Finding::Shift(shift) => shift.ratio(alpha_lo, alpha_hi)?,
            Finding::Rates(rates) => rates.ratio(alpha_lo, alpha_hi)?,
            Finding::Exact { base, change } => [ratio(*base, *change); 3],
            Finding::Bare { base, head } => [ratio(*base, head - base), None, None],
        };
        Some(Effect { estimate: estimate?, lo, hi })
    }

    /// The difference in the metric's unit, with bounds at the same levels.
    pub(super) fn difference(&self, levels: (f64, f64), better: Better) -> Estimate {
        let (alpha_lo, alpha_hi) = orient(levels, better);
        let [value, lo, hi] = match self {
            Finding::Shift(shift) => shift.difference(alpha_lo, alpha_hi),
            Finding::Rates(rates) => rates.difference(alpha_lo, alpha_hi),
            Finding::Exact { change, .. } => [Some(*change); 3],
            Finding::Bare { base, head } => [Some(finite(head - base)), None, None],
        };
        // Only a rise beyond all numbers has no value.
        Estimate { value: value.unwrap_or(f64::MAX), lo, hi }
    }

    /// The smallest relative change for the worse that would have been found.
    pub(super) fn detectable(&self, alpha: f64, power: f64, better: Better) -> Option<f64> {
        let Finding::Shift(shift) = self else { return None };
        Some(orient(shift.detectable(alpha, power)?, better).0)
    }

    /// The standard deviation of log values between runs.
    pub(super) fn between_runs(&self) -> Option<f64> {
        match self {
            Finding::Shift(shift) => shift.between_runs_sd(),
            Finding::Rates(_) | Finding::Exact { .. } | Finding::Bare { .. } => None,
        }
    }
}

/// A pair that speaks of "more" and "less" turned into "worse" and "better", or back.
pub(super) fn orient<T>((more, less): (T, T), better: Better) -> (T, T) {
    match better {
        Better::Lower => (more, less),
        Better::Higher => (less, more),
    }
}

/// A change as a fraction of the base, where the base is positive.
fn ratio(base: f64, change: f64) -> Option<f64> {
    (base > 0.0).then(|| change / base).filter(|r| r.is_finite() && *r >= -1.0)
}

/// The nearest finite number.
fn finite(value: f64) -> f64 {
    value.clamp(f64::MIN, f64::MAX)
}
