//! Building what is measured, by the commands of the configuration.

use super::failure::last_lines;
use super::launcher::{self, Ending, LaunchError};
use super::{Context, Event};
use crate::config::{Command, defaults};
use std::time::{Duration, Instant};

/// Why a build did not succeed.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error("`{command}` could not be run")]
    Launch { command: String, source: LaunchError },
    #[error("`{command}` {how}{log}")]
    Failed { command: String, how: String, log: String },
    #[error("interrupted while building")]
    Interrupted,
}

/// Runs the commands that build a tree, in order, up to the first that fails. `what` begins their names
/// in the progress.
///
/// # Errors
///
/// With the command that failed, how, and the last of its output.
pub(super) async fn build(
    what: &str,
    commands: &[Command],
    context: Context<'_>,
) -> Result<(), BuildError> {
    for command in commands {
        let shown = command.argv.join(" ");
        step(what, &shown, command, defaults::BUILD_TIMEOUT, context).await?;
    }
    Ok(())
}

/// Runs one command that builds, told of as `shown`.
///
/// # Errors
///
/// When it fails: how, and the last of its output.
pub(super) async fn step(
    what: &str,
    shown: &str,
    command: &Command,
    timeout: Duration,
    context: Context<'_>,
) -> Result<(), BuildError> {
    let (name, begun) = (format!("{what}: {shown}"), Instant::now());
    (context.observer)(Event::Started { name: name.clone(), planned: None });
    let built = run(shown, command, timeout, context).await;
    (context.observer)(Event::Finished { name, ok: built.is_ok(), elapsed: begun.elapsed() });
    built
}

async fn run(
    shown: &str,
    command: &Command,
    timeout: Duration,
    context: Context<'_>,
) -> Result<(), BuildError> {
    let shown = shown.to_owned();
    let ended = match launcher::run(context, command, timeout, true).await {
        Ok(ended) => ended,
        Err(source) => return Err(BuildError::Launch { command: shown, source }),
    };
    match ended.ending(&[0], timeout, context) {
        Ending::Well => Ok(()),
        Ending::Stopped => Err(BuildError::Interrupted),
        Ending::Badly(how) => {
            Err(BuildError::Failed { command: shown, how, log: last_lines(&ended.log) })
        }
    }
}
