//! Events among trials, such as errors among requests, of a head against a baseline.

use crate::stats::{self, Rate};

/// Two rates whose interval can be taken at any level.
///
/// Errors come in bursts, so that runs differ by more than chance within a run: where the baseline
/// has enough runs, events and trials of both sides are divided by the dispersion between its runs
/// before the exact test, which makes it hold its level (Rao and Scott, 1992).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rates {
    base: Rate,
    head: Rate,
    /// Whether the opposite event is counted: the rarer one, for which the test is sharp.
    opposite: bool,
}

impl Rates {
    /// The rates of a baseline's runs together and of a head; `between_runs` says whether the baseline
    /// has enough runs to tell how much they differ. `None` without any baseline run.
    pub(super) fn new(runs: &[Rate], head: Rate, between_runs: bool) -> Option<Rates> {
        let sum = |f: fn(&Rate) -> f64| runs.iter().map(f).sum::<f64>();
        let base = Rate::new(sum(|r| r.events), sum(|r| r.trials))?;
        let dispersion = if between_runs { stats::dispersion(runs) } else { 1.0 };
        let opposite = base.share() + head.share() > 1.0;
        let counted = |rate: Rate| if opposite { rate.opposite() } else { rate };
        let side = |rate: Rate| counted(rate).thinned(dispersion);
        Some(Rates { base: side(base), head: side(head), opposite })
    }

    /// The shares of the event itself, base and head.
    pub(super) fn shares(&self) -> (f64, f64) {
        let share = |rate: Rate| if self.opposite { rate.opposite() } else { rate }.share();
        (share(self.base), share(self.head))
    }

    /// One-sided p-values: against "head's share is not larger", and against "not smaller".
    pub(super) fn p(&self) -> (f64, f64) {
        let (more, less) = stats::rate_ratio_p(self.base, self.head);
        if self.opposite { (less, more) } else { (more, less) }
    }

    /// Estimate and bounds of the ratio minus 1; `None` when the base has no event.
    pub(super) fn ratio(&self, alpha_lo: f64, alpha_hi: f64) -> Option<[Option<f64>; 3]> {
        let (base, head) = self.shares();
        if base <= 0.0 {
            return None;
        }
        if self.opposite {
            return Some(self.difference(alpha_lo, alpha_hi).map(|d| Some(d? / base)));
        }
        let (lo, hi) = stats::rate_ratio_interval(self.base, self.head, alpha_lo, alpha_hi);
        Some([Some(head / base - 1.0), Some(lo - 1.0), hi.map(|hi| hi - 1.0)])
    }

    /// Estimate and bounds of the difference of shares; a bound clears 0 only where the test of the
    /// ratio rejects.
    pub(super) fn difference(&self, alpha_lo: f64, alpha_hi: f64) -> [Option<f64>; 3] {
        let (base, head) = self.shares();
        let (lo, hi) = if self.opposite {
            let bounds = stats::rate_difference_interval(self.base, self.head, alpha_hi, alpha_lo);
            (-bounds.1, -bounds.0)
        } else {
            stats::rate_difference_interval(self.base, self.head, alpha_lo, alpha_hi)
        };
        let (more, less) = self.p();
        [
            Some(head - base),
            Some(if more <= alpha_lo { lo } else { lo.min(0.0) }),
            Some(if less <= alpha_hi { hi } else { hi.max(0.0) }),
        ]
    }
}
