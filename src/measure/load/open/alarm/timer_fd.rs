//! The Linux alarm: a timer of the kernel that the runtime waits for like for a socket.

use nix::sys::prctl::set_timerslack;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};
use tokio::net::unix::pipe;

/// Setting a timer of the kernel takes some microseconds itself, most on a virtual machine: for so short a
/// time, looking at the sockets and the clock again costs less and is more punctual.
const SOON: Duration = Duration::from_micros(10);

/// An alarm clock for one task.
pub(in super::super) struct Alarm {
    timer: TimerFd,
    /// The same timer, as the runtime watches it. It is no pipe, but is waited for and read like one,
    /// and this is the runtime's only watcher that owns its descriptor and so needs no unsafe code.
    rings: pipe::Receiver,
}

impl Alarm {
    /// A new alarm; also asks the kernel not to delay wake-ups of the calling thread (by 50 µs unless
    /// asked) to bundle them with others.
    ///
    /// # Errors
    ///
    /// When the kernel gives no timer.
    pub(in super::super) fn new() -> io::Result<Self> {
        // A sandbox may forbid it; the validity block then shows the lateness that it costs.
        let _ = set_timerslack(1);
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
        let rings = pipe::Receiver::from_owned_fd_unchecked(timer.as_fd().try_clone_to_owned()?)?;
        Ok(Alarm { timer, rings })
    }

    /// Waits until `at`, never less; returns at once when it is past.
    ///
    /// # Errors
    ///
    /// When the timer cannot be set or watched.
    pub(in super::super) async fn until(&self, at: Instant) -> io::Result<()> {
        loop {
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            if left < SOON {
                tokio::task::yield_now().await;
                continue;
            }
            let once = Expiration::OneShot(TimeSpec::from_duration(left));
            self.timer.set(once, TimerSetTimeFlags::empty())?;
            // Setting it took back an earlier ring, which the runtime may remember still; it forgets
            // what it remembers when a read finds nothing, and there is no need to try one.
            let _ = self.rings.try_io(|| io::Result::<()>::Err(io::ErrorKind::WouldBlock.into()));
            self.rings.readable().await?;
        }
    }
}
