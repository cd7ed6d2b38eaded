//! The stored runs of a project, and which of them serve as the baseline.

use super::lineage::{self, Landmark, Standing};
use super::reports;
use crate::Error;
use crate::config::{AcceptedStep, Plan, StoreLocation};
use crate::model::{Baseline, Bundle, Heading, Run, Step};
use crate::report;
use crate::store::{SqliteStore, Store, Wanted, select};
use std::collections::HashSet;
use std::path::Path;
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

    /// The runs that `run` is compared with, and the accepted steps between them, whose series are
    /// not known before it is measured. `directory` holds the repository.
    pub(super) async fn baseline(
        &self,
        run: &Run,
        plan: &Plan,
        directory: &Path,
    ) -> Result<Baseline, Error> {
        let wanted = Wanted {
            head: run.id,
            started: Some(run.started),
            environment: &run.environment,
            branches: &plan.baseline.branches,
            most: plan.baseline.runs,
        };
        let selection = select(&self.headings, &wanted);
        let (ids, steps) = self.arrange(&selection.ids, run, plan, directory).await?;
        let runs = self.store.get(&ids).await?;
        Ok(Baseline { runs, reason: selection.reason, steps })
    }

    /// Runs in the order of their commits, and the accepted steps on whose sides they stand.
    async fn arrange(
        &self,
        ids: &[Uuid],
        head: &Run,
        plan: &Plan,
        directory: &Path,
    ) -> Result<(Vec<Uuid>, Vec<Step>), Error> {
        let chosen = |heading: &&Heading| ids.contains(&heading.id);
        let chosen: Vec<&Heading> = self.headings.iter().filter(chosen).collect();
        let standings: Vec<Standing> = chosen.iter().map(|heading| Standing::of(heading)).collect();
        let known: Vec<Standing> = self.headings.iter().map(Standing::of).collect();
        let landmark =
            |step: &AcceptedStep| Landmark { commit: step.commit.clone(), time: step.time };
        let landmarks: Vec<Landmark> = plan.accepted.iter().map(landmark).collect();
        let (head, directory) = (Standing::of_run(head), directory.to_owned());
        // A slow disk must not keep signals from being seen.
        let asked = spawn_blocking(move || {
            let order = lineage::order(&directory, &standings);
            let ordered = order.iter().map(|index| standings[*index].clone());
            let all: Vec<Standing> = ordered.chain([head]).collect();
            let sides =
                landmarks.iter().map(|landmark| landmark.at_or_after(&directory, &all, &known));
            (order, sides.collect::<Vec<_>>())
        });
        let (order, sides) = asked.await.map_err(|_| Error::Interrupted)?;
        let step = |(step, sides): (&AcceptedStep, Vec<bool>)| {
            let (head, runs) = sides.split_last()?;
            let other_side = runs.iter().map(|side| side != head).collect();
            Some(Step { commit: step.commit.clone(), series: HashSet::new(), other_side })
        };
        let steps = plan.accepted.iter().zip(sides).filter_map(step).collect();
        Ok((order.into_iter().map(|index| chosen[index].id).collect(), steps))
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

/// Says of which series of a measured run each step of its baseline is accepted.
pub(super) fn name_series(baseline: &mut Baseline, plan: &Plan, run: &Run) {
    for (step, accepted) in baseline.steps.iter_mut().zip(&plan.accepted) {
        let series = run.series().map(|series| series.id);
        step.series = series.filter(|id| accepted.series.matches(&id.to_string())).collect();
    }
}
