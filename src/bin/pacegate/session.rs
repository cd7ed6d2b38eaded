//! What the verbs that measure share: progress, signals, and the runtime that they end with.

use crate::failure::Failure;
use crate::progress::Progress;
use crate::{outcome, signal};
use pacegate::Error;
use pacegate::exit::Exit;
use pacegate::measure::{Context, Stop};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How often it is looked whether anything has been silent for long.
const TICK: Duration = Duration::from_secs(1);

/// Does measuring work, which an interrupt stops.
pub(crate) fn measuring<T>(
    quiet: bool,
    work: impl AsyncFnOnce(Context<'_>) -> Result<T, Error>,
) -> Result<T, Failure> {
    let failed = |what: &str, error: std::io::Error| {
        Failure::new(Exit::MeasuringFailed, format!("failed to {what}: {error}"))
    };
    let launcher = std::env::current_exe().map_err(|error| failed("find this program", error))?;
    let progress = Progress::new(quiet);
    let observer = |event| progress.observe(event);
    let stop = Stop::new();
    let context = Context { launcher: &launcher, stop: &stop, observer: &observer };
    let runtime = outcome::runtime()?;
    let done = runtime.block_on(async {
        signal::listen(stop.clone()).map_err(|error| failed("watch for signals", error))?;
        let mut work = std::pin::pin!(work(context));
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                done = &mut work => break Ok(done?),
                _ = tick.tick() => progress.tick(),
            }
        }
    });
    // What still waits for a lock after an interrupt is not waited for.
    runtime.shutdown_background();
    done
}
