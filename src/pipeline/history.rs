//! The stored runs of a project, and which of them serve as the baseline.

use super::lineage::{self, Landmark, Standing};
use super::reports;
use crate::Error;
use crate::config::{AcceptedStep, GatePlan, Plan, Rule, StoreLocation};
use crate::model::{Baseline, BaselineReason, Bundle, Environment, Heading, Run, Step};
use crate::report;
use crate::store::{GitStore, Selection, SqliteStore, Store, StoreError, Wanted, select};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// The runs up to the last release.
pub(super) struct Released {
    /// What the configuration names it by.
    pub(super) name: String,
    /// Its commit, where it is known.
    pub(super) commit: Option<String>,
    /// The runs.
    pub(super) baseline: Baseline,
}

/// An open history, as it stood when it was opened.
pub(super) struct History {
    store: Box<dyn Store>,
    /// Newest first.
    headings: Vec<Heading>,
}

impl History {
    /// Opens a plan's history that holds a run at least; makes none.
    pub(super) async fn existing(plan: &Plan) -> Result<History, Error> {
        if plan.store.file().is_some_and(|path| !path.exists()) {
            return Err(nothing_stored(plan));
        }
        let history = History::intact(plan).await?;
        if history.headings.is_empty() { Err(nothing_stored(plan)) } else { Ok(history) }
    }

    /// Opens a plan's history to be judged by, making a new one where there is none.
    ///
    /// # Errors
    ///
    /// Also when its file is empty: what it held would silently be missing.
    pub(super) async fn intact(plan: &Plan) -> Result<History, Error> {
        if let Some(path) = emptied(plan) {
            return Err(StoreError::Empty { path: path.to_owned() }.into());
        }
        History::open(plan).await
    }

    /// Opens a plan's history to add to, making a new one where there is none or its file is empty.
    pub(super) async fn open(plan: &Plan) -> Result<History, Error> {
        let store = open_store(&plan.store).await?;
        let headings = store.headings(&plan.project).await?;
        Ok(History { store, headings })
    }

    /// The newest runs that may serve as a baseline of `run`, and the accepted steps between them,
    /// whose series are not known before it is measured. `directory` holds the repository.
    pub(super) async fn baseline(
        &self,
        run: &Run,
        plan: &Plan,
        directory: &Path,
    ) -> Result<Baseline, Error> {
        let reason = self.select(run, plan, plan.baseline.runs).reason;
        self.arranged(run, plan, directory, None, reason).await
    }

    /// The newest runs up to the release that a gate compares with, if one does.
    pub(super) async fn release(
        &self,
        run: &Run,
        plan: &Plan,
        directory: &Path,
    ) -> Result<Option<Released>, Error> {
        let creep = |gate: &GatePlan| matches!(gate.rule, Rule::Creep { .. });
        let Some(name) = plan.baseline.release.clone().filter(|_| plan.gates.iter().any(creep))
        else {
            return Ok(None);
        };
        let found = self.landmark(&name, directory).await?;
        let commit = found.as_ref().map(|landmark| landmark.commit.clone());
        let selection = self.select(run, plan, usize::MAX);
        let baseline = match found {
            None => {
                Baseline { runs: vec![], reason: BaselineReason::UnknownRelease, steps: vec![] }
            }
            // The reason why none serves is that of the recent ones, too.
            Some(_) if selection.ids.is_empty() => {
                Baseline { runs: vec![], reason: selection.reason, steps: vec![] }
            }
            Some(landmark) => {
                let none = BaselineReason::NoneUpToRelease { stored: selection.ids.len() };
                let mut found = self.arranged(run, plan, directory, Some(landmark), none).await?;
                let runs = found.runs.len();
                if runs > 0 {
                    found.reason = BaselineReason::Stored { runs, other_environments: 0 };
                }
                found
            }
        };
        Ok(Some(Released { name, commit, baseline }))
    }

    /// The runs that comparing with the release needs, of every machine class.
    pub(super) async fn of_release(
        &self,
        plan: &Plan,
        directory: &Path,
    ) -> Result<HashSet<Uuid>, Error> {
        let Some(name) = &plan.baseline.release else { return Ok(HashSet::new()) };
        let Some(release) = self.landmark(name, directory).await? else {
            return Ok(HashSet::new());
        };
        let serving: Vec<Heading> =
            self.headings.iter().filter(|h| h.serves(&plan.baseline.branches)).cloned().collect();
        let (known, directory, most) = (self.standings(), directory.to_owned(), plan.baseline.runs);
        let asked = spawn_blocking(move || {
            let standings: Vec<Standing> = serving.iter().map(Standing::of).collect();
            let before = release.at_or_before(&directory, &standings, &known);
            let mut kept: HashMap<&Environment, usize> = HashMap::new();
            let newest_first = lineage::order(&directory, &standings).into_iter().rev();
            let needed = newest_first.filter(|index| before[*index]).filter(|index| {
                let kept = kept.entry(&serving[*index].environment).or_default();
                *kept += 1;
                *kept <= most
            });
            needed.map(|index| serving[index].id).collect()
        });
        asked.await.map_err(|_| Error::Interrupted)
    }

    /// The commit that a release stands for.
    async fn landmark(&self, name: &str, directory: &Path) -> Result<Option<Landmark>, Error> {
        let (known, directory, name) = (self.standings(), directory.to_owned(), name.to_owned());
        let asked = spawn_blocking(move || Landmark::find(&directory, &name, &known)).await;
        asked.map_err(|_| Error::Interrupted)
    }

    fn select(&self, run: &Run, plan: &Plan, most: usize) -> Selection {
        let wanted = Wanted {
            head: run.id,
            started: Some(run.started),
            environment: &run.environment,
            branches: &plan.baseline.branches,
            most,
        };
        select(&self.headings, &wanted)
    }

    fn standings(&self) -> Vec<Standing> {
        self.headings.iter().map(Standing::of).collect()
    }

    /// The newest of the runs that may serve, in the order of their commits and up to a landmark, with
    /// the accepted steps on whose sides they stand.
    async fn arranged(
        &self,
        head: &Run,
        plan: &Plan,
        directory: &Path,
        until: Option<Landmark>,
        reason: BaselineReason,
    ) -> Result<Baseline, Error> {
        let ids = self.select(head, plan, usize::MAX).ids;
        let serving: Vec<&Heading> =
            self.headings.iter().filter(|heading| ids.contains(&heading.id)).collect();
        let standings: Vec<Standing> =
            serving.iter().map(|heading| Standing::of(heading)).collect();
        let known = self.standings();
        let landmarks: Vec<Landmark> = plan.accepted.iter().map(Landmark::of).collect();
        let (head, directory) = (Standing::of_run(head), directory.to_owned());
        let most = plan.baseline.runs;
        // A slow disk must not keep signals from being seen.
        let asked = spawn_blocking(move || {
            let mut order = lineage::order(&directory, &standings);
            if let Some(landmark) = until {
                let before = landmark.at_or_before(&directory, &standings, &known);
                order.retain(|index| before[*index]);
            }
            order.drain(..order.len().saturating_sub(most));
            let chosen = order.iter().map(|index| standings[*index].clone());
            let all: Vec<Standing> = chosen.chain([head]).collect();
            let sides = landmarks.iter().map(|step| step.at_or_after(&directory, &all, &known));
            (order, sides.collect::<Vec<_>>())
        });
        let (order, sides) = asked.await.map_err(|_| Error::Interrupted)?;
        let step = |(step, sides): (&AcceptedStep, Vec<bool>)| {
            let (head, runs) = sides.split_last()?;
            let other_side = runs.iter().map(|side| side != head).collect();
            Some(Step { commit: step.commit.clone(), series: HashSet::new(), other_side })
        };
        let steps = plan.accepted.iter().zip(sides).filter_map(step).collect();
        let ids: Vec<Uuid> = order.into_iter().map(|index| serving[index].id).collect();
        Ok(Baseline { runs: self.store.get(&ids).await?, reason, steps })
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
    /// that was measured is lost. What a remote alone refused is kept in the store.
    pub(super) async fn keep(&self, bundle: &Bundle, plan: &Plan) -> Result<(), Error> {
        let run = &bundle.run;
        let Err(refusal) = self.store.put(run, bundle.verdict).await else { return Ok(()) };
        if matches!(refusal, StoreError::NotPushed { .. }) {
            return Err(refusal.into());
        }
        let text = report::json_document(run).map_err(report::Error::from)?;
        let name = format!("unsaved-{}.json", run.id);
        let beside = plan.store.beside(&name);
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

/// Opens a store, making a new one where there is none.
pub(super) async fn open_store(location: &StoreLocation) -> Result<Box<dyn Store>, Error> {
    Ok(match location.clone() {
        StoreLocation::Sqlite(path) => {
            // Another process may hold it for long.
            let opened = spawn_blocking(move || SqliteStore::open(&path)).await;
            Box::new(opened.map_err(|_| Error::Interrupted)??)
        }
        StoreLocation::Git { directory, branch, remote } => {
            Box::new(GitStore::open(&directory, &branch, remote.as_deref()).await?)
        }
    })
}

/// A history's file that is there and holds nothing; for a moment, a new one does, too.
pub(super) fn emptied(plan: &Plan) -> Option<&Path> {
    let path = plan.store.file()?;
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0).then_some(path)
}

fn nothing_stored(plan: &Plan) -> Error {
    Error::NoSuchRun(format!(
        "no run of project `{}` is stored in `{}` yet; measure one with `pacegate run`",
        plan.project, plan.store
    ))
}

/// Says of which series of a measured run each step of its baseline is accepted.
pub(super) fn name_series(baseline: &mut Baseline, plan: &Plan, run: &Run) {
    for (step, accepted) in baseline.steps.iter_mut().zip(&plan.accepted) {
        let series = run.series().map(|series| series.id);
        step.series = series.filter(|id| accepted.series.matches(&id.to_string())).collect();
    }
}

/// The same for the runs of the last release.
pub(super) fn name_series_of(released: &mut Option<Released>, plan: &Plan, run: &Run) {
    if let Some(released) = released {
        name_series(&mut released.baseline, plan, run);
    }
}
