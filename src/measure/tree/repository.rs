//! The repository of the head, and which of its commits is the base.

use super::BaseError;
use super::question::{ask, output, path, words};
use crate::measure::Stop;
use std::path::{Path, PathBuf};

/// What CI systems are told to fetch the whole history.
const WHOLE_HISTORY: &str =
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

    /// The newest commit that both the head and `reference` contain.
    ///
    /// # Errors
    ///
    /// When the head has no commit, the reference is unknown, or there is no such commit.
    pub(super) async fn merge_base(
        &self,
        reference: &str,
        stop: &Stop,
    ) -> Result<String, BaseError> {
        let commit_of = async |name: &str| {
            let question = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
            ask(&self.top, &question, stop).await
        };
        let head = commit_of("HEAD^{commit}").await?.ok_or(BaseError::NoCommit)?;
        let reference = reference.to_owned();
        let is_hash = |answer: &String| answer.bytes().all(|b| b.is_ascii_hexdigit());
        // Git also verifies what stands for commits that are left out, such as `^main`.
        let Some(other) = commit_of(&format!("{reference}^{{commit}}")).await?.filter(is_hash)
        else {
            let advice = unknown_advice(&reference);
            return Err(BaseError::UnknownReference { reference, advice });
        };
        if let Some(commit) = ask(&self.top, &["merge-base", &head, &other], stop).await? {
            return Ok(commit);
        }
        let shallow = ask(&self.top, &["rev-parse", "--is-shallow-repository"], stop).await?;
        let advice = match shallow.as_deref() {
            Some("true") => {
                "this clone is shallow and does not reach back to it; run `git fetch --unshallow` \
                 first, or in CI check out the whole history (`fetch-depth: 0` on GitHub, \
                 `GIT_DEPTH: 0` on GitLab)"
            }
            _ => "name a base that the head comes from",
        };
        Err(BaseError::NoCommonCommit { reference, advice })
    }
}

/// What to do about a reference that is not there.
fn unknown_advice(reference: &str) -> String {
    if reference.starts_with('^') || reference.contains("..") {
        return "name one commit, such as `origin/main`, and no range of them".to_owned();
    }
    match reference.split_once('/') {
        Some((remote @ ("origin" | "upstream"), branch)) => {
            format!("run `git fetch {remote} {branch}` first; {WHOLE_HISTORY}")
        }
        _ => format!("check its spelling with `git branch --all`; {WHOLE_HISTORY}"),
    }
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
        check("HEAD~99", "`git branch --all`");
        check("^main", "no range");
        check("main..HEAD", "no range");
    }
}
