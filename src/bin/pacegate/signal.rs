//! Ctrl-C and SIGTERM: ask everything to stop, keep what was measured.

use nix::sys::signal::Signal;
use pacegate::exit::Exit;
use pacegate::measure::Stop;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// A second signal within this time of the first is the same wish: `timeout` and terminals tell a process and
/// its group.
const SAME_WISH: Duration = Duration::from_secs(1);

/// Asks `stop` at the first signal. At a later one the process ends at once: the launchers see their
/// lifelines close and end whatever is still running.
///
/// # Errors
///
/// When the system refuses to install the handlers.
pub(crate) fn listen(stop: Stop) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // With a handler, writing beyond a file size limit is an error that can be told, not the end.
    let _ = signal(SignalKind::from_raw(Signal::SIGXFSZ as i32))?;
    tokio::spawn(async move {
        let mut first: Option<Instant> = None;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if first.get_or_insert_with(Instant::now).elapsed() > SAME_WISH {
                std::process::exit(Exit::Interrupted.code().into());
            }
            stop.ask();
        }
    });
    Ok(())
}
