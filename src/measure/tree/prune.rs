//! The trees of bases that nobody uses any more.

use super::question::order;
use super::{BaseError, lock};
use crate::measure::{Context, Event};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a place must not have been used to be removed.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Removes the places in a cache that no run has used for 30 days, or whose repository is gone, but none
/// that a run holds. What cannot be removed stays: the next run tries again.
///
/// # Errors
///
/// When a stop is asked for.
pub(super) async fn prune(cache: &Path, context: Context<'_>) -> Result<(), BaseError> {
    for place in places(cache) {
        if !(is_unused(&place) || is_orphaned(&place)) {
            continue;
        }
        let Ok(Some(held)) = lock::attempt(&place) else { continue };
        let (name, begun) =
            (format!("remove the unused base `{}`", place.display()), Instant::now());
        (context.observer)(Event::Started { name: name.clone(), planned: None });
        let removed = remove(&place, held, context).await?;
        (context.observer)(Event::Finished { name, ok: removed, elapsed: begun.elapsed() });
    }
    Ok(())
}

/// The places in a cache; what bears another name, or was never locked, is none of ours.
fn places(cache: &Path) -> Vec<PathBuf> {
    let is_place = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.len() == 16
            && name.bytes().all(|b| b.is_ascii_hexdigit())
            && !path.is_symlink()
            && lock::file(path).is_file()
    };
    let entries = std::fs::read_dir(cache).into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_place).collect();
    places.sort();
    places
}

fn is_unused(place: &Path) -> bool {
    let used = lock::file(place).metadata().and_then(|metadata| metadata.modified());
    used.is_ok_and(|used| used.elapsed().is_ok_and(|since| since > UNUSED))
}

/// Whether the tree's repository does not know it any more, so that it could only be made anew.
fn is_orphaned(place: &Path) -> bool {
    let tree = place.join("tree");
    let link = std::fs::read_to_string(tree.join(".git")).unwrap_or_default();
    let repository = link.strip_prefix("gitdir: ").map(|path| tree.join(path.trim_end()));
    repository.is_some_and(|repository| repository.try_exists().is_ok_and(|there| !there))
}

/// Removes a place that is held; gives whether it could be.
async fn remove(place: &Path, held: File, context: Context<'_>) -> Result<bool, BaseError> {
    let tree = place.join("tree");
    // So that its repository forgets it, where that is still there.
    let forget = ["worktree", "remove", "--force", "."];
    let forgotten = order(&tree, &forget, "remove an unused base", context.stop).await;
    if let Err(error @ BaseError::Interrupted) = forgotten {
        return Err(error);
    }
    let place = place.to_owned();
    let removing = tokio::task::spawn_blocking(move || {
        // Also when nobody waits for the end any more.
        let _held = held;
        // The lock last: a place without it would be left for ever.
        for entry in std::fs::read_dir(&place)?.flatten().map(|entry| entry.path()) {
            if entry.is_dir() && !entry.is_symlink() {
                std::fs::remove_dir_all(entry)?;
            }
        }
        std::fs::remove_dir_all(place)
    });
    tokio::select! {
        removed = removing => Ok(removed.is_ok_and(|removed| removed.is_ok())),
        () = context.stop.asked() => Err(BaseError::Interrupted),
    }
}
