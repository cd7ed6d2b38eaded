//! Whether a command ended as it should.

use super::{Cut, End, Ended};
use crate::measure::Context;
use std::time::Duration;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::measure) enum Ending {
    /// By itself, with a wanted exit code.
    Well,
    /// Because a stop was asked for.
    Stopped,
    /// In any other way, such as `exited with code 1`.
    Badly(String),
}

impl Ended {
    /// How the command ended, given the exit codes that count as success and the time it was granted.
    pub(in crate::measure) fn ending(
        &self,
        ok_exit: &[i32],
        timeout: Duration,
        context: Context<'_>,
    ) -> Ending {
        Ending::Badly(match (self.cut, self.end) {
            (None, Some(End::Exit(code))) if ok_exit.contains(&code) => return Ending::Well,
            (Some(Cut::Stopped), _) if context.stop.is_asked() => return Ending::Stopped,
            (Some(Cut::Stopped), _) => "was stopped by somebody else".to_owned(),
            (Some(Cut::TimedOut), _) => format!("took longer than {timeout:?} and was ended"),
            (None, Some(end)) => end.to_string(),
            (None, None) => "ended without a status".to_owned(),
        })
    }
}
