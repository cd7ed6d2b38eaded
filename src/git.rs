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

/// A text whose URLs name no user and no password.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(part.len());
        let host = part[..end].rfind('@').map_or(0, |at| at + 1);
        out.push_str("://");
        out.push_str(&part[host..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_told() {
        for (text, expected) in [
            ("no URL @ all", "no URL @ all"),
            ("at https://me:s3cret@host/a.git.", "at https://host/a.git."),
            ("'https://t@oken@host' and ssh://git@host/x@y", "'https://host' and ssh://host/x@y"),
        ] {
            assert_eq!(without_passwords(text), expected);
        }
    }
}
