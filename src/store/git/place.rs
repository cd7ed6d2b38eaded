//! The repository that holds a history, and how git is told to work on it.

use super::process::{self, Failure};
use crate::git::git;
use crate::store::StoreError;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// The longest that git may take for work within the repository.
const LOCAL_LIMIT: Duration = Duration::from_secs(120);
/// The longest that git may take for one fetch or push; a first fetch brings the whole history.
const REMOTE_LIMIT: Duration = Duration::from_secs(300);

/// Settings of the repository that would change what is written, or touch more than the branch.
const WORK: [&str; 10] = [
    "core.fsync=loose-object,pack,pack-metadata,reference",
    "core.fsyncMethod=fsync",
    "core.splitIndex=false",
    "core.sparseCheckout=false",
    "index.sparse=false",
    "core.untrackedCache=false",
    "core.commentChar=#",
    "i18n.commitEncoding=UTF-8",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// Settings that would change what is fetched or pushed; the others, such as credentials, proxies and
/// how to reach the remote, are the user's.
const TRANSFER: [&str; 8] = [
    "fetch.prune=false",
    "fetch.pruneTags=false",
    "fetch.writeCommitGraph=false",
    "fetch.recurseSubmodules=false",
    "push.pushOption=",
    "push.useForceIfIncludes=false",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// A branch of a repository.
#[derive(Debug)]
pub(super) struct Place {
    /// What errors call the store.
    pub(super) name: PathBuf,
    /// Where relative paths of remotes begin.
    top: PathBuf,
    /// The directory that all worktrees share.
    pub(super) git_dir: PathBuf,
    pub(super) branch: String,
    /// The remote; `None` keeps the history in this repository alone.
    pub(super) remote: Option<String>,
    /// Whether objects may be missing, to be fetched once they are needed.
    pub(super) partial: bool,
    /// The object of a marker that was read and found in order.
    pub(super) known_marker: OnceLock<String>,
}

impl Place {
    /// Finds the repository that holds `directory`. Git judges by the user's own configuration
    /// whether it is safe to use, and then is told where it is.
    pub(super) async fn find(
        directory: &Path,
        branch: &str,
        remote: Option<&str>,
    ) -> Result<Place, StoreError> {
        let at = remote.map(|remote| format!("@{remote}")).unwrap_or_default();
        let name = PathBuf::from(format!("git:{branch}{at}"));
        let ask = async |args: &[&str]| {
            let answer = process::answer(git(directory, args), &[], LOCAL_LIMIT, true).await?;
            Ok::<_, Failure>(String::from_utf8_lossy(&answer).trim_end_matches('\n').to_owned())
        };
        let found = ask(&["rev-parse", "--path-format=absolute", "--git-common-dir"]).await;
        let git_dir = PathBuf::from(found.map_err(|failure| StoreError::NotARepository {
            path: name.clone(),
            directory: directory.into(),
            source: failure.into(),
        })?);
        let failed =
            |failure: Failure| StoreError::Git { path: name.clone(), source: failure.into() };
        let top =
            ask(&["rev-parse", "--show-toplevel"]).await.map_or(git_dir.clone(), PathBuf::from);
        let remotes = ask(&["remote"]).await.map_err(failed)?;
        let is_there = |remote: &str| remotes.lines().any(|line| line == remote);
        let remote = match remote {
            Some(".") => None,
            Some(remote) if !is_there(remote) => {
                return Err(StoreError::NoRemote { path: name, remote: remote.to_owned() });
            }
            Some(remote) => Some(remote.to_owned()),
            None => is_there("origin").then(|| "origin".to_owned()),
        };
        let checkouts = ask(&["worktree", "list", "--porcelain"]).await.map_err(failed)?;
        if let Some(checkout) = checkout_of(&checkouts, branch) {
            return Err(StoreError::CheckedOut { path: name, checkout });
        }
        let promisor = r"^(remote\..*\.promisor|extensions\.partialclone)$";
        let partial = ask(&["config", "--get-regexp", promisor]).await.is_ok();
        let (branch, known_marker) = (branch.to_owned(), OnceLock::new());
        Ok(Place { name, top, git_dir, branch, remote, partial, known_marker })
    }

    /// The branch.
    pub(super) fn local_ref(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// Where it is remembered what the remote is known to hold.
    pub(super) fn remote_ref(&self) -> String {
        let remote = self.remote.as_deref().unwrap_or("none");
        format!("refs/pacegate/remotes/{remote}/{}", self.branch)
    }

    /// Lets git work within the repository, by its own configuration alone. It is not ended halfway.
    pub(super) async fn work(&self, args: &[&str], input: &[u8]) -> Result<Vec<u8>, Failure> {
        process::answer(self.worker(args), input, LOCAL_LIMIT, false).await
    }

    /// The same on an index of its own.
    pub(super) async fn work_on(
        &self,
        index: &Path,
        args: &[&str],
        input: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let mut command = self.worker(args);
        command.env("GIT_INDEX_FILE", index);
        process::answer(command, input, LOCAL_LIMIT, false).await
    }

    /// A command that works within the repository.
    pub(super) fn worker(&self, args: &[&str]) -> Command {
        let mut command = self.command(&WORK, args);
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_AUTHOR_NAME", "pacegate"),
            ("GIT_AUTHOR_EMAIL", "pacegate@localhost"),
            ("GIT_COMMITTER_NAME", "pacegate"),
            ("GIT_COMMITTER_EMAIL", "pacegate@localhost"),
        ] {
            command.env(name, value);
        }
        for name in [
            "GIT_CONFIG_COUNT",
            "GIT_CONFIG_PARAMETERS",
            "GIT_CONFIG",
            "GIT_AUTHOR_DATE",
            "GIT_COMMITTER_DATE",
            "GIT_GRAFT_FILE",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Lets git talk to the remote, with the user's ways to reach it. Ended when nobody waits for it.
    pub(super) async fn transfer(&self, args: &[&str]) -> Result<Vec<u8>, Failure> {
        let remote = self.remote.as_deref().unwrap_or(".");
        let own = [format!("remote.{remote}.mirror=false"), format!("remote.{remote}.prune=false")];
        let settings: Vec<&str> =
            TRANSFER.into_iter().chain(own.iter().map(String::as_str)).collect();
        process::answer(self.command(&settings, args), &[], REMOTE_LIMIT, true).await
    }

    fn command(&self, settings: &[&str], args: &[&str]) -> Command {
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let all: Vec<&OsStr> = settings.chain(args.iter().copied()).map(OsStr::new).collect();
        let mut command = git(&self.top, &all);
        command.env("GIT_DIR", &self.git_dir);
        command
    }

    /// What a failure within the repository means to the user.
    pub(super) fn failed(&self, failure: Failure) -> StoreError {
        let (path, said) = (self.name.clone(), failure.to_string());
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if says(&["No space left on device", "Disk quota exceeded", "File too large"]) {
            StoreError::Full { path, source: failure.into() }
        } else if says(&["Permission denied", "Read-only file system", "insufficient permission"]) {
            StoreError::ReadOnly { path, source: failure.into() }
        } else {
            StoreError::Git { path, source: failure.into() }
        }
    }

    /// The error of a file on the branch.
    pub(super) fn damaged(
        &self,
        file: impl Into<String>,
        why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StoreError {
        StoreError::DamagedFile {
            path: self.name.clone(),
            file: file.into().into(),
            source: why.into(),
        }
    }
}

/// The checkout that stands on a branch, in what `git worktree list --porcelain` prints.
fn checkout_of(list: &str, branch: &str) -> Option<PathBuf> {
    let line = format!("branch refs/heads/{branch}");
    let found = list.split("\n\n").find(|checkout| checkout.lines().any(|found| found == line))?;
    found.lines().find_map(|line| line.strip_prefix("worktree ")).map(PathBuf::from)
}
