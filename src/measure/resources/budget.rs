//! How often something may be done, so that watching stays cheap whatever there is to watch.

use std::time::{Duration, Instant};

/// When something is to be done next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// At least this long after it began before.
    every: Duration,
    /// It may take one part in so many of a core.
    share: u32,
    next: Option<Instant>,
}

impl Budget {
    /// Due at once, then after `every`, or later where that took more than one part in `share` of the
    /// time.
    pub(super) fn new(every: Duration, share: u32) -> Self {
        Budget { every, share, next: None }
    }

    /// Whether it is to be done.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| now >= next)
    }

    /// Notes that it was done from `began` on and took `cost` of CPU time.
    pub(super) fn spend(&mut self, began: Instant, cost: Duration) {
        self.next = began.checked_add(self.every.max(cost.saturating_mul(self.share)));
    }

    /// When it is due next; `now` where it is due.
    pub(super) fn next(&self, now: Instant) -> Instant {
        self.next.map_or(now, |next| next.max(now))
    }
}

/// CPU time that this thread has used.
pub(super) fn thread_time() -> Duration {
    let now = nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID.now();
    now.map(Duration::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_more_is_done_less_often() {
        let check = |cost: u64, expected: u64| {
            let began = Instant::now();
            let mut budget = Budget::new(Duration::from_millis(100), 200);
            assert!(budget.is_due(began));
            budget.spend(began, Duration::from_millis(cost));
            let expected = Duration::from_millis(expected);
            assert!(!budget.is_due(began + expected - Duration::from_millis(1)), "{cost}");
            assert!(budget.is_due(began + expected), "{cost}");
            assert_eq!(budget.next(began), began + expected);
        };
        check(0, 100);
        check(1, 200);
        check(50, 10_000);
    }
}
