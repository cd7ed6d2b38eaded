//! What a history holds, seen over the branch and the remote, and how a commit is added to it.

use super::document::{self, VERSION};
use super::layout::MARKER;
use super::listing::{Changes, Listing, ours_onto};
use super::objects::{self, Wanted};
use super::place::Place;
use super::process::Failure;
use super::refs::{self, Tips};
use crate::store::StoreError;

/// The history as it is once what the remote holds is merged with what only this repository does.
#[derive(Debug, Default)]
pub(super) struct View {
    /// All its files.
    pub(super) files: Listing,
    /// The commits that hold it together, of which the first is that of `onto`.
    parents: Vec<String>,
    /// What `onto` lacks of it.
    merge: Changes,
}

impl View {
    /// Whether one commit holds it all; where there is none, nothing is held.
    pub(super) fn tip(&self) -> Option<&str> {
        match &self.parents[..] {
            [tip] => Some(tip),
            _ => None,
        }
    }
}

/// Merges what the two tips hold; writes nothing.
pub(super) async fn view(place: &Place, tips: &Tips) -> Result<View, StoreError> {
    let (local, remote) = match (&tips.local, &tips.remote) {
        (None, None) => return Ok(View::default()),
        (Some(only), None) | (None, Some(only)) => return of_commit(place, only).await,
        (Some(local), Some(remote)) if local == remote => return of_commit(place, local).await,
        (Some(local), Some(remote)) => (local, remote),
    };
    let base = merge_base(place, local, remote).await?;
    match &base {
        Some(base) if base == remote => return of_commit(place, local).await,
        Some(base) if base == local => return of_commit(place, remote).await,
        _ => {}
    }
    let before = match &base {
        Some(base) => list(place, base).await?,
        None => Listing::default(),
    };
    let (ours, mut files) =
        (of_commit(place, local).await?.files, of_commit(place, remote).await?.files);
    let merge = ours_onto(&before, &ours, &files);
    files.apply(&merge);
    Ok(View { files, parents: vec![remote.clone(), local.clone()], merge })
}

/// Commits changes to a view, and moves the branch there from where it stood; `None` when somebody
/// else moved it meanwhile.
pub(super) async fn commit(
    place: &Place,
    from: &Tips,
    view: View,
    changes: Changes,
    message: &str,
) -> Result<Option<String>, StoreError> {
    let failed = |failure| place.failed(failure);
    let commit = match view.tip() {
        Some(tip) if changes.is_empty() => tip.to_owned(),
        _ => {
            let mut all = view.merge;
            all.extend(changes);
            if view.parents.is_empty() {
                let marker = document::marker();
                let args = ["hash-object", "-w", "--stdin"];
                let marker = place.work(&args, marker.as_bytes()).await.map_err(failed)?;
                all.set(MARKER.to_owned(), one_line(&marker));
            }
            let tree = write_tree(place, view.parents.first().map(String::as_str), &all).await?;
            let parents = view.parents.iter().flat_map(|parent| ["-p", parent]);
            let args: Vec<&str> = ["commit-tree", "--no-gpg-sign"]
                .into_iter()
                .chain(parents)
                .chain([tree.as_str()])
                .collect();
            one_line(&place.work(&args, message.as_bytes()).await.map_err(failed)?)
        }
    };
    if from.local.as_ref() == Some(&commit) {
        return Ok(Some(commit));
    }
    let moved = refs::update(place, &place.local_ref(), &commit, from.local.as_deref()).await?;
    Ok(moved.then_some(commit))
}

/// Whether a commit is, or comes before, another one.
pub(super) async fn is_within(place: &Place, commit: &str, tip: &str) -> Result<bool, StoreError> {
    Ok(merge_base(place, commit, tip).await?.as_deref() == Some(commit))
}

/// A tree that is that of a commit but for the changes, by way of an index of our own.
async fn write_tree(
    place: &Place,
    onto: Option<&str>,
    changes: &Changes,
) -> Result<String, StoreError> {
    let failed = |failure| place.failed(failure);
    let directory = tempfile::tempdir().map_err(|error| failed(Failure::Start(error)))?;
    let index = directory.path().join("index");
    if let Some(onto) = onto {
        place.work_on(&index, &["read-tree", onto], &[]).await.map_err(failed)?;
    }
    let none = "0".repeat(onto.map_or(40, str::len));
    let args = ["update-index", "--replace", "-z", "--index-info"];
    place.work_on(&index, &args, &changes.index_info(&none)).await.map_err(failed)?;
    let tree = place.work_on(&index, &["write-tree", "--missing-ok"], &[]).await.map_err(failed)?;
    Ok(one_line(&tree))
}

/// The best common ancestor; `None` where there is none.
async fn merge_base(place: &Place, one: &str, other: &str) -> Result<Option<String>, StoreError> {
    match place.work(&["merge-base", one, other], &[]).await {
        Ok(base) => Ok(Some(one_line(&base))),
        Err(Failure::Silent(status)) if status.code() == Some(1) => Ok(None),
        // Taken for no base, it would bring back what was removed.
        Err(failure) => Err(place.failed(failure)),
    }
}

/// A commit that must hold a history, of a version that is known.
async fn of_commit(place: &Place, commit: &str) -> Result<View, StoreError> {
    let files = list(place, commit).await?;
    let not_ours = || StoreError::NotAHistory { path: place.name.clone() };
    let object = files.marker().ok_or_else(not_ours)?.to_owned();
    if place.known_marker.get() == Some(&object) {
        return Ok(View { files, parents: vec![commit.to_owned()], merge: Changes::default() });
    }
    let wanted = [Wanted { object: object.clone(), file: MARKER.to_owned() }];
    let mut marker = Vec::new();
    objects::read(place, &wanted, 4096, |_, bytes| {
        marker = bytes;
        Ok(())
    })
    .await?;
    match document::version(&marker) {
        Some(found) if found > VERSION => {
            Err(StoreError::Newer { path: place.name.clone(), found, known: VERSION })
        }
        Some(_) => {
            // Another one that is in order, too, is read each time.
            let _ = place.known_marker.set(object);
            Ok(View { files, parents: vec![commit.to_owned()], merge: Changes::default() })
        }
        None => Err(not_ours()),
    }
}

async fn list(place: &Place, commit: &str) -> Result<Listing, StoreError> {
    let args = ["ls-tree", "-r", "-z", "--full-tree", commit];
    let answer = place.work(&args, &[]).await.map_err(|failure| place.failed(failure))?;
    Listing::parse(&answer).ok_or_else(|| place.damaged(commit, "git lists it in an unknown way"))
}

/// What git prints as one line.
pub(super) fn one_line(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).trim().to_owned()
}
