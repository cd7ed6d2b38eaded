//! Why there is no base to measure.

use super::repository::WHOLE_HISTORY;
use std::io;
use std::path::PathBuf;

/// Why there is no base to measure side by side with.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// Git cannot be run.
    #[error("failed to run git, which knows the base; install it")]
    NoGit(#[source] io::Error),
    /// There is no repository.
    #[error(
        "`{}` is in no git repository, so there is no base to compare with; run without `--base`",
        directory.display()
    )]
    NoRepository {
        /// Where one was looked for.
        directory: PathBuf,
    },
    /// The repository has no tree.
    #[error(
        "`{}` is in a bare repository or in git's own folder, where no head is checked out; run in a \
         working tree", directory.display()
    )]
    NoTree {
        /// Where a tree was looked for.
        directory: PathBuf,
    },
    /// The head has no history.
    #[error("the head has no commit yet, so there is no base to compare with; commit first")]
    NoCommit,
    /// The reference is unknown.
    #[error("`{reference}` names no commit in this clone; {advice}")]
    UnknownReference {
        /// As asked for.
        reference: String,
        /// What to do.
        advice: String,
    },
    /// The reference and the head do not meet.
    #[error(
        "`{reference}` and the head have no commit in common; name a base that the head comes from"
    )]
    NoCommonCommit {
        /// As asked for.
        reference: String,
    },
    /// The history that is here does not reach back to where they meet, and no more of it can be had.
    #[error(
        "this clone is shallow, so that what `{reference}` and the head have in common is not in it, and \
         {why}; run `git fetch --unshallow` first, or {WHOLE_HISTORY}"
    )]
    TooShallow {
        /// As asked for.
        reference: String,
        /// Why it cannot be had.
        why: String,
    },
    /// No place is known outside of the repository.
    #[error(
        "no place is known for the base's tree; set XDG_CACHE_HOME, or HOME, to a folder outside of \
         the repository `{}`", repository.display()
    )]
    NoPlace {
        /// The top of the head's tree.
        repository: PathBuf,
    },
    /// Git refused.
    #[error("git failed to {task}: {words}")]
    Git {
        /// What it was to do.
        task: String,
        /// What it said.
        words: String,
    },
    /// A file cannot be used.
    #[error("failed to {task} `{}`", path.display())]
    File {
        /// What was to be done.
        task: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A stop was asked for.
    #[error("interrupted before anything was measured")]
    Interrupted,
}

impl BaseError {
    /// Whether what was asked for cannot be had in this place, so that another request is needed
    /// (exit code 2), rather than that getting it failed (exit code 5).
    pub fn is_mistake(&self) -> bool {
        match self {
            BaseError::NoRepository { .. }
            | BaseError::NoTree { .. }
            | BaseError::NoCommit
            | BaseError::UnknownReference { .. }
            | BaseError::NoCommonCommit { .. }
            | BaseError::TooShallow { .. }
            | BaseError::NoPlace { .. } => true,
            BaseError::NoGit(_)
            | BaseError::Git { .. }
            | BaseError::File { .. }
            | BaseError::Interrupted => false,
        }
    }
}
