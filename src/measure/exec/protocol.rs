//! What passes between pacegate and its launcher: one JSON line each way.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What to run.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::measure) struct Request {
    /// The executable, absolute.
    pub(in crate::measure) program: PathBuf,
    /// Its arguments, its own name first; never empty.
    pub(in crate::measure) argv: Vec<String>,
    /// Where it runs.
    pub(in crate::measure) cwd: PathBuf,
    /// Its whole environment.
    pub(in crate::measure) env: BTreeMap<String, String>,
    /// Whether stdout belongs to the log, after the order of writing; else it is discarded.
    pub(in crate::measure) keep_stdout: bool,
    /// The longest it may take.
    pub(in crate::measure) timeout: Option<Duration>,
    /// How long a process may take to end after it was asked to, before it is killed.
    pub(in crate::measure) grace: Duration,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::measure) enum Report {
    /// It could not be started; the system's reason.
    NotStarted(String),
    /// It ran and ended.
    Ended(Box<Ended>),
}

/// How a command ended and what it used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::measure) struct Ended {
    /// How it ended; `None` when it could not even be killed.
    pub(in crate::measure) end: Option<End>,
    /// Why it was ended early, when it was.
    pub(in crate::measure) cut: Option<Cut>,
    /// What it used until it ended.
    pub(in crate::measure) usage: Usage,
    /// Descendants that were still there a moment after it had ended, and were ended.
    pub(in crate::measure) left_behind: usize,
    /// The last of what it wrote.
    pub(in crate::measure) log: String,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::measure) enum End {
    /// With an exit code.
    Exit(i32),
    /// By a signal.
    Signal(i32),
}

/// Why a command was ended before it ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::measure) enum Cut {
    /// It took longer than it may.
    TimedOut,
    /// A stop was asked for, or pacegate died.
    Stopped,
}

/// What a command and its waited-for descendants used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::measure) struct Usage {
    /// Seconds from just before it was started until it was waited for, on the monotonic clock.
    pub(in crate::measure) wall: f64,
    /// Seconds of CPU time in user mode.
    pub(in crate::measure) user: f64,
    /// Seconds of CPU time in the kernel.
    pub(in crate::measure) system: f64,
    /// Bytes of the largest resident set of any one process.
    pub(in crate::measure) peak_memory: f64,
    /// Bytes that `peak_memory` cannot fall below: the launcher's own peak, which the kernel passes
    /// on to what it starts.
    pub(in crate::measure) memory_floor: f64,
    /// Page faults, with and without I/O.
    pub(in crate::measure) faults: f64,
    /// Context switches, voluntary and not.
    pub(in crate::measure) switches: f64,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            End::Exit(code) => write!(f, "exited with code {code}"),
            End::Signal(number) => match nix::sys::signal::Signal::try_from(number) {
                Ok(signal) => write!(f, "was killed by {signal}"),
                Err(_) => write!(f, "was killed by signal {number}"),
            },
        }
    }
}
