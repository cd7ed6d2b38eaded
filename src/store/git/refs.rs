//! The two refs of a history: the branch, and what the remote is known to hold.

use super::place::Place;
use super::process::Failure;
use crate::store::StoreError;
use std::fs;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a lock of git's on a ref may stand before it is that of a killed process: git holds one
/// for milliseconds.
const STALE: Duration = Duration::from_secs(5);
/// How long one waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The commits that the two refs stand on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tips {
    pub(super) local: Option<String>,
    pub(super) remote: Option<String>,
}

/// Reads both refs.
pub(super) async fn tips(place: &Place) -> Result<Tips, StoreError> {
    let (local, remote) = (place.local_ref(), place.remote_ref());
    let args = ["for-each-ref", "--format=%(objectname) %(refname)", &local, &remote];
    let answer = place.work(&args, &[]).await.map_err(|failure| place.failed(failure))?;
    let text = String::from_utf8_lossy(&answer);
    let tip = |name: &str| {
        let found = text.lines().filter_map(|line| line.split_once(' ')).find(|(_, n)| *n == name);
        found.map(|(commit, _)| commit.to_owned())
    };
    let remote = place.remote.is_some().then(|| tip(&remote)).flatten();
    Ok(Tips { local: tip(&local), remote })
}

/// Moves a ref from one commit (or none) to another; false when it stood elsewhere.
pub(super) async fn update(
    place: &Place,
    name: &str,
    new: &str,
    old: Option<&str>,
) -> Result<bool, StoreError> {
    let none = "0".repeat(new.len());
    let args = ["update-ref", "-m", "pacegate", name, new, old.unwrap_or(&none)];
    let deadline = Instant::now() + PATIENCE;
    loop {
        let failure = match place.work(&args, &[]).await {
            Ok(_) => return Ok(true),
            Err(failure) => failure,
        };
        let lock = place.git_dir.join(format!("{name}.lock"));
        let age = fs::metadata(&lock).and_then(|lock| lock.modified()).map(|at| at.elapsed());
        match age {
            Ok(age) if Instant::now() < deadline => {
                if age.is_ok_and(|age| age > STALE) {
                    // Where it cannot be removed, git says so at the last attempt.
                    let _ = fs::remove_file(&lock);
                }
                sleep(Duration::from_millis(20)).await;
            }
            _ => return moved(place, name, old, failure).await,
        }
    }
}

/// Whether an update failed because the ref stood elsewhere.
async fn moved(
    place: &Place,
    name: &str,
    old: Option<&str>,
    failure: Failure,
) -> Result<bool, StoreError> {
    let now = tips(place).await?;
    let now = if name == place.local_ref() { now.local } else { now.remote };
    if now.as_deref() == old { Err(place.failed(failure)) } else { Ok(false) }
}
