//! One run through all stages: measure, compare, judge, keep, tell. The only place that sees them all.

mod accept;
mod again;
mod archive;
mod copy;
mod doctor;
mod document;
mod history;
mod judging;
mod lineage;
mod paired;
mod past;
mod points;
mod policy;
mod recording;
mod replay;
mod reports;
mod segment;
mod selection;
mod side_by_side;
mod table;
pub mod telling;

pub use accept::Accepted;
pub use archive::{Archive, Prune, values};
pub use copy::{Copied, copy};
pub use doctor::{Diagnosed, Examination, doctor};
pub use document::{read_bundle, read_run};
pub use past::Past;
pub use points::{point_options, points, read_series};
pub use recording::{Recorded, read as read_recording};
pub use replay::{Replayed, replay};
pub use reports::write_report;
pub use segment::{LONGEST_WAIT, Loading, Merged, Part, load_segment, merge, read_segment};

use crate::Error;
use crate::config::{self, Plan, Source};
use crate::exit::Exit;
use crate::measure::{self, Context, Measured};
use crate::model::{Bundle, Noise, Policy, RUN_FORMAT, RUN_VERSION, Revision, Run, Warning};
use history::History;
use judging::Against;
use selection::Selected;
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// What a build is judged by.
#[derive(Debug, Clone)]
pub struct Judging {
    /// The configuration.
    pub config: PathBuf,
    /// Whether what did not decide fails the build.
    pub strict: bool,
    /// Now: decides which waivers have expired, and stands in the record.
    pub now: OffsetDateTime,
}

/// What to measure and keep.
#[derive(Debug, Clone)]
pub struct Measuring {
    /// Globs on the names of benchmarks and loads; empty is all of them.
    pub only: Vec<String>,
    /// The branch that the run belongs to, where git cannot tell.
    pub branch: Option<String>,
    /// Whether the run is kept.
    pub keep: bool,
    /// What it is measured side by side with.
    pub base: Base,
    /// A commit and the branch on which the event of a CI job has it, which is believed where that commit is
    /// what is measured.
    pub standing: Option<(String, String)>,
    /// What a proposal is to be merged into. That it changes what it is judged by is told even where
    /// nothing is measured side by side.
    pub onto: Option<String>,
    /// Where the pairs are recorded; `None` is `pairs.jsonl` beside the history.
    pub record: Option<PathBuf>,
    /// How long pairs may take; `None` is what the configuration says.
    pub within: Option<Duration>,
}

/// What a run is measured side by side with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// What the configuration names, unless the head stands on it already.
    Configured,
    /// The merge base with this reference.
    Reference(String),
    /// Nothing: the run is compared with stored ones.
    None,
}

/// Which run `check` judges, and against what.
#[derive(Debug, Clone)]
pub struct Checking {
    /// A run file or bundle to judge; without it a stored run is.
    pub head: Option<PathBuf>,
    /// The stored run: its id, the start of its id, or `latest`.
    pub run: String,
    /// Run files or bundles to compare with; without them stored runs are.
    pub baseline: Vec<PathBuf>,
    /// Whether a run from a file is kept in the history, unless it is there; not with files to compare with.
    pub keep: bool,
}

/// What a run or a check came to.
#[derive(Debug)]
pub struct Outcome {
    /// Everything that was found.
    pub bundle: Bundle,
    /// Why the run, or the recording that was asked for, could not be kept.
    pub unsaved: Vec<Error>,
    /// Reports that could not be written.
    pub undelivered: Vec<Error>,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Outcome {
    /// What was measured and kept elsewhere.
    pub fn told(bundle: Bundle) -> Outcome {
        Outcome { bundle, unsaved: Vec::new(), undelivered: Vec::new(), interrupted: false }
    }

    /// The exit code: an interrupt first, then the verdict, then what could not be kept, and with
    /// `require_report` what could not be told. A failed gate is never masked by a later trouble.
    pub fn exit(&self, require_report: bool) -> Exit {
        let verdict = Exit::of(self.bundle.verdict, self.bundle.policy.strict);
        let unsaved = self.unsaved.first().map_or(Exit::Pass, Error::exit);
        let untold = require_report && !self.undelivered.is_empty();
        let told = if untold { Exit::ReportFailed } else { Exit::Pass };
        let interrupted = if self.interrupted { Exit::Interrupted } else { Exit::Pass };
        [interrupted, verdict, unsaved, told]
            .into_iter()
            .find(|exit| *exit != Exit::Pass)
            .unwrap_or(Exit::Pass)
    }
}

/// Measures what the configuration names, compares it with the stored baseline, judges, keeps the
/// run and writes the reports.
///
/// # Errors
///
/// Before anything is measured: a configuration, a history or a report path that cannot be used.
/// Afterwards nothing is an error: a target that could not be measured is a failure in the bundle,
/// and the [`Outcome`] says what could not be kept or told.
pub async fn run(
    judging: &Judging,
    measuring: &Measuring,
    context: Context<'_>,
) -> Result<Outcome, Error> {
    let (mut plan, source) = tokio::select! {
        loaded = load(judging) => loaded?,
        () = context.stop.asked() => return Err(Error::Interrupted),
    };
    plan.paired.time = measuring.within.unwrap_or(plan.paired.time);
    let selected = Selected::by(&measuring.only, &plan, &judging.config)?;
    reports::prepare(&plan, &judging.config, measuring.record.as_deref())?;
    let emptied = history::emptied(&plan)
        .map(|path| Warning::EmptyHistory { path: path.display().to_string() });
    // Opened in any case: a run that is not kept is still compared with those that are.
    let history = tokio::select! {
        history = History::open(&plan) => history?,
        () = context.stop.asked() => return Err(Error::Interrupted),
    };

    let mut draft = draft(&plan, &selected, judging, measuring).await;
    // No doubt about serving as a baseline: it is the first of the new history.
    draft.warnings.extend(emptied);
    // Read before anything is measured, so that a damaged history cannot cost what was.
    let place = directory(&judging.config);
    let mut baseline = history.baseline(&draft, &plan, place).await?;
    let mut released = history.release(&draft, &plan, place).await?;
    let mut recorded = Ok(());
    let (mut run, side_by_side) = match base(&plan, judging, measuring, &draft, context).await? {
        Some(reference) => {
            let asked = (reference.as_str(), place);
            let (measured, base) =
                side_by_side::measure(draft.clone(), asked, &plan, &selected, context).await?;
            recorded = base.record(&plan.gates, &recording(&plan, measuring));
            let mut run = finished(draft, measured);
            run.warnings.extend(policy::changed(base.commit(), &judging.config, &source).await);
            (run, Some(Box::new(base)))
        }
        None => {
            let edited = proposed(&source, judging, measuring, context).await?;
            let mut run = finished(draft, measure(&plan, &selected, context).await);
            run.warnings.extend(edited);
            (run, None)
        }
    };
    history::name_series(&mut baseline, &plan, &run);
    history::name_series_of(&mut released, &plan, &run);
    let against = match side_by_side {
        Some(base) => Against::Base(base),
        None => Against::Runs { baseline: &baseline, one_session: false },
    };
    if measuring.onto.is_some() || matches!(against, Against::Base(_)) {
        // Nobody wants a proposal to serve as a baseline, nor to be told that it does not.
        run.warnings.retain(|warning| !matches!(warning, Warning::UntrustedBranch { .. }));
    }
    let policy = policy(judging, &plan, &source);
    let released = released.as_ref();
    let bundle = judging::judge(run, against, released, &selected, &plan, policy);
    let first = (&baseline, released);
    let bundle = again::again(bundle, first, &selected, &plan, context).await;
    let kept = if measuring.keep { history.keep(&bundle, &plan).await } else { Ok(()) };
    let mut undelivered = reports::write_all(&bundle, &plan.reports);
    let mut unsaved: Vec<Error> = kept.err().into_iter().collect();
    match measuring.record {
        Some(_) => unsaved.extend(recorded.err()),
        None => undelivered.extend(recorded.err()),
    }
    Ok(Outcome { bundle, unsaved, undelivered, interrupted: context.stop.is_asked() })
}

/// Judges a stored run, or a file, again; measures nothing, and keeps nothing unless it is asked to.
///
/// # Errors
///
/// When the configuration, the history or a file cannot be read, or no run is meant.
pub async fn check(judging: &Judging, checking: &Checking) -> Result<Outcome, Error> {
    let (plan, source) = config::load(&judging.config, judging.now.date())?;
    reports::prepare(&plan, &judging.config, None)?;
    let place = directory(&judging.config);
    let (head, mut baseline, mut released, history) = match (&checking.head, &checking.baseline[..])
    {
        (Some(head), [_, ..]) => {
            let head = document::read_run_of(head, &plan.project)?;
            let baseline = document::baseline(&checking.baseline, &head)?;
            (head, baseline, None, None)
        }
        (head, files) => {
            let (history, head) = match head {
                Some(path) => {
                    let head = document::read_run_of(path, &plan.project)?;
                    (History::intact(&plan).await?, head)
                }
                None => {
                    let history = History::existing(&plan).await?;
                    let head = history.get(history.find(&checking.run, &plan)?.id).await?;
                    (history, head)
                }
            };
            let baseline = match files {
                [] => history.baseline(&head, &plan, place).await?,
                files => document::baseline(files, &head)?,
            };
            let released = history.release(&head, &plan, place).await?;
            (head, baseline, released, Some(history))
        }
    };
    history::name_series(&mut baseline, &plan, &head);
    history::name_series_of(&mut released, &plan, &head);
    let one_session = !checking.baseline.is_empty();
    let (selected, policy) = (Selected::of(&head, &plan), policy(judging, &plan, &source));
    let against = Against::Runs { baseline: &baseline, one_session };
    let bundle = judging::judge(head, against, released.as_ref(), &selected, &plan, policy);
    let known =
        |history: &History| history.headings().iter().any(|known| known.id == bundle.run.id);
    let kept = match history.filter(|history| checking.keep && !known(history)) {
        Some(history) => history.keep(&bundle, &plan).await,
        None => Ok(()),
    };
    let undelivered = reports::write_all(&bundle, &plan.reports);
    let unsaved = kept.err().into_iter().collect();
    Ok(Outcome { bundle, unsaved, undelivered, interrupted: false })
}

/// The directory of a file; that of the configuration holds the repository.
fn directory(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The plan of the configuration, which may be a pipe that nobody has written yet.
async fn load(judging: &Judging) -> Result<(Plan, Source), Error> {
    let (path, today) = (judging.config.clone(), judging.now.date());
    let loaded = spawn_blocking(move || config::load(&path, today)).await;
    Ok(loaded.map_err(|_| Error::Interrupted)??)
}

/// A run of which everything but the values is known: where it is measured, and of what.
async fn draft(
    plan: &Plan,
    selected: &Selected<'_>,
    judging: &Judging,
    measuring: &Measuring,
) -> Run {
    let directory = directory(&judging.config);
    let (place, branch) = (directory.to_owned(), measuring.branch.clone());
    // A slow disk must not keep signals from being seen.
    let asked = spawn_blocking(move || measure::revision(&place, branch.as_deref())).await;
    let (revision, unknown) = match asked.unwrap_or_else(|gone| Err(gone.to_string())) {
        Ok(revision) => (standing(revision, measuring), None),
        Err(error) => (
            Revision { branch: measuring.branch.clone(), ..Revision::default() },
            Some(Warning::UnknownRevision { error }),
        ),
    };
    let partial = selected.is_partial().then_some(Warning::PartialRun);
    let distrust = distrust(&revision, &plan.baseline.branches);
    let warnings: Vec<Warning> = [unknown, partial, distrust].into_iter().flatten().collect();
    Run {
        format: RUN_FORMAT.to_owned(),
        version: RUN_VERSION,
        id: Uuid::now_v7(),
        project: plan.project.clone(),
        started: judging.now,
        elapsed: 0.0,
        revision,
        environment: measure::environment(directory).await,
        noise: Noise::default(),
        targets: vec![],
        failures: vec![],
        cut_short: false,
        // Each of these doubts is one about serving as a baseline.
        trusted: warnings.is_empty(),
        warnings,
    }
}

async fn measure(plan: &Plan, selected: &Selected<'_>, context: Context<'_>) -> Measured {
    measure::measure(plan, &|name| selected.measures(name), context).await
}

/// The branch is as the event of a CI job has it, where it is about what is measured: a job's checkout often
/// stands on none.
fn standing(revision: Revision, measuring: &Measuring) -> Revision {
    match &measuring.standing {
        Some((commit, branch)) if revision.commit.as_ref() == Some(commit) => {
            Revision { branch: measuring.branch.clone().or(Some(branch.clone())), ..revision }
        }
        _ => revision,
    }
}

/// Doubts for what a proposal changes of what it is judged by.
async fn proposed(
    source: &Source,
    judging: &Judging,
    measuring: &Measuring,
    context: Context<'_>,
) -> Result<Vec<Warning>, Error> {
    let Some(reference) = &measuring.onto else { return Ok(Vec::new()) };
    let directory = directory(&judging.config);
    let base = measure::paired::merge_base(directory, reference, context.stop).await;
    if context.stop.is_asked() {
        return Err(Error::Interrupted);
    }
    // Where git cannot tell, it counts as changed.
    Ok(policy::changed(base.as_deref().unwrap_or_default(), &judging.config, source).await)
}

/// What the run is measured side by side with, if it is. A head that stands on the configured base has
/// nothing to be compared with there: it is compared with stored runs.
async fn base(
    plan: &Plan,
    judging: &Judging,
    measuring: &Measuring,
    draft: &Run,
    context: Context<'_>,
) -> Result<Option<String>, Error> {
    match (&measuring.base, &plan.base) {
        (Base::Reference(reference), _) => Ok(Some(reference.clone())),
        (Base::Configured, Some(reference)) => {
            let directory = directory(&judging.config);
            let commit = measure::paired::merge_base(directory, reference, context.stop).await?;
            let stands_on_it =
                draft.revision.commit.as_ref() == Some(&commit) && !draft.revision.dirty;
            Ok((!stands_on_it).then(|| reference.clone()))
        }
        (Base::Configured, None) | (Base::None, _) => Ok(None),
    }
}

/// Where pairs are recorded.
fn recording(plan: &Plan, measuring: &Measuring) -> PathBuf {
    measuring.record.clone().unwrap_or_else(|| plan.store.beside("pairs.jsonl"))
}

fn finished(draft: Run, measured: Measured) -> Run {
    Run {
        elapsed: measured.elapsed.as_secs_f64(),
        noise: measured.noise,
        targets: measured.targets,
        failures: measured.failures,
        cut_short: measured.cut_short,
        warnings: [draft.warnings, measured.warnings].concat(),
        ..draft
    }
}

/// Why a run at this revision may not serve as a baseline. Outside version control there are no
/// branches to tell apart, and every run may.
fn distrust(revision: &Revision, branches: &[String]) -> Option<Warning> {
    if revision.dirty {
        return Some(Warning::DirtyTree);
    }
    match &revision.branch {
        Some(branch) if branches.contains(branch) => None,
        Some(branch) => Some(Warning::UntrustedBranch { branch: branch.clone() }),
        None if revision.commit.is_some() => {
            Some(Warning::UntrustedBranch { branch: "detached".to_owned() })
        }
        None => None,
    }
}

fn policy(judging: &Judging, plan: &Plan, source: &Source) -> Policy {
    Policy {
        path: judging.config.display().to_string(),
        in_repository: measure::in_repository(&judging.config),
        sha256: source.sha256.clone(),
        strict: judging.strict,
        gate_lines: plan.gates.iter().map(|gate| gate.line).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clean_trees_of_trusted_branches_serve_as_a_baseline() {
        let branches = ["main".to_owned()];
        let check = |commit: bool, branch: Option<&str>, dirty, expected: Option<&str>| {
            let revision = Revision {
                commit: commit.then(|| "c".repeat(40)),
                branch: branch.map(str::to_owned),
                dirty,
            };
            let found = distrust(&revision, &branches).map(|warning| warning.code());
            assert_eq!(found, expected, "{revision:?}");
        };
        check(true, Some("main"), false, None);
        check(true, Some("main"), true, Some("dirty-tree"));
        check(true, Some("topic"), false, Some("untrusted-branch"));
        check(true, None, false, Some("untrusted-branch"));
        check(false, None, false, None);
        check(false, Some("topic"), false, Some("untrusted-branch"));
    }
}
