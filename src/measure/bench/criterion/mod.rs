//! Criterion's benches: runs `cargo bench`, reads what it left, all benchmarks and all samples.
//!
//! One run of criterion is one process a bench, so its samples are the values of one process, and
//! two stored runs are two units. Times are taken for wall time: criterion does not write down which
//! measurement it was built with.

mod find;
mod name;
mod output;
mod read;

pub(in crate::measure) use find::{FindError, Results};
pub(in crate::measure) use name::names;
pub(in crate::measure) use read::{Bench, ReadError};

use super::{Outcome, digest};
use crate::config::CriterionPlan;
use crate::measure::Context;
use crate::measure::failure::{self, last_lines};
use crate::measure::launcher::{self, Cut, End, Ended, LaunchError};
use crate::model::{Data, Engine, Measurement, Metric, Stage, Target, Unit, Warning};
use find::Written;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Why none of criterion's benches could be measured.
#[derive(Debug, thiserror::Error)]
enum CriterionError {
    #[error("the benches' command could not be run")]
    Launch { source: LaunchError },
    #[error("the benches' command {how}{log}")]
    Failed { how: String, log: String },
    #[error("failed to find criterion's results")]
    Find { source: FindError },
    #[error(
        "the benches' command wrote no results to `{}`; {advice}{log}", directory.display()
    )]
    Nothing { directory: PathBuf, advice: &'static str, log: String },
}

impl CriterionError {
    fn stage(&self) -> Stage {
        match self {
            CriterionError::Launch { .. } | CriterionError::Failed { .. } => Stage::Measure,
            CriterionError::Find { .. } | CriterionError::Nothing { .. } => Stage::Read,
        }
    }
}

/// Measures criterion's benches; when a stop is asked for, those that were complete by then.
///
/// Each bench is a target `entry/full_id` with the metric `time`. Results of earlier runs that lie
/// in criterion's directory do not count. A bench that cannot be read fails alone.
pub(super) async fn measure(entry: &str, plan: &CriterionPlan, context: Context<'_>) -> Outcome {
    match run(entry, plan, context).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::failed(entry, error.stage(), &error),
    }
}

async fn run(
    entry: &str,
    plan: &CriterionPlan,
    context: Context<'_>,
) -> Result<Outcome, CriterionError> {
    let directory = output::directory(plan).await;
    let failed = |source| CriterionError::Find { source };
    let before = find::results(&directory).map_err(failed)?;
    let ended = launcher::run(context, &plan.command, plan.timeout, true)
        .await
        .map_err(|source| CriterionError::Launch { source })?;
    let stopped = was_stopped(&ended, plan, context)?;

    let mut read = written_since(&directory, &before).map_err(failed)?;
    if stopped {
        read.retain(|(_, bench)| bench.is_ok());
    } else if read.is_empty() {
        let advice = advice(&plan.command.argv, &ended.log);
        return Err(CriterionError::Nothing { directory, advice, log: last_lines(&ended.log) });
    }
    let mut outcome = outcome(entry, &definition(plan), read);
    if ended.left_behind > 0 {
        outcome.warnings.push(Warning::LeftBehind { count: ended.left_behind });
    }
    Ok(outcome)
}

/// What a bench's folder holds.
pub(in crate::measure) type Read = (PathBuf, Result<Bench, ReadError>);

/// The benches whose results were written below criterion's directory since `before`, by their folders.
///
/// # Errors
///
/// When a directory cannot be read, or holds far more than criterion would write.
pub(in crate::measure) fn written_since(
    directory: &Path,
    before: &Results,
) -> Result<Vec<Read>, FindError> {
    let mut read = Vec::new();
    for (folder, stamps) in find::results(directory)? {
        let path = directory.join(&folder);
        match stamps.written_since(before.get(&folder)) {
            Written::Whole => read.push((folder, read::bench(&path))),
            Written::Half => read.push((folder, Err(ReadError::Half { path }))),
            Written::No => {}
        }
    }
    Ok(read)
}

/// Whether the command was stopped because a stop was asked for.
fn was_stopped(
    ended: &Ended,
    plan: &CriterionPlan,
    context: Context<'_>,
) -> Result<bool, CriterionError> {
    let how = match (ended.cut, ended.end) {
        (None, Some(End::Exit(0))) => return Ok(false),
        (Some(Cut::Stopped), _) if context.stop.is_asked() => return Ok(true),
        (Some(Cut::Stopped), _) => "was stopped by somebody else".to_owned(),
        (Some(Cut::TimedOut), _) => {
            format!("took longer than {:?} and was ended; raise `timeout`", plan.timeout)
        }
        (None, Some(end)) => end.to_string(),
        (None, None) => "ended without a status".to_owned(),
    };
    Err(CriterionError::Failed { how, log: last_lines(&ended.log) })
}

/// What to do when a command that succeeded left nothing.
pub(in crate::measure) fn advice(argv: &[String], log: &str) -> &'static str {
    let has = |flag: &str| argv.iter().any(|argument| argument == flag);
    if has("--test") || log.lines().any(|line| line.starts_with("Testing ")) {
        "it only tried the benches; run `cargo bench` without `--test`"
    } else if has("--list") || has("--no-run") || has("--profile-time") {
        "its flags keep criterion from measuring; remove them"
    } else {
        "check that it runs criterion benches and that its filter matches some, or say with \
         `output` where criterion writes"
    }
}

fn outcome(entry: &str, definition: &str, read: Vec<Read>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut benches = Vec::new();
    for (folder, bench) in read {
        match bench {
            Ok(bench) => benches.push((folder, bench)),
            Err(error) => outcome.failures.push(failure::of(
                &format!("{entry}/{}", label(&folder)),
                Stage::Read,
                &error,
            )),
        }
    }
    let ids: Vec<_> = benches.iter().map(|(folder, bench)| (folder.clone(), &*bench.id)).collect();
    let names = names(entry, &ids);
    let target = |(name, (_, bench)): (String, (PathBuf, Bench))| target(name, definition, bench);
    outcome.targets = names.into_iter().zip(benches).map(target).collect();
    outcome
}

/// The folder of a bench that has no id: criterion names folders after ids.
pub(in crate::measure) fn label(folder: &Path) -> String {
    folder.parent().unwrap_or(folder).display().to_string()
}

/// A bench as the target of that name.
pub(in crate::measure) fn target(name: String, definition: &str, bench: Bench) -> Target {
    let metric = Metric::lower("time", Unit::Seconds);
    Target {
        name,
        engine: Engine::Criterion,
        definition: definition.to_owned(),
        measurements: vec![Measurement { metric, data: Data::Sample(bench.sample), quantum: 0.0 }],
        validity: None,
        elapsed: bench.elapsed,
        cut_short: false,
        course: Default::default(),
        warnings: Vec::new(),
    }
}

/// What two measurements must share to be comparable; not the place, which differs by checkout.
fn definition(plan: &CriterionPlan) -> String {
    digest(&json!({ "argv": plan.command.argv, "env": plan.command.env }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_fits_the_command_line() {
        let check = |line: &str, log: &str, expected: &str| {
            let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert!(advice(&argv, log).contains(expected), "{line}: {}", advice(&argv, log));
        };
        check("cargo bench -- --test", "", "without `--test`");
        check("cargo test --benches", "Testing parse\nSuccess\n", "without `--test`");
        check("cargo bench --no-run", "", "remove them");
        check("cargo bench --bench stats -- nothing", "", "its filter matches some");
    }
}
