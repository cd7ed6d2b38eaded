//! What all looks up to one hold.

use super::super::scale::Scale;
use super::seen::Seen;

/// The interval that all looks so far leave.
#[derive(Debug, Default)]
pub(super) struct Held {
    scale: Option<Scale>,
    lo: Option<f64>,
    hi: Option<f64>,
}

impl Held {
    /// Narrows the interval by that of a further look, which gets what is left.
    pub(super) fn narrow(&mut self, mut seen: Seen) -> Seen {
        if self.scale != Some(seen.scale) {
            // The first value that is not positive ends the logarithms, and their bounds with them.
            *self = Held { scale: Some(seen.scale), ..Held::default() };
        }
        self.lo = both(self.lo, seen.lo, f64::max);
        self.hi = both(self.hi, seen.hi, f64::min);
        // An estimate that has left an earlier interval is believed against it.
        seen.lo = self.lo.map(|lo| lo.min(seen.estimate));
        seen.hi = self.hi.map(|hi| hi.max(seen.estimate));
        seen
    }
}

/// The tighter of two bounds, of which either may be missing.
fn both(held: Option<f64>, new: Option<f64>, tighter: fn(f64, f64) -> f64) -> Option<f64> {
    match (held, new) {
        (Some(held), Some(new)) => Some(tighter(held, new)),
        (held, new) => held.or(new),
    }
}
