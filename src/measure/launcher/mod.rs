//! Running commands through the launcher child, so that they are measured alone and end as a whole.

mod ending;
mod program;
mod variables;

pub(super) use super::exec::{Cut, End, Ended, Usage};
pub(super) use ending::Ending;

use super::Context;
use super::exec::{EXEC_ARGUMENT, Report, Request};
use super::resources::Root;
use crate::config::Command;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

/// The longest report: a log of 64 KiB with every byte escaped, and some numbers.
const MAX_REPORT_BYTES: u64 = 1 << 20;
/// How much longer than its own limits a launcher is waited for.
const LAUNCHER_LATE: Duration = Duration::from_secs(15);
/// How long a command may take to end after it was asked to.
const GRACE: Duration = Duration::from_millis(500);

/// How a command is run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Whether its stdout belongs to the log; else it is discarded.
    pub(super) keep_stdout: bool,
    /// The longest it may take.
    pub(super) timeout: Option<Duration>,
    /// How long a process may take to end after it was asked to.
    pub(super) grace: Duration,
}

/// Why nothing is known of a command's run.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaunchError {
    #[error("failed to run `{program}`: {advice}")]
    Missing { program: String, advice: String },
    #[error("failed to run `{program}`: its working directory `{}` does not exist", cwd.display())]
    NoDirectory { program: String, cwd: PathBuf },
    #[error("failed to run `{program}`: {reason}")]
    NotStarted { program: String, reason: String },
    #[error("failed to start the launcher `{}`", launcher.display())]
    Launcher { launcher: PathBuf, source: std::io::Error },
    #[error("the launcher of `{program}` ended without a report ({status})")]
    NoReport { program: String, status: String },
    #[error("the launcher of `{program}` does not end what it runs")]
    Stuck { program: String },
}

/// A command that was started; dropping it ends the command with all its descendants.
pub(super) struct Running {
    /// Closing it is what ends the command: on purpose, by dropping, or because this process died.
    lifeline: Option<ChildStdin>,
    report: JoinHandle<Result<Ended, LaunchError>>,
    launcher: Option<u32>,
    grace: Duration,
    program: String,
}

/// Runs a command to its end, or until a stop is asked for.
pub(super) async fn run(
    context: Context<'_>,
    command: &Command,
    timeout: Duration,
    keep_stdout: bool,
) -> Result<Ended, LaunchError> {
    let manner = Manner { keep_stdout, timeout: Some(timeout), grace: GRACE };
    let mut running = start(context.launcher, command, manner).await?;
    tokio::select! {
        ended = running.ended() => ended,
        () = context.stop.asked() => running.stop().await,
    }
}

/// The environment that a command gets from ours.
pub(super) fn variables(command: &Command) -> BTreeMap<String, String> {
    variables::of(command, std::env::vars_os())
}

/// The file that a command's program is, where there is one.
pub(super) fn program_of(command: &Command) -> Option<PathBuf> {
    program::find(command.argv.first()?, &command.cwd, &variables(command)).ok()
}

/// Starts a command.
pub(super) async fn start(
    launcher: &Path,
    command: &Command,
    manner: Manner,
) -> Result<Running, LaunchError> {
    let program = command.argv.first().cloned().unwrap_or_default();
    let env = variables(command);
    if !command.cwd.is_dir() {
        return Err(LaunchError::NoDirectory { program, cwd: command.cwd.clone() });
    }
    let file = program::find(&program, &command.cwd, &env)
        .map_err(|advice| LaunchError::Missing { program: program.clone(), advice })?;
    let request = Request {
        program: file,
        argv: command.argv.clone(),
        cwd: command.cwd.clone(),
        env,
        keep_stdout: manner.keep_stdout,
        timeout: manner.timeout,
        grace: manner.grace,
    };
    let failed = |source| LaunchError::Launcher { launcher: launcher.to_owned(), source };
    let mut line = serde_json::to_vec(&request).map_err(|error| failed(error.into()))?;
    line.push(b'\n');

    let mut child = tokio::process::Command::new(launcher)
        .arg(EXEC_ARGUMENT)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let (mut lifeline, output) = (child.stdin.take(), child.stdout.take());
    if let Some(lifeline) = &mut lifeline {
        // A launcher that died already is noticed by its missing report.
        let _ = lifeline.write_all(&line).await;
    }
    let launcher = child.id();
    let report = tokio::spawn(report(child, output, program.clone()));
    Ok(Running { lifeline, report, launcher, grace: manner.grace, program })
}

impl Running {
    /// The process of which the command and all its descendants descend.
    pub(super) fn root(&self) -> Option<Root> {
        self.launcher.map(Root::Launcher)
    }

    /// Waits until the command and all its descendants have ended; must not be called again after it
    /// has returned. Cancelling the wait loses nothing.
    pub(super) async fn ended(&mut self) -> Result<Ended, LaunchError> {
        match (&mut self.report).await {
            Ok(report) => report,
            Err(failed) => Err(LaunchError::NoReport {
                program: self.program.clone(),
                status: failed.to_string(),
            }),
        }
    }

    /// Ends the command with all its descendants, and waits for that.
    pub(super) async fn stop(mut self) -> Result<Ended, LaunchError> {
        drop(self.lifeline.take());
        let limit = self.grace * 2 + LAUNCHER_LATE;
        match tokio::time::timeout(limit, self.ended()).await {
            Ok(ended) => ended,
            Err(_) => Err(LaunchError::Stuck { program: self.program }),
        }
    }
}

/// Reads the launcher's report and waits for its end.
async fn report(
    mut child: Child,
    output: Option<ChildStdout>,
    program: String,
) -> Result<Ended, LaunchError> {
    let mut line = Vec::new();
    if let Some(output) = output {
        // What was read before an error does not parse, and is no report.
        let _ = output.take(MAX_REPORT_BYTES).read_to_end(&mut line).await;
    }
    let status = child.wait().await;
    match serde_json::from_slice(&line) {
        Ok(Report::Ended(ended)) => Ok(*ended),
        Ok(Report::NotStarted(reason)) => Err(LaunchError::NotStarted { program, reason }),
        Err(_) => Err(LaunchError::NoReport {
            program,
            status: status.map_or_else(|error| error.to_string(), |status| status.to_string()),
        }),
    }
}
