//! How git is asked.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// What git tells its hooks of the repository that they run for. When a hook started us, these would
/// lead every question to that repository, and to its index, whatever the directory.
const OF_A_HOOK: [&str; 10] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_NAMESPACE",
    "GIT_SHALLOW_FILE",
];

/// A question about the repository that holds `directory`.
///
/// Hooks and monitors of the repository are not run, nobody is asked for a password, and nothing is
/// written that the question does not need.
pub(crate) fn git(directory: &Path, args: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new("git");
    command
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(args)
        .current_dir(directory)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    OF_A_HOOK.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
}
