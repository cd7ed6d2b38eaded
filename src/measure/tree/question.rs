//! Questions and orders to git that a stop can end.

use super::BaseError;
use crate::git::{git, without_passwords};
use crate::measure::Stop;
use crate::measure::failure::last_lines;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tokio::process::{Child, Command};

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
    args: &[impl AsRef<OsStr>],
    task: &str,
    stop: &Stop,
) -> Result<(), BaseError> {
    let output = output(directory, args, stop).await?;
    match output.status.success() {
        true => Ok(()),
        false => Err(BaseError::Git { task: task.to_owned(), words: words(&output) }),
    }
}

/// The path that git printed, which need not be text.
pub(super) fn path(output: &Output) -> PathBuf {
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    PathBuf::from(OsStr::from_bytes(line))
}

/// What git said of a failure, without the secrets of a remote.
pub(super) fn words(output: &Output) -> String {
    let said = without_passwords(&text(&output.stderr));
    if said.lines().count() > 1 { last_lines(&said).trim_start().to_owned() } else { said }
}

/// Runs git to its end; a stop, or being cancelled, ends it with all that it started, such as filters and
/// a git of its own, so that nothing writes on into a tree that is unlocked again.
pub(super) async fn output(
    directory: &Path,
    args: &[impl AsRef<OsStr>],
    stop: &Stop,
) -> Result<Output, BaseError> {
    let mut command = Command::from(git(directory, args));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let running = command.spawn().map_err(BaseError::NoGit)?;
    let group = Group::of(&running);
    let output = tokio::select! {
        output = running.wait_with_output() => output.map_err(BaseError::NoGit)?,
        () = stop.asked() => return Err(BaseError::Interrupted),
    };
    group.ended();
    // The terminal's interrupt ends git before it reaches us.
    if !output.status.success() && stop.is_asked() {
        return Err(BaseError::Interrupted);
    }
    Ok(output)
}

/// The process group of a git that has not ended; dropping it kills the group.
struct Group(Option<u32>);

impl Group {
    fn of(git: &Child) -> Group {
        Group(git.id())
    }

    /// Leaves alone what git started and did not wait for: it has ended by itself.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.0.and_then(|id| i32::try_from(id).ok()) {
            use nix::sys::signal::{Signal, killpg};
            let _ = killpg(nix::unistd::Pid::from_raw(leader), Signal::SIGKILL);
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
