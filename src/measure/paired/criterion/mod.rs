//! Pairs of criterion's benches: both builds' executables, run in turn for a short time each.
//!
//! A process gives one value of every bench, the median of its samples' times an iteration, whatever
//! number of samples it took. Criterion (0.4 or newer) is told the times on the command line, so what a
//! bench sets for its own group stays. It writes to a folder of each process's own, whatever `output`
//! says, so that nothing of the person's is touched or taken for a result.

mod arguments;
mod command_line;
mod executables;
mod results;

use super::both::Both;
use super::rig::{Rig, Wanted, failure_in};
use crate::config::{Command, CriterionPlan};
use crate::measure::Context;
use crate::measure::bench::criterion::{
    Bench, FindError, Read, ReadError, Results, advice, label, target, written_since,
};
use crate::measure::bench::{Outcome, digest};
use crate::measure::build::BuildError;
use crate::measure::failure::last_lines;
use crate::measure::launcher::{self, Ended, Ending, LaunchError};
use crate::measure::tree::{Mapping, OutsideTree};
use crate::model::{Build, Failure, Stage, Warning};
use arguments::{Arguments, SETTINGS};
use async_trait::async_trait;
use command_line::CommandLine;
use executables::{BuildBenchesError, Executable};
use results::{Known, Place};
use serde_json::json;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Benches of which both builds can be run.
pub(super) struct CriterionRig {
    name: String,
    definition: String,
    /// The longest that a build, or a process, may take.
    timeout: Duration,
    builds: Both<Benches>,
}

/// One build's benches.
struct Benches {
    command: Command,
    line: CommandLine,
    arguments: Arguments,
    executables: Vec<Executable>,
    known: Known,
}

/// Why benches cannot be measured in pairs.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotPaired {
    #[error(
        "`{command}` is no `cargo bench` command, so its benches cannot be run in turn; write \
         `command: [cargo, bench, …]`, or measure them without a base"
    )]
    NotCargo { command: String },
    #[error(transparent)]
    OutsideTree(#[from] OutsideTree),
}

/// Why a build's benches cannot be run.
#[derive(Debug, thiserror::Error)]
enum NotReady {
    #[error(transparent)]
    Build(#[from] BuildBenchesError),
    #[error(
        "both builds are written to `{}`, so that one replaces the other; give no `--target-dir`, and \
         set CARGO_TARGET_DIR instead of a `target-dir` or `build-dir` for cargo", path.display()
    )]
    Same { path: PathBuf },
}

/// Why a process gave no values.
#[derive(Debug, thiserror::Error)]
enum ProcessError {
    #[error("failed to make a folder for criterion's results")]
    Folder { source: io::Error },
    #[error("the benches `{name}` could not be run")]
    Launch { name: String, source: LaunchError },
    #[error("the benches `{name}` {how}{advice}{log}")]
    Failed { name: String, how: String, advice: &'static str, log: String },
    #[error("failed to find criterion's results")]
    Find { source: FindError },
}

/// Why a whole build's benches gave nothing.
#[derive(Debug, thiserror::Error)]
#[error("the benches wrote no results of criterion's; {advice}{log}")]
struct Nothing {
    advice: &'static str,
    log: String,
}

impl CriterionRig {
    /// # Errors
    ///
    /// When the command is not one of cargo's, or would be the same in both builds.
    pub(super) fn new(
        name: &str,
        plan: &CriterionPlan,
        mapping: &Mapping,
    ) -> Result<Self, NotPaired> {
        let builds = Both {
            base: Benches::new(mapping.command(&plan.command)?)?,
            head: Benches::new(plan.command.clone())?,
        };
        // Both are defined by the head's words: the place alone differs. Values of short processes are
        // not comparable with those of long ones.
        let (argv, env) = (&plan.command.argv, &plan.command.env);
        let definition =
            digest(&json!({ "paired": { "argv": argv, "env": env, "settings": SETTINGS } }));
        Ok(CriterionRig { name: name.to_owned(), definition, timeout: plan.timeout, builds })
    }

    fn failure(&self, build: Build, stage: Stage, error: &dyn std::error::Error) -> Failure {
        failure_in(build, &self.name, stage, error)
    }

    /// What processes of known benches wrote.
    fn told(&self, build: Build, read: Vec<(Place, Result<Bench, ReadError>)>) -> Outcome {
        let (known, mut outcome) = (&self.builds.of(build).known, Outcome::default());
        for (place, bench) in read {
            match (bench, known.name(&place)) {
                (Ok(bench), Some(name)) => {
                    outcome.targets.push(target(name.to_owned(), &self.definition, bench));
                }
                // Not there before, so that it is not among the wanted.
                (Ok(_), None) => {}
                (Err(error), name) => {
                    let folder = || format!("{}/{}", self.name, label(&place.1));
                    let name = name.map_or_else(folder, str::to_owned);
                    outcome.failures.push(failure_in(build, &name, Stage::Read, &error));
                }
            }
        }
        outcome
    }

    /// Executables that are the same file in both builds were overwritten.
    fn told_apart(&self) -> Result<(), NotReady> {
        let of = |build| self.builds.of(build).executables.iter().map(|built| &built.path);
        match of(Build::Head).find(|path| of(Build::Base).any(|other| other == *path)) {
            Some(path) => Err(NotReady::Same { path: path.clone() }),
            None => Ok(()),
        }
    }
}

impl Benches {
    fn new(command: Command) -> Result<Self, NotPaired> {
        let line = CommandLine::of(&command.argv)
            .ok_or_else(|| NotPaired::NotCargo { command: command.argv.join(" ") })?;
        let arguments = Arguments::of(&line.benches);
        Ok(Benches { command, line, arguments, executables: vec![], known: Known::default() })
    }

    /// Runs an executable once; gives what it left, also when a stop was asked for.
    async fn run(
        &self,
        executable: &Executable,
        arguments: Vec<String>,
        timeout: Duration,
        context: Context<'_>,
    ) -> Result<(Vec<Read>, Ended), ProcessError> {
        let name = executable.name.clone();
        let folder = tempfile::tempdir().map_err(|source| ProcessError::Folder { source })?;
        let home = ("CRITERION_HOME".to_owned(), folder.path().to_string_lossy().into_owned());
        let command = executable.command(&self.command, arguments, [home]);
        let ended = match launcher::run(context, &command, timeout, true).await {
            Ok(ended) => ended,
            Err(source) => return Err(ProcessError::Launch { name, source }),
        };
        if let Ending::Badly(how) = ended.ending(&[0], timeout, context) {
            let (advice, log) = (refused(&ended.log), last_lines(&ended.log));
            return Err(ProcessError::Failed { name, how, advice, log });
        }
        let read = written_since(folder.path(), &Results::new());
        Ok((read.map_err(|source| ProcessError::Find { source })?, ended))
    }
}

/// What to do about a program that does not take criterion's flags.
fn refused(log: &str) -> &'static str {
    match log.contains("warm-up-time") {
        true => {
            "; if these are criterion's, set `harness = false` for them in Cargo.toml, else name \
             those that are with `--bench`"
        }
        false => "",
    }
}

#[async_trait(?Send)]
impl Rig for CriterionRig {
    fn name(&self) -> &str {
        &self.name
    }

    /// Builds the benches.
    async fn begin(&mut self, build: Build, context: Context<'_>) -> Result<(), Failure> {
        let Benches { command, line, .. } = self.builds.of(build);
        let what = format!("build {build}");
        let built = executables::build(&what, command, line, self.timeout, context).await;
        let ready = match built {
            Ok(executables) => {
                self.builds.of_mut(build).executables = executables;
                self.told_apart()
            }
            Err(BuildBenchesError::Build(BuildError::Interrupted)) => Ok(()),
            Err(error) => Err(error.into()),
        };
        ready.map_err(|error| self.failure(build, Stage::Build, &error))
    }

    async fn measure(&mut self, build: Build, wanted: &Wanted, context: Context<'_>) -> Outcome {
        let (mut outcome, mut read, mut log) = (Outcome::default(), vec![], String::new());
        let side = self.builds.of(build);
        for (number, executable) in side.executables.iter().enumerate() {
            let arguments = match wanted {
                Wanted::All => side.arguments.all(),
                Wanted::Only(names) => match &side.known.ids(number, names)[..] {
                    [] => continue,
                    ids => side.arguments.only(ids),
                },
            };
            if context.stop.is_asked() {
                break;
            }
            match side.run(executable, arguments, self.timeout, context).await {
                Ok((benches, ended)) => {
                    let of = |(folder, bench)| ((number, folder), bench);
                    read.extend(benches.into_iter().map(of));
                    if ended.left_behind > 0 {
                        outcome.warnings.push(Warning::LeftBehind { count: ended.left_behind });
                    }
                    log = ended.log;
                }
                Err(error) => outcome.failures.push(self.failure(build, Stage::Measure, &error)),
            }
        }
        let stopped = context.stop.is_asked();
        if *wanted == Wanted::All {
            // In the base they may not be there yet.
            if read.is_empty() && outcome.failures.is_empty() && !stopped && build == Build::Head {
                let advice = advice(&side.command.argv, &log);
                let nothing = Nothing { advice, log: last_lines(&log) };
                outcome.failures.push(self.failure(build, Stage::Read, &nothing));
            }
            self.builds.of_mut(build).known = Known::of(&self.name, &read);
        }
        if stopped {
            read.retain(|(_, bench)| bench.is_ok());
        }
        outcome.extend(self.told(build, read));
        outcome
    }

    async fn end(&mut self, _: Build, _: Context<'_>) -> Outcome {
        Outcome::default()
    }
}
