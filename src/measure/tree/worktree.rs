//! The base's tree as a worktree of the head's repository.

use super::BaseError;
use super::question::{ask, order, output, path};
use super::repository::Repository;
use crate::measure::{Context, Event, Stop};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Checks out a commit below `place`, which the caller has locked; gives the top of the tree.
///
/// # Errors
///
/// When git cannot check it out, with its words.
pub(super) async fn check_out(
    repository: &Repository,
    commit: &str,
    place: &Path,
    context: Context<'_>,
) -> Result<PathBuf, BaseError> {
    let (name, begun) = (format!("check out base {}", short(commit)), Instant::now());
    (context.observer)(Event::Started { name: name.clone(), planned: None });
    let tree = place.join("tree");
    let made = make(&repository.top, commit, &tree, context.stop).await;
    (context.observer)(Event::Finished { name, ok: made.is_ok(), elapsed: begun.elapsed() });
    made.map(|()| tree)
}

async fn make(top: &Path, commit: &str, tree: &Path, stop: &Stop) -> Result<(), BaseError> {
    let renewed = renew(top, commit, tree, stop).await;
    match renewed {
        Ok(true) => {}
        Err(BaseError::Interrupted) => return Err(BaseError::Interrupted),
        // What cannot be renewed is made anew, and that tells what is wrong.
        Ok(false) | Err(_) => anew(top, commit, tree, stop).await?,
    }
    if tree.join(".gitmodules").is_file() {
        let args = ["submodule", "--quiet", "update", "--init", "--recursive", "--force"];
        order(tree, &args, "check out the base's submodules", stop).await?;
    }
    Ok(())
}

/// Brings an earlier base's tree to another commit. What git ignores stays, above all what was built.
/// `false` when there is no tree of this repository.
async fn renew(top: &Path, commit: &str, tree: &Path, stop: &Stop) -> Result<bool, BaseError> {
    let common = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
    if !tree.join(".git").is_file()
        || ask(tree, &common, stop).await? != ask(top, &common, stop).await?
    {
        return Ok(false);
    }
    // Left by a git that was killed; no other one works here while we hold the lock.
    let stale = ["rev-parse", "--path-format=absolute", "--git-path", "index.lock"];
    let stale = output(tree, &stale, stop).await?;
    if stale.status.success() {
        let _ = std::fs::remove_file(path(&stale));
    }
    let task = format!("check out the base {}", short(commit));
    order(tree, &["checkout", "--quiet", "--detach", "--force", commit], &task, stop).await?;
    order(tree, &["clean", "--quiet", "-ffd"], &task, stop).await?;
    Ok(true)
}

async fn anew(top: &Path, commit: &str, tree: &Path, stop: &Stop) -> Result<(), BaseError> {
    let removed = match tree.symlink_metadata() {
        Ok(found) if !found.is_dir() => std::fs::remove_file(tree),
        _ => std::fs::remove_dir_all(tree),
    };
    match removed {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(BaseError::File { task: "remove", path: tree.to_owned(), source });
        }
        _ => {}
    }
    // Forced, since git may remember the tree that was removed; twice, since somebody may have locked it.
    let add = ["worktree", "add", "--quiet", "--force", "--force", "--detach"].map(OsStr::new);
    let args = [&add[..], &[tree.as_os_str(), OsStr::new(commit)]].concat();
    order(top, &args, &format!("check out the base {}", short(commit)), stop).await
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
