//! Fetching from the remote, and pushing to it until it holds what was written here.

use super::history::{self, is_within};
use super::listing::Changes;
use super::lock::{Work, chance, lock};
use super::place::Place;
use super::process::Failure;
use super::refs::{self, Tips, tips};
use crate::store::StoreError;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long others may be faster with every push. Of those that push at once one always succeeds, so
/// that this is far more than hundreds of jobs take.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a fetch or push is tried that fails while nobody else moves the branch.
const ATTEMPTS: u32 = 4;
/// What the first pause between two of them is drawn from; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(2);

/// Learns what the remote holds. What it no longer holds stays known, so that nothing is lost with it.
pub(super) async fn fetch(place: &Place) -> Result<(), StoreError> {
    let Some(remote) = place.remote.as_deref() else { return Ok(()) };
    let mut failures = 0;
    loop {
        let failure = match fetch_once(place, remote, false).await {
            Ok(()) => return Ok(()),
            Err(Fetch::Store(error)) => return Err(error),
            Err(Fetch::Git(failure)) => failure,
        };
        failures += 1;
        if failures == ATTEMPTS || !failure.may_pass() {
            let (path, remote) = (place.name.clone(), remote.into());
            return Err(StoreError::Unreachable { path, remote, source: failure.into() });
        }
        pause(failures).await;
    }
}

/// Fetches everything once more, with what a partial clone left out.
pub(super) async fn fetch_again(place: &Place) -> Result<(), StoreError> {
    let Some(remote) = place.remote.as_deref() else { return Ok(()) };
    fetch_once(place, remote, true).await.map_err(|error| match error {
        Fetch::Store(error) => error,
        Fetch::Git(failure) => StoreError::Unreachable {
            path: place.name.clone(),
            remote: remote.into(),
            source: failure.into(),
        },
    })
}

enum Fetch {
    Store(StoreError),
    Git(Failure),
}

impl From<Failure> for Fetch {
    fn from(failure: Failure) -> Self {
        Fetch::Git(failure)
    }
}

impl From<StoreError> for Fetch {
    fn from(error: StoreError) -> Self {
        Fetch::Store(error)
    }
}

async fn fetch_once(place: &Place, remote: &str, again: bool) -> Result<(), Fetch> {
    let branch = place.local_ref();
    let heads = place.transfer(&["ls-remote", "--refs", remote, &branch]).await?;
    let heads = String::from_utf8_lossy(&heads).into_owned();
    let mut heads = heads.lines().filter_map(|line| line.split_once('\t'));
    let Some((there, _)) = heads.find(|(_, name)| *name == branch) else { return Ok(()) };
    let known = tips(place).await?.remote;
    if known.as_deref() == Some(there) && !again {
        return Ok(());
    }
    let mut args = vec![
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-filter",
        // Leaves the user's own refs of the remote as they are.
        "--refmap=",
    ];
    args.extend(again.then_some("--refetch"));
    args.extend([remote, &branch]);
    place.transfer(&args).await?;
    let tracking = place.remote_ref();
    // Somebody else who fetched at the same time knows as much, or more.
    refs::update(place, &tracking, there, known.as_deref()).await?;
    Ok(())
}

/// Pushes the branch until the remote holds this commit. Whoever pushes takes along what others in
/// this repository have committed, so that those find their work done.
///
/// `onto` is the commit that it was made from, where it is one.
pub(super) async fn push(
    place: &Place,
    commit: &str,
    onto: Option<&str>,
) -> Result<(), StoreError> {
    let Some(remote) = place.remote.as_deref() else { return Ok(()) };
    let not_pushed = |source| StoreError::NotPushed {
        path: place.name.clone(),
        destination: format!("{remote} {}", place.branch).into(),
        source,
    };
    let _lock =
        lock(place, Work::Push, PATIENCE).await.map_err(|error| not_pushed(error.into()))?;
    let deadline = Instant::now() + PATIENCE;
    let (mut failures, mut races) = (0, 0);
    loop {
        let before = tips(place).await?;
        let known = before.remote.as_deref();
        let tip = match known {
            // The usual case, in which git need not be asked.
            Some(_) if known == onto && before.local.as_deref() == Some(commit) => {
                commit.to_owned()
            }
            Some(there) if is_within(place, commit, there).await? => return Ok(()),
            Some(there) => holding(place, &before, there).await?,
            None => before.local.clone().unwrap_or_else(|| commit.to_owned()),
        };
        let failure = match push_once(place, remote, &tip).await {
            Ok(()) => {
                // Where somebody else moved it meanwhile, the next fetch puts it right.
                refs::update(place, &place.remote_ref(), &tip, known).await?;
                return Ok(());
            }
            Err(failure) if !failure.may_pass() => return Err(not_pushed(failure.into())),
            Err(failure) => failure,
        };
        fetch(place).await.map_err(|error| not_pushed(error.into()))?;
        let others_were_faster = tips(place).await?.remote != before.remote;
        if others_were_faster {
            races += 1
        } else {
            failures += 1
        }
        if failures == ATTEMPTS || Instant::now() > deadline {
            return Err(not_pushed(failure.into()));
        }
        pause(if others_were_faster { races.min(3) } else { failures }).await;
    }
}

async fn push_once(place: &Place, remote: &str, tip: &str) -> Result<(), Failure> {
    let refspec = format!("{tip}:{}", place.local_ref());
    let args = [
        "push",
        "--quiet",
        "--no-verify",
        "--no-signed",
        "--no-follow-tags",
        "--no-force-with-lease",
        "--recurse-submodules=no",
        remote,
        &refspec,
    ];
    place.transfer(&args).await.map(drop)
}

/// The tip of the branch, once it holds what the remote does.
async fn holding(place: &Place, tips: &Tips, there: &str) -> Result<String, StoreError> {
    match &tips.local {
        Some(local) if is_within(place, there, local).await? => Ok(local.clone()),
        _ => merged(place).await,
    }
}

/// The tip of the branch, once it is merged with what the remote is known to hold.
async fn merged(place: &Place) -> Result<String, StoreError> {
    loop {
        let _lock = lock(place, Work::Commit, PATIENCE).await?;
        let tips = tips(place).await?;
        let view = history::view(place, &tips).await?;
        let message = "merge histories\n\n[skip ci]\n";
        if let Some(tip) = history::commit(place, &tips, view, Changes::default(), message).await? {
            return Ok(tip);
        }
    }
}

/// Waits for a time that is drawn anew for each, so that those that collided do not again.
async fn pause(attempt: u32) {
    let most = PAUSE.saturating_mul(1 << attempt.min(8)).min(LONGEST);
    sleep(most.mul_f64(chance())).await;
}
