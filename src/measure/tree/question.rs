//! Questions and orders to git that a stop can end.

use super::BaseError;
use crate::measure::Stop;
use crate::measure::failure::last_lines;
use crate::measure::git::git;
use std::path::Path;
use std::process::Output;
use tokio::process::Command;

/// What git prints to stdout, without the space around it; `None` when it fails.
pub(super) async fn ask(
    directory: &Path,
    args: &[&str],
    stop: &Stop,
) -> Result<Option<String>, BaseError> {
    let output = output(directory, args, stop).await?;
    Ok(output.status.success().then(|| text(&output.stdout)))
}

/// Has git do something.
///
/// # Errors
///
/// With the last of what it said, when it fails.
pub(super) async fn order(
    directory: &Path,
    args: &[&str],
    task: &str,
    stop: &Stop,
) -> Result<(), BaseError> {
    let output = output(directory, args, stop).await?;
    match output.status.success() {
        true => Ok(()),
        false => Err(BaseError::Git { task: task.to_owned(), words: words(&output) }),
    }
}

/// What git said of a failure.
pub(super) fn words(output: &Output) -> String {
    let said = text(&output.stderr);
    if said.lines().count() > 1 { last_lines(&said).trim_start().to_owned() } else { said }
}

/// Runs git to its end; a stop, or being cancelled, ends it.
pub(super) async fn output(
    directory: &Path,
    args: &[&str],
    stop: &Stop,
) -> Result<Output, BaseError> {
    let running = Command::from(git(directory, args)).kill_on_drop(true).output();
    let output = tokio::select! {
        output = running => output.map_err(BaseError::NoGit)?,
        () = stop.asked() => return Err(BaseError::Interrupted),
    };
    // The terminal's interrupt ends git before it reaches us.
    if !output.status.success() && stop.is_asked() {
        return Err(BaseError::Interrupted);
    }
    Ok(output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
