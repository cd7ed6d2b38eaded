//! A merge base that a shallow clone does not reach back to, found by fetching more of the history.

use super::question::{ask, order, output, path, words};
use super::{BaseError, reference};
use crate::measure::Stop;
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How many more commits the last fetch asks for; the first asks for one, and each for twice as many.
const LAST_STEP: u32 = 4096;
/// How long all fetches may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// Whether a clone lacks the beginning of its history.
///
/// # Errors
///
/// When git cannot be run, or a stop is asked for.
pub(super) async fn is_shallow(top: &Path, stop: &Stop) -> Result<bool, BaseError> {
    let answer = ask(top, &["rev-parse", "--is-shallow-repository"], stop).await?;
    Ok(answer.as_deref() == Some("true"))
}

/// The newest commit that two others contain, though the clone is shallow; `None` if there is none.
///
/// Where the history is cut, newer ones may be hidden: it is fetched until nothing that matters is cut
/// any more. When that fails, what was found counts. No reference, no setting and no tree of the
/// repository is changed; a filter would make it a partial clone for good, so files come along.
///
/// # Errors
///
/// When nothing was found, and no more can be fetched: why not.
pub(super) async fn merge_base(
    top: &Path,
    (head, other): (&str, &str),
    reference: &str,
    stop: &Stop,
) -> Result<Option<String>, Failed> {
    let deadline = Instant::now() + PATIENCE;
    let mut step = 1;
    loop {
        let found = ask(top, &["merge-base", head, other], stop).await?;
        let cut = cut(top, (head, other), found.as_deref(), stop).await?;
        if cut.is_empty() {
            return Ok(found);
        }
        let deepened = match reference::on_remote(top, reference, stop).await {
            Ok((remote, _)) if step <= LAST_STEP => {
                deepen(top, &remote, step, &cut, deadline, stop).await
            }
            Ok(_) => Err(Failed::Why(format!("{} commits more were not enough", step - 1))),
            Err(failed) => Err(failed),
        };
        match (deepened, found) {
            (Ok(()), _) => step *= 2,
            (Err(Failed::Why(_)), Some(found)) => return Ok(Some(found)),
            (Err(failed), _) => return Err(failed),
        }
    }
}

/// Has a commit of the remote here: with its history, or in a shallow clone with as much of that as is
/// here already.
///
/// # Errors
///
/// When it cannot be fetched.
pub(super) async fn fetch(
    top: &Path,
    remote: &str,
    commit: &str,
    shallow: bool,
    stop: &Stop,
) -> Result<(), Failed> {
    // What lies about after a collection of garbage may lack its history.
    let whole = ["rev-list", "--quiet", commit];
    if output(top, &whole, stop).await?.status.success() {
        return Ok(());
    }
    let deadline = Instant::now() + PATIENCE;
    let depth = shallow.then_some("--depth=1");
    fetch_once(top, remote, depth, &[commit], deadline, stop).await
}

/// Why no more of the history is here.
pub(super) enum Failed {
    /// In words.
    Why(String),
    /// Git itself cannot be asked, or a stop is asked for.
    Base(BaseError),
}

impl From<BaseError> for Failed {
    fn from(error: BaseError) -> Self {
        match error {
            BaseError::Git { words, .. } => Failed::Why(format!("fetching more failed: {words}")),
            error => Failed::Base(error),
        }
    }
}

/// The commits at which the history of two others is cut, but for what `found` contains: none of that
/// can be newer.
async fn cut(
    top: &Path,
    (head, other): (&str, &str),
    found: Option<&str>,
    stop: &Stop,
) -> Result<Vec<String>, BaseError> {
    let place = ["rev-parse", "--path-format=absolute", "--git-path", "shallow"];
    let place = path(&output(top, &place, stop).await?);
    // Without the file nothing is cut any more.
    let cut = std::fs::read_to_string(place).unwrap_or_default();
    let cut: HashSet<&str> = cut.lines().collect();
    let mut walk = vec!["rev-list", head, other];
    walk.extend(found.into_iter().flat_map(|found| ["--not", found]));
    let walked = output(top, &walk, stop).await?;
    if !walked.status.success() {
        return Err(BaseError::Git { task: "read the history".to_owned(), words: words(&walked) });
    }
    let walked = String::from_utf8_lossy(&walked.stdout).into_owned();
    Ok(walked.lines().filter(|commit| cut.contains(commit)).map(str::to_owned).collect())
}

/// Fetches so many commits more before each of those at which the history is cut.
async fn deepen(
    top: &Path,
    remote: &str,
    step: u32,
    cut: &[String],
    deadline: Instant,
    stop: &Stop,
) -> Result<(), Failed> {
    let depth = format!("--deepen={step}");
    let all: Vec<&str> = cut.iter().map(String::as_str).collect();
    let together = fetch_once(top, remote, Some(&depth), &all, deadline, stop).await;
    let Err(Failed::Why(_)) = together else { return together };
    // The remote may have forgotten one of them, such as after a forced push.
    let mut result = together;
    for commit in all {
        match fetch_once(top, remote, Some(&depth), &[commit], deadline, stop).await {
            Err(failed @ Failed::Base(_)) => return Err(failed),
            Err(Failed::Why(_)) => {}
            Ok(()) => result = Ok(()),
        }
    }
    result
}

async fn fetch_once(
    top: &Path,
    remote: &str,
    depth: Option<&str>,
    commits: &[&str],
    deadline: Instant,
    stop: &Stop,
) -> Result<(), Failed> {
    let fetch = [
        // Its servers give any commit by its hash.
        "-c",
        "protocol.version=2",
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-prune",
        "--no-write-fetch-head",
        "--no-write-commit-graph",
        "--no-auto-maintenance",
        "--no-recurse-submodules",
        // Leaves the user's own references as they are.
        "--refmap=",
    ];
    let args = [&fetch[..], depth.as_slice(), &["--", remote], commits].concat();
    match timeout_at(deadline, order(top, &args, "fetch more of the history", stop)).await {
        Ok(fetched) => Ok(fetched?),
        Err(_) => Err(Failed::Why(format!("fetching more took over {} s", PATIENCE.as_secs()))),
    }
}
