//! The pacer: issues every arrival when it is due, whatever has become of the ones before.

use super::alarm::Alarm;
use super::dispatch::Arrival;
use super::schedule::Due;
use std::io;
use std::time::Instant;

/// Arrivals issued without a look at the sockets: after a pause of this thread many are due at once,
/// and answers that wait meanwhile would be timed too long.
const BURST: usize = 32;

/// Hands every arrival to `issue`, none before it is due.
///
/// # Errors
///
/// When the alarm fails.
pub(super) async fn pace(
    schedule: impl Iterator<Item = (u64, Due)>,
    start: Instant,
    alarm: &Alarm,
    mut issue: impl FnMut(Arrival),
) -> io::Result<()> {
    let mut burst = 0;
    for (number, Due { offset, measured }) in schedule {
        let due = start + offset;
        let mut issued = Instant::now();
        if due > issued {
            alarm.until(due).await?;
            (issued, burst) = (Instant::now(), 0);
        } else if burst == BURST {
            tokio::task::yield_now().await;
            (issued, burst) = (Instant::now(), 0);
        }
        issue(Arrival { number, due, issued, measured });
        burst += 1;
    }
    Ok(())
}
