//! The repository of the head, and which of its commits is the base.

use super::question::{ask, output, path, words};
use super::shallow::{self, Failed};
use super::{BaseError, reference};
use crate::measure::Stop;
use std::path::{Path, PathBuf};

/// What CI systems are told to fetch the whole history.
pub(super) const WHOLE_HISTORY: &str =
    "in CI, check out the whole history (`fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab)";

/// The working tree of the head.
pub(super) struct Repository {
    /// Its top, without symbolic links.
    pub(super) top: PathBuf,
    /// The same as the configuration's path spells it.
    pub(super) spelled: PathBuf,
}

impl Repository {
    /// The tree that holds `directory`.
    ///
    /// # Errors
    ///
    /// When there is none, or git will not read it.
    pub(super) async fn of(directory: &Path, stop: &Stop) -> Result<Self, BaseError> {
        let found = output(directory, &["rev-parse", "--show-toplevel"], stop).await?;
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        if !found.status.success() {
            let words = words(&found);
            return Err(if words.contains("not a git repository") {
                BaseError::NoRepository { directory }
            } else if words.contains("must be run in a work tree") {
                BaseError::NoTree { directory }
            } else {
                BaseError::Git { task: "read the repository".to_owned(), words }
            });
        }
        let top = path(&found);
        let real = directory.canonicalize().unwrap_or_else(|_| directory.clone());
        let below = real.strip_prefix(&top).map_or(0, |below| below.components().count());
        let spelled = directory.ancestors().nth(below).unwrap_or(&directory).to_owned();
        Ok(Repository { top, spelled })
    }

    /// The newest commit that both the head and `reference` contain. What is missing to tell is fetched: the
    /// branch in a clone of another, and the history in a shallow one.
    ///
    /// # Errors
    ///
    /// When the head has no commit, the reference is unknown, or there is no such commit.
    pub(super) async fn merge_base(
        &self,
        reference: &str,
        stop: &Stop,
    ) -> Result<String, BaseError> {
        let top = &self.top;
        let head = reference::commit_of(top, "HEAD", stop).await?.ok_or(BaseError::NoCommit)?;
        let too_shallow = |failed: Failed| match failed {
            Failed::Why(why) => BaseError::TooShallow { reference: reference.to_owned(), why },
            Failed::Base(error) => error,
        };
        let shallow = shallow::is_shallow(top, stop).await?;
        let other = match reference::here(top, reference, stop).await? {
            None => match reference::fetched(top, reference, shallow, stop).await {
                Err(Failed::Why(_)) if !shallow => None,
                fetched => fetched.map_err(too_shallow)?,
            },
            here => here,
        };
        let Some(other) = other else {
            let advice = unknown_advice(reference);
            return Err(BaseError::UnknownReference { reference: reference.to_owned(), advice });
        };
        let found = match shallow {
            true => shallow::merge_base(top, (&head, &other), reference, stop).await,
            false => Ok(ask(top, &["merge-base", &head, &other], stop).await?),
        };
        found
            .map_err(too_shallow)?
            .ok_or_else(|| BaseError::NoCommonCommit { reference: reference.to_owned() })
    }
}

/// What to do about a reference that is not there.
fn unknown_advice(reference: &str) -> String {
    if reference.starts_with('^') || reference.contains("..") {
        return "name one commit, such as `origin/main`, and no range of them".to_owned();
    }
    match reference.split_once('/') {
        // A name that a shell would take for more than a name is in no command that is copied.
        Some((remote @ ("origin" | "upstream"), branch)) if branch.chars().all(is_plain) => {
            format!("run `git fetch {remote} {branch}` first; {WHOLE_HISTORY}")
        }
        _ => format!("check its spelling with `git branch --all`; {WHOLE_HISTORY}"),
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-+@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_fetched_or_respelled() {
        let check = |reference: &str, expected: &str| {
            let advice = unknown_advice(reference);
            assert!(advice.contains(expected), "{advice}");
        };
        check("origin/main", "`git fetch origin main`");
        check("upstream/release/2", "`git fetch upstream release/2`");
        check("feature/x", "`git branch --all`");
        check("origin/$(id)", "`git branch --all`");
        check("HEAD~99", "`git branch --all`");
        check("^main", "no range");
        check("main..HEAD", "no range");
    }
}
