//! What can go wrong with a store.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// What a backend said; it is told to the user, and nothing is decided by it.
type Cause = Box<dyn Error + Send + Sync>;

/// Why a store could not be used: where, why, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A directory stands where the file should be.
    #[error("failed to open store `{path}`: it is a directory; name a file in it", path = path.display())]
    Directory {
        /// The store.
        path: PathBuf,
    },
    /// The file holds something else than an SQLite database.
    #[error(
        "failed to open store `{path}`: it is not an SQLite database; name another file, or move this one away",
        path = path.display()
    )]
    NotADatabase {
        /// The store.
        path: PathBuf,
    },
    /// The file holds nothing at all, as none does that a run was stored in.
    #[error(
        "failed to open store `{path}`: it is empty, and what it may have held is gone; restore it from a copy, or remove it to begin a new history",
        path = path.display()
    )]
    Empty {
        /// The store.
        path: PathBuf,
    },
    /// The file is an SQLite database of another program.
    #[error("failed to open store `{path}`: it is the database of another program; name another file", path = path.display())]
    Foreign {
        /// The store.
        path: PathBuf,
    },
    /// A newer pacegate wrote the store; it is left as it is.
    #[error(
        "failed to open store `{path}`: its format is version {found}, and this pacegate knows versions up to {known}; update pacegate",
        path = path.display()
    )]
    Newer {
        /// The store.
        path: PathBuf,
        /// The version of its format.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The path leads nowhere, or this user may not follow it.
    #[error(
        "failed to open store `{path}`; check that every directory on its path is one, and that this user may read and write there",
        path = path.display()
    )]
    Inaccessible {
        /// The store.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// The file, its directory or its file system cannot be written.
    #[error(
        "failed to write store `{path}`: the file or its directory is read-only; make both writable for this user, or keep the store elsewhere",
        path = path.display()
    )]
    ReadOnly {
        /// The store.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// Another process holds the store for longer than one waits.
    #[error(
        "failed to lock store `{path}`: another process has held it for {seconds} s; wait until that process ends, or end it",
        path = path.display(),
        seconds = waited.as_secs_f64()
    )]
    Locked {
        /// The store.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
        /// What the backend said.
        source: Cause,
    },
    /// There is no room; what was stored before is intact.
    #[error(
        "failed to write store `{path}`: the disk is full, or a quota or file size limit is reached; make room and try again, what was stored before is intact",
        path = path.display()
    )]
    Full {
        /// The store.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// The file is damaged, or holds what pacegate never writes.
    #[error(
        "failed to read store `{path}`: it is damaged; restore it from a copy, or move it away to begin a new history",
        path = path.display()
    )]
    Corrupt {
        /// The store.
        path: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// A history on a branch needs a git repository, and git.
    #[error(
        "failed to open store `{path}`: git finds no repository in `{directory}`; run in a checkout, with git 2.36 or later installed",
        path = path.display(), directory = directory.display()
    )]
    NotARepository {
        /// The store.
        path: PathBuf,
        /// Where the repository should be.
        directory: Box<Path>,
        /// What git said.
        source: Cause,
    },
    /// The repository has no remote of this name.
    #[error(
        "failed to open store `{path}`: the repository has no remote `{remote}`; add it with `git remote add`, or name another one",
        path = path.display()
    )]
    NoRemote {
        /// The store.
        path: PathBuf,
        /// The name.
        remote: String,
    },
    /// The branch is checked out, so that writing it would make that checkout look changed.
    #[error(
        "failed to open store `{path}`: its branch is checked out in `{checkout}`; switch that checkout to another branch",
        path = path.display(), checkout = checkout.display()
    )]
    CheckedOut {
        /// The store.
        path: PathBuf,
        /// The checkout.
        checkout: PathBuf,
    },
    /// The branch was made for something else.
    #[error(
        "failed to open store `{path}`: the branch holds something else than a pacegate history; name another branch",
        path = path.display()
    )]
    NotAHistory {
        /// The store.
        path: PathBuf,
    },
    /// A file on the branch is damaged, or not as pacegate writes it.
    #[error(
        "failed to read `{file}` in store `{path}`: it is damaged; take its directory off the branch, or restore the branch from its log",
        path = path.display()
    )]
    DamagedFile {
        /// The store.
        path: PathBuf,
        /// The file on the branch.
        file: Box<str>,
        /// What is wrong with it.
        source: Cause,
    },
    /// The remote could not be asked what it holds.
    #[error(
        "failed to fetch store `{path}` from remote `{remote}`; check the network and the rights to read, or write `@.` after the branch to keep the history in this repository alone",
        path = path.display()
    )]
    Unreachable {
        /// The store.
        path: PathBuf,
        /// The remote.
        remote: Box<str>,
        /// What git said.
        source: Cause,
    },
    /// The remote did not take what was written; it is kept in this repository.
    #[error(
        "failed to push store `{path}`: what was written is kept in the local branch alone; check the rights to push, then run `git push {destination}`, or measure again, which pushes it, too",
        path = path.display()
    )]
    NotPushed {
        /// The store.
        path: PathBuf,
        /// The remote and the branch, as `git push` takes them.
        destination: Box<str>,
        /// What git said.
        source: Cause,
    },
    /// Git failed.
    #[error("failed to use store `{path}`: git failed; check the repository with `git fsck`", path = path.display())]
    Git {
        /// The store.
        path: PathBuf,
        /// What git said.
        source: Cause,
    },
    /// A run was asked for that is not there.
    #[error(
        "failed to read run `{id}` from store `{path}`: it is not stored there; check the id, and that this is the right store",
        path = path.display()
    )]
    NotStored {
        /// The store.
        path: PathBuf,
        /// The run.
        id: Uuid,
    },
    /// The file that was opened is no longer there, so what was written to it is lost.
    #[error(
        "failed to write store `{path}`: it was removed or replaced meanwhile; let nothing that is measured touch it",
        path = path.display()
    )]
    Gone {
        /// The store.
        path: PathBuf,
    },
    /// A run could not be read back as it is, so it was not written.
    #[error(
        "failed to write run `{id}`: it holds a value that no store keeps; mend what measured it"
    )]
    Unstorable {
        /// The run.
        id: Uuid,
        /// Which value.
        source: Cause,
    },
    /// The work was broken off, since the program ends or has a fault.
    #[error("failed to use store `{path}`: the work was broken off; try again", path = path.display())]
    Interrupted {
        /// The store.
        path: PathBuf,
        /// What broke it off.
        source: Cause,
    },
    /// Anything else that a backend reports.
    #[error("failed to use store `{path}`; check the disk that holds it", path = path.display())]
    Backend {
        /// The store.
        path: PathBuf,
        /// What the backend said.
        source: Cause,
    },
}

impl StoreError {
    /// The error of a failed access to a file or directory of a store.
    pub(super) fn of_io(path: PathBuf, error: io::Error) -> StoreError {
        use io::ErrorKind;
        let (kind, source) = (error.kind(), error.into());
        match kind {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                StoreError::ReadOnly { path, source }
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                StoreError::Full { path, source }
            }
            _ => StoreError::Inaccessible { path, source },
        }
    }
}
