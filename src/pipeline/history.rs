//! The stored runs of a project, and which of them serve as the baseline.

use super::reports;
use crate::Error;
use crate::config::{Plan, StoreLocation};
use crate::model::{Baseline, Bundle, Heading, Run};
use crate::report;
use crate::store::{SqliteStore, Store, Wanted, select};
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// An open history, as it stood when it was opened.
pub(super) struct History {
    store: Box<dyn Store>,
    /// Newest first.
    headings: Vec<Heading>,
}

impl History {
    /// Opens a plan's history that holds a run at least; makes none.
    pub(super) async fn existing(plan: &Plan) -> Result<History, Error> {
        let StoreLocation::Sqlite(path) = &plan.store;
        if !path.exists() {
            return Err(nothing_stored(plan));
        }
        let history = History::open(plan).await?;
        if history.headings.is_empty() { Err(nothing_stored(plan)) } else { Ok(history) }
    }

    /// Opens a plan's history, making a new one where there is none.
    pub(super) async fn open(plan: &Plan) -> Result<History, Error> {
        let StoreLocation::Sqlite(path) = plan.store.clone();
        // Another process may hold it for long.
        let opened = spawn_blocking(move || SqliteStore::open(&path)).await;
        let store: Box<dyn Store> = Box::new(opened.map_err(|_| Error::Interrupted)??);
        let headings = store.headings(&plan.project).await?;
        Ok(History { store, headings })
    }

    /// The runs that `run` is compared with.
    pub(super) async fn baseline(&self, run: &Run, plan: &Plan) -> Result<Baseline, Error> {
        let wanted = Wanted {
            head: run.id,
            started: Some(run.started),
            environment: &run.environment,
            branches: &plan.baseline.branches,
            most: plan.baseline.runs,
        };
        let selection = select(&self.headings, &wanted);
        let runs = self.store.get(&selection.ids).await?;
        Ok(Baseline { runs, reason: selection.reason })
    }

    /// What is known of the stored runs, newest first.
    pub(super) fn headings(&self) -> &[Heading] {
        &self.headings
    }

    /// A stored run.
    pub(super) async fn get(&self, id: Uuid) -> Result<Run, Error> {
        let run = self.store.get(&[id]).await?.pop();
        run.ok_or_else(|| Error::NoSuchRun(format!("run {id} is no longer stored")))
    }

    /// Removes stored runs, all of them or none.
    pub(super) async fn remove(&self, ids: &[Uuid]) -> Result<(), Error> {
        Ok(self.store.remove(ids).await?)
    }

    /// The run of an id, of the start of an id, or the `latest` one.
    pub(super) fn find(&self, wanted: &str, plan: &Plan) -> Result<&Heading, Error> {
        let Some(latest) = self.headings.first() else { return Err(nothing_stored(plan)) };
        if wanted == "latest" {
            return Ok(latest);
        }
        let matches = |heading: &&Heading| heading.id.to_string().starts_with(wanted);
        let mut found = self.headings.iter().filter(matches);
        match (found.next(), found.next()) {
            (Some(heading), None) => Ok(heading),
            (Some(_), Some(_)) => Err(Error::NoSuchRun(format!(
                "`{wanted}` begins the id of several runs; write more of it"
            ))),
            (None, _) => Err(Error::NoSuchRun(format!(
                "no stored run of project `{}` has an id that begins with `{wanted}`; the newest \
                 is {}",
                plan.project, latest.id
            ))),
        }
    }

    /// Keeps a judged run: in the store, or where that fails in a file beside it, so that nothing
    /// that was measured is lost.
    pub(super) async fn keep(&self, bundle: &Bundle, plan: &Plan) -> Result<(), Error> {
        let run = &bundle.run;
        let Err(refusal) = self.store.put(run, bundle.verdict).await else { return Ok(()) };
        let StoreLocation::Sqlite(database) = &plan.store;
        let text = report::json_document(run).map_err(report::Error::from)?;
        let name = format!("unsaved-{}.json", run.id);
        let beside = database.with_file_name(&name);
        if reports::write(&beside, &text).is_ok() {
            return Err(Error::Unsaved { kept: beside, source: refusal });
        }
        let kept = std::env::temp_dir().join(&name);
        match reports::write(&kept, &text) {
            Ok(()) => Err(Error::Unsaved { kept, source: refusal }),
            Err(source) => Err(Error::Lost { run: run.id, kept, refusal, source }),
        }
    }
}

fn nothing_stored(plan: &Plan) -> Error {
    let StoreLocation::Sqlite(path) = &plan.store;
    Error::NoSuchRun(format!(
        "no run of project `{}` is stored in `{}` yet; measure one with `pacegate run`",
        plan.project,
        path.display()
    ))
}
