//! Building what is measured, by the commands of the configuration.

use super::failure::last_lines;
use super::launcher::{self, Ending, LaunchError};
use super::{Context, Event};
use crate::config::{Command, defaults};
use std::time::Instant;

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
        let (name, begun) = (format!("{what}: {}", command.argv.join(" ")), Instant::now());
        (context.observer)(Event::Started { name: name.clone(), planned: None });
        let built = run(command, context).await;
        (context.observer)(Event::Finished { name, ok: built.is_ok(), elapsed: begun.elapsed() });
        built?;
    }
    Ok(())
}

async fn run(command: &Command, context: Context<'_>) -> Result<(), BuildError> {
    let shown = command.argv.join(" ");
    let ended = match launcher::run(context, command, defaults::BUILD_TIMEOUT, true).await {
        Ok(ended) => ended,
        Err(source) => return Err(BuildError::Launch { command: shown, source }),
    };
    match ended.ending(&[0], defaults::BUILD_TIMEOUT, context) {
        Ending::Well => Ok(()),
        Ending::Stopped => Err(BuildError::Interrupted),
        Ending::Badly(how) => {
            Err(BuildError::Failed { command: shown, how, log: last_lines(&ended.log) })
        }
    }
}
