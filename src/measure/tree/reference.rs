//! Which commit a reference names, here or on the remote.

use super::BaseError;
use super::question::{ask, output, words};
use super::shallow::{self, Failed};
use crate::measure::Stop;
use std::path::Path;
use tokio::time::timeout;

/// The remote that a clone comes from, unless somebody named it otherwise.
const ORIGIN: &str = "origin";

/// The commit of a name; `None` when there is none.
///
/// # Errors
///
/// When git cannot be run, or a stop is asked for.
pub(super) async fn commit_of(
    top: &Path,
    name: &str,
    stop: &Stop,
) -> Result<Option<String>, BaseError> {
    let name = format!("{name}^{{commit}}");
    let question = ["rev-parse", "--verify", "--quiet", "--end-of-options", &name];
    let is_hash = |answer: &String| answer.bytes().all(|b| b.is_ascii_hexdigit());
    // Git also verifies what stands for commits that are left out, such as `^main`.
    Ok(ask(top, &question, stop).await?.filter(is_hash))
}

/// The commit of a reference; of a branch that was only ever fetched, that of the remote's: a CI job has
/// no `main`, but an `origin/main`.
///
/// # Errors
///
/// When git cannot be run, or a stop is asked for.
pub(super) async fn here(
    top: &Path,
    reference: &str,
    stop: &Stop,
) -> Result<Option<String>, BaseError> {
    if let Some(commit) = commit_of(top, reference, stop).await? {
        return Ok(Some(commit));
    }
    if !is_branch(top, reference, stop).await? {
        return Ok(None);
    }
    commit_of(top, &format!("refs/remotes/{ORIGIN}/{reference}"), stop).await
}

/// Fetches the commit of a reference that is not here: a branch or tag of the remote, or a hash. `None`
/// when the remote has none of that name.
///
/// # Errors
///
/// When the remote cannot be asked.
pub(super) async fn fetched(
    top: &Path,
    reference: &str,
    shallow: bool,
    stop: &Stop,
) -> Result<Option<String>, Failed> {
    let (remote, name) = on_remote(top, reference, stop).await?;
    let is_hash = matches!(name.len(), 40 | 64) && name.bytes().all(|b| b.is_ascii_hexdigit());
    let commit = match is_hash {
        true => Some(name.to_owned()),
        false if is_branch(top, name, stop).await? => tip(top, &remote, name, stop).await?,
        false => None,
    };
    let Some(commit) = commit else { return Ok(None) };
    shallow::fetch(top, &remote, &commit, shallow, stop).await?;
    // A tag's own hash is none of a commit.
    Ok(commit_of(top, &commit, stop).await?)
}

/// The remote that a reference is of, and its name there.
///
/// # Errors
///
/// When there is no remote.
pub(super) async fn on_remote<'r>(
    top: &Path,
    reference: &'r str,
    stop: &Stop,
) -> Result<(String, &'r str), Failed> {
    let remotes = ask(top, &["remote"], stop).await?.unwrap_or_default();
    let is_remote = |name: &&str| remotes.lines().any(|remote| remote == *name);
    let split = reference.split_once('/').filter(|(remote, _)| is_remote(remote));
    match split {
        Some((remote, name)) => Ok((remote.to_owned(), name)),
        None if is_remote(&ORIGIN) => Ok((ORIGIN.to_owned(), reference)),
        None => Err(Failed::Why(format!("it has no remote `{ORIGIN}` to fetch more from"))),
    }
}

/// The commit that a branch or tag of a remote is at.
async fn tip(top: &Path, remote: &str, name: &str, stop: &Stop) -> Result<Option<String>, Failed> {
    let [branch, tag] = [format!("refs/heads/{name}"), format!("refs/tags/{name}")];
    let asked = ["ls-remote", "--quiet", "--", remote, &branch, &tag];
    let Ok(listed) = timeout(shallow::PATIENCE, output(top, &asked, stop)).await else {
        return Err(Failed::Why(format!("`{remote}` did not answer")));
    };
    let listed = listed?;
    if !listed.status.success() {
        return Err(Failed::Why(format!("asking `{remote}` failed: {}", words(&listed))));
    }
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let of = |wanted: &str| {
        let mut lines = listed.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(_, name)| *name == wanted).map(|(commit, _)| commit.to_owned())
    };
    Ok(of(&branch).or_else(|| of(&tag)))
}

async fn is_branch(top: &Path, name: &str, stop: &Stop) -> Result<bool, BaseError> {
    let reference = format!("refs/heads/{name}");
    Ok(output(top, &["check-ref-format", &reference], stop).await?.status.success())
}
