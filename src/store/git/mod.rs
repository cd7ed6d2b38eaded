//! History on a branch of a git repository: shared through its remote, without a server.
//!
//! The branch has no commit in common with any other; each write is a commit that adds the files of
//! runs. Only plumbing is used: no checkout and no index of the user's is touched, and no hook runs.
//! What the branch and the remote hold is merged run by run, so that jobs that write at once never
//! conflict.

mod document;
mod history;
mod layout;
mod listing;
mod lock;
mod objects;
mod place;
mod process;
mod refs;
mod remote;

use super::{Store, StoreError};
use crate::model::{Heading, Run, Verdict};
use async_trait::async_trait;
use history::{View, one_line};
use listing::{Changes, Listing, Stored};
use lock::{Work, lock};
use objects::Wanted;
use place::Place;
use process::Failure;
use refs::Tips;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How long others in this repository may commit first.
const PATIENCE: Duration = Duration::from_secs(120);

/// A history on a branch, which many processes and clones may use at once.
///
/// What is written is there for others once it is pushed. The futures need a tokio runtime with time
/// and I/O.
#[derive(Debug, Clone)]
pub struct GitStore {
    place: Arc<Place>,
    /// What was held where the refs last stood, since runs are often read one by one.
    seen: Arc<Mutex<Option<Seen>>>,
}

/// What was held while the refs stood so.
type Seen = (Tips, Arc<View>);

impl GitStore {
    /// Opens the history on `branch` of the repository that holds `directory`; makes nothing. It is
    /// shared through this remote, by default `origin` where there is one; `.` keeps it in the
    /// repository alone.
    ///
    /// # Errors
    ///
    /// Where there is no repository, git is missing or older than 2.36, the remote is not configured,
    /// or the branch is checked out or holds something else.
    pub async fn open(
        directory: &Path,
        branch: &str,
        remote: Option<&str>,
    ) -> Result<GitStore, StoreError> {
        let place = Place::find(directory, branch, remote).await?;
        let store = GitStore { place: Arc::new(place), seen: Arc::default() };
        store.view().await?;
        Ok(store)
    }

    /// What is known here of the history.
    async fn view(&self) -> Result<Arc<View>, StoreError> {
        let tips = refs::tips(&self.place).await?;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, view)) = seen.filter(|(then, _)| *then == tips) {
            return Ok(view);
        }
        let view = Arc::new(history::view(&self.place, &tips).await?);
        let seen = Some((tips, Arc::clone(&view)));
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(view)
    }

    /// Commits the changes that `change` makes of what is held then, and pushes them.
    async fn write(
        &self,
        message: &str,
        change: impl Fn(&Listing) -> Changes,
    ) -> Result<(), StoreError> {
        let place = &self.place;
        let (committed, onto) = loop {
            let _lock = lock(place, Work::Commit, PATIENCE).await?;
            let tips = refs::tips(place).await?;
            let view = history::view(place, &tips).await?;
            let changes = change(&view.files);
            if changes.is_empty() && view.tip().is_none() {
                return Ok(());
            }
            let onto = view.tip().map(str::to_owned);
            if let Some(commit) = history::commit(place, &tips, view, changes, message).await? {
                break (commit, onto);
            }
        };
        remote::push(place, &committed, onto.as_deref()).await
    }

    /// Writes files to git's database, and gives the ids of their objects.
    async fn hash(&self, files: &[Vec<u8>]) -> Result<Vec<String>, StoreError> {
        let place = &self.place;
        let in_system = |error| StoreError::of_io(place.name.clone(), error);
        let directory = tempfile::tempdir().map_err(in_system)?;
        let mut paths = String::new();
        for (n, bytes) in files.iter().enumerate() {
            let path = directory.path().join(n.to_string());
            std::fs::write(&path, bytes).map_err(in_system)?;
            let path = path
                .to_str()
                .ok_or_else(|| in_system(std::io::ErrorKind::InvalidFilename.into()))?;
            paths += &format!("{path}\n");
        }
        let args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
        let answer = place.work(&args, paths.as_bytes()).await;
        let answer = answer.map_err(|failure| place.failed(failure))?;
        let ids: Vec<String> =
            String::from_utf8_lossy(&answer).lines().map(str::to_owned).collect();
        if ids.len() == files.len() {
            return Ok(ids);
        }
        Err(place.failed(Failure::Refused(format!("git wrote other files: {}", one_line(&answer)))))
    }

    /// The stored runs with these ids, once each; an id that is not known here is passed over.
    async fn find(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Stored>, StoreError> {
        let view = self.view().await?;
        let wanted = view.files.runs().filter(|run| ids.contains(&run.id));
        Ok(wanted.map(|run| (run.id, run)).collect())
    }

    fn missing(&self, file: String) -> StoreError {
        self.place.damaged(file, "there is no plain file of this name")
    }
}

#[async_trait]
impl Store for GitStore {
    async fn put(&self, run: &Run, verdict: Verdict) -> Result<(), StoreError> {
        self.put_all(&[(run.clone(), verdict)]).await
    }

    async fn put_all(&self, runs: &[(Run, Verdict)]) -> Result<(), StoreError> {
        let mut files = Vec::with_capacity(2 * runs.len());
        for (run, verdict) in runs {
            let encoded = document::encode(run, *verdict);
            files.extend(encoded.map_err(|source| StoreError::Unstorable { id: run.id, source })?);
        }
        let objects = self.hash(&files).await?;
        let change = |held: &Listing| {
            let ids: Vec<Uuid> = runs.iter().map(|(run, _)| run.id).collect();
            let mut changes = Changes::default();
            // A run that moves to another project leaves its old one.
            held.runs().filter(|run| ids.contains(&run.id)).for_each(|run| changes.remove(&run));
            for ((run, _), objects) in runs.iter().zip(objects.chunks(2)) {
                let directory = layout::directory(&layout::project_key(&run.project), run.id);
                for (name, object) in [layout::HEADING, layout::RUN].iter().zip(objects) {
                    changes.set(format!("{directory}/{name}"), object.clone());
                }
            }
            changes
        };
        let message = match runs {
            [] => return Ok(()),
            [(run, _)] => format!("store run {}\n\n[skip ci]\n", run.id),
            runs => format!("store {} runs\n\n[skip ci]\n", runs.len()),
        };
        self.write(&message, change).await
    }

    async fn headings(&self, project: &str) -> Result<Vec<Heading>, StoreError> {
        remote::fetch(&self.place).await?;
        let view = self.view().await?;
        let key = layout::project_key(project);
        let runs: Vec<Stored> = view.files.runs().filter(|run| run.key == key).collect();
        let file = |run: &Stored, name| format!("{}/{name}", layout::directory(&run.key, run.id));
        let wanted = runs.iter().map(|run| {
            let missing = |name| self.missing(file(run, name));
            run.run.as_ref().ok_or_else(|| missing(layout::RUN))?;
            let object = run.heading.clone().ok_or_else(|| missing(layout::HEADING))?;
            Ok(Wanted { object, file: file(run, layout::HEADING) })
        });
        let wanted = wanted.collect::<Result<Vec<_>, StoreError>>()?;
        let mut headings = Vec::with_capacity(runs.len());
        objects::read(&self.place, &wanted, document::MAX_HEADING_BYTES, |n, bytes| {
            let read = document::heading(&bytes, runs[n].id, project);
            headings.push(read.map_err(|why| self.place.damaged(&wanted[n].file, why))?);
            Ok(())
        })
        .await?;
        headings.sort_unstable_by_key(|heading| Reverse((heading.started, heading.id)));
        Ok(headings)
    }

    async fn get(&self, ids: &[Uuid]) -> Result<Vec<Run>, StoreError> {
        let mut stored = self.find(ids).await?;
        if ids.iter().any(|id| !stored.contains_key(id)) {
            remote::fetch(&self.place).await?;
            stored = self.find(ids).await?;
        }
        let wanted = ids.iter().map(|id| {
            let path = self.place.name.clone();
            let run = stored.get(id).ok_or(StoreError::NotStored { path, id: *id })?;
            let file = format!("{}/{}", layout::directory(&run.key, run.id), layout::RUN);
            let object = run.run.clone().ok_or_else(|| self.missing(file.clone()))?;
            Ok(Wanted { object, file })
        });
        let wanted = wanted.collect::<Result<Vec<_>, StoreError>>()?;
        let mut runs = Vec::with_capacity(ids.len());
        objects::read(&self.place, &wanted, document::MAX_RUN_BYTES, |n, bytes| {
            let run = document::run(&bytes, ids[n]);
            runs.push(run.map_err(|why| self.place.damaged(&wanted[n].file, why))?);
            Ok(())
        })
        .await?;
        Ok(runs)
    }

    async fn remove(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        remote::fetch(&self.place).await?;
        let change = |held: &Listing| {
            let mut changes = Changes::default();
            held.runs().filter(|run| ids.contains(&run.id)).for_each(|run| changes.remove(&run));
            changes
        };
        self.write(&format!("remove {} runs\n\n[skip ci]\n", ids.len()), change).await
    }
}
