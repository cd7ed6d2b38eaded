//! The portable alarm: sleeps until the runtime's timer can be trusted no further, then spins.

use std::io;
use std::time::{Duration, Instant};

/// Twice the resolution of the runtime's timer.
const SPIN: Duration = Duration::from_millis(2);

/// An alarm clock for one task.
pub(in super::super) struct Alarm;

impl Alarm {
    /// A new alarm; fails on other systems only.
    pub(in super::super) fn new() -> io::Result<Self> {
        Ok(Alarm)
    }

    /// Waits until `at`, never less; returns at once when it is past. Fails on other systems only.
    pub(in super::super) async fn until(&self, at: Instant) -> io::Result<()> {
        if let Some(early) = at.checked_sub(SPIN).filter(|early| *early > Instant::now()) {
            tokio::time::sleep_until(early.into()).await;
        }
        while Instant::now() < at {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}
