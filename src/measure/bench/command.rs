//! A command run as a whole process, again and again, one value a process.

use super::digest;
use crate::config::{Command, CommandPlan};
use crate::measure::failure::last_lines;
use crate::measure::launcher::{self, Ended, Ending, LaunchError, Usage};
use crate::measure::{Context, Event, Stop};
use crate::model::{Data, Engine, Measurement, Metric, Sample, SampleError, Target, Unit, Warning};
use crate::stats;
use serde_json::json;
use std::fmt;
use std::time::{Duration, Instant};

/// Median wall time in seconds below which starting the process is most of what is measured.
const SHORT: f64 = 0.005;
/// How many times the rest's median a first value must be to stand out, being also their largest.
const SLOW_FIRST: f64 = 1.2;
/// Values without which "the rest" says little.
const FEWEST: usize = 5;
/// Peak memory this close to the launcher's own may be the launcher's: the kernel counts resident
/// pages in batches.
const AT_THE_FLOOR: f64 = 1.05;
/// How long a cleanup may take when somebody waits for the end.
const HURRIED_CLEANUP: Duration = Duration::from_secs(5);

/// Why a command could not be measured.
#[derive(Debug, thiserror::Error)]
pub(in crate::measure) enum CommandError {
    #[error("{act} could not be run")]
    Launch { act: Act, source: LaunchError },
    #[error("{act} {how}{log}")]
    Failed { act: Act, how: String, log: String },
    #[error("{act} gave a value that cannot be")]
    Impossible { act: Act, source: SampleError },
}

/// What is being run; the first counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::measure) enum Act {
    WarmUp(u32, u32),
    Run(u32, u32),
    /// One of as many runs as there is time for.
    RunInTime(u32),
    Prepare(u32),
    Cleanup,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::WarmUp(number, all) => write!(f, "warm-up run {number} of {all}"),
            Act::Run(number, all) => write!(f, "run {number} of {all}"),
            Act::RunInTime(number) => write!(f, "run {number}"),
            Act::Prepare(number) => write!(f, "`prepare` before process {number}"),
            Act::Cleanup => f.write_str("`cleanup`"),
        }
    }
}

/// Measures a command; `None` when a stop was asked for before there was a value.
///
/// # Errors
///
/// When any run, preparation or the cleanup fails: which, how, and the last of its output.
pub(super) async fn measure(
    name: &str,
    plan: &CommandPlan,
    context: Context<'_>,
) -> Result<Option<Target>, CommandError> {
    let begun = Instant::now();
    let measured = runs(name, plan, context).await;
    if let Some(command) = &plan.cleanup {
        let cleaned = clean_up(command, plan.timeout, context).await;
        // What went wrong first is told.
        measured.as_ref().map_or(Ok(()), |_| cleaned)?;
    }
    let runs = measured?;
    if runs.is_empty() {
        return Ok(None);
    }
    let last = Act::Run(plan.samples, plan.samples);
    let target = target(name, definition(plan), &runs, begun.elapsed())
        .map_err(|source| CommandError::Impossible { act: last, source })?;
    Ok(Some(Target { cut_short: runs.len() < plan.samples as usize, ..target }))
}

/// What runs gave, one process each.
///
/// # Errors
///
/// When there is no run, or one used an amount that is not finite.
pub(in crate::measure) fn target(
    name: &str,
    definition: String,
    runs: &[Ended],
    elapsed: Duration,
) -> Result<Target, SampleError> {
    let usages: Vec<Usage> = runs.iter().map(|run| run.usage).collect();
    Ok(Target {
        name: name.to_owned(),
        engine: Engine::Command,
        definition,
        measurements: measurements(&usages)?,
        validity: None,
        elapsed: elapsed.as_secs_f64(),
        cut_short: false,
        course: Default::default(),
        warnings: warnings(runs),
    })
}

/// The measured runs, fewer than planned only when a stop was asked for.
async fn runs(
    name: &str,
    plan: &CommandPlan,
    context: Context<'_>,
) -> Result<Vec<Ended>, CommandError> {
    let all = plan.warmup + plan.samples;
    let mut kept = Vec::new();
    for number in 1..=all {
        if context.stop.is_asked() {
            break;
        }
        let warming = number <= plan.warmup;
        let act = match warming {
            true => Act::WarmUp(number, plan.warmup),
            false => Act::Run(number - plan.warmup, plan.samples),
        };
        let Some(ended) = once(act, number, plan, context).await? else { break };
        (context.observer)(Event::Progress {
            name: name.to_owned(),
            done: Some(f64::from(number) / f64::from(all)),
            note: act.to_string(),
        });
        if !warming {
            kept.push(ended);
        }
    }
    Ok(kept)
}

/// Prepares and runs the command once, as the process of that number, which counts from 1; `None` when
/// a stop was asked for.
///
/// # Errors
///
/// When the preparation or the run fails: which, how, and the last of its output.
pub(in crate::measure) async fn once(
    act: Act,
    number: u32,
    plan: &CommandPlan,
    context: Context<'_>,
) -> Result<Option<Ended>, CommandError> {
    if let Some(command) = &plan.prepare {
        let act = Act::Prepare(number);
        if step(act, command, &[0], plan.timeout, context).await?.is_none() {
            return Ok(None);
        }
    }
    step(act, &plan.run, &plan.ok_exit, plan.timeout, context).await
}

/// Runs one command to its end; `None` when a stop was asked for.
async fn step(
    act: Act,
    command: &Command,
    ok_exit: &[i32],
    timeout: Duration,
    context: Context<'_>,
) -> Result<Option<Ended>, CommandError> {
    // What the measured command writes costs it the same wherever it goes, and reading it would
    // take a core from it.
    let keep_stdout = matches!(act, Act::Prepare(_) | Act::Cleanup);
    let ended = launcher::run(context, command, timeout, keep_stdout)
        .await
        .map_err(|source| CommandError::Launch { act, source })?;
    match ended.ending(ok_exit, timeout, context) {
        Ending::Well => Ok(Some(ended)),
        Ending::Stopped => Ok(None),
        Ending::Badly(how) => Err(CommandError::Failed { act, how, log: last_lines(&ended.log) }),
    }
}

/// Runs the cleanup whether or not a stop is asked for; a stop only leaves it less time.
///
/// # Errors
///
/// When it fails.
pub(in crate::measure) async fn clean_up(
    command: &Command,
    timeout: Duration,
    context: Context<'_>,
) -> Result<(), CommandError> {
    let too_late = Stop::new();
    let patient = Context { stop: &too_late, ..context };
    let cleaning = std::pin::pin!(step(Act::Cleanup, command, &[0], timeout, patient));
    let hurry = async {
        context.stop.asked().await;
        tokio::time::sleep(HURRIED_CLEANUP).await;
        too_late.ask();
        std::future::pending().await
    };
    tokio::select! {
        cleaned = cleaning => cleaned.map(drop),
        () = hurry => Ok(()),
    }
}

/// What two measurements must share to be comparable; not the place, which differs by checkout.
pub(in crate::measure) fn definition(plan: &CommandPlan) -> String {
    let shown = |command: &Command| json!({ "argv": command.argv, "env": command.env });
    digest(&json!({ "run": shown(&plan.run), "prepare": plan.prepare.as_ref().map(shown) }))
}

fn measurements(usages: &[Usage]) -> Result<Vec<Measurement>, SampleError> {
    let of = |name: &str, unit: Unit, quantum: f64, value: fn(&Usage) -> f64| {
        let data = Data::Sample(Sample::of_processes(usages.iter().map(value))?);
        Ok(Measurement { metric: Metric::lower(name, unit), data, quantum })
    };
    Ok(vec![
        of("wall", Unit::Seconds, 1e-9, |used| used.wall)?,
        of("user", Unit::Seconds, tick(), |used| used.user)?,
        of("sys", Unit::Seconds, tick(), |used| used.system)?,
        of("memory", Unit::Bytes, MEMORY_QUANTUM, |used| used.peak_memory)?,
        of("faults", Unit::Count, 1.0, |used| used.faults)?,
        of("switches", Unit::Count, 1.0, |used| used.switches)?,
    ])
}

/// The kernel tells peak memory in whole KiB.
const MEMORY_QUANTUM: f64 = 1024.0;

/// Seconds of the scheduler's tick, by which most kernels split CPU time into user and system; 0
/// where unknown.
fn tick() -> f64 {
    #[cfg(target_os = "linux")]
    {
        use nix::time::{ClockId, clock_getres};
        // The coarse clock advances with the tick.
        let tick = clock_getres(ClockId::CLOCK_MONOTONIC_COARSE).map(Duration::from);
        tick.map_or(0.0, |tick| tick.as_secs_f64())
    }
    #[cfg(not(target_os = "linux"))]
    0.0
}

fn warnings(runs: &[Ended]) -> Vec<Warning> {
    let wall: Vec<f64> = runs.iter().map(|run| run.usage.wall).collect();
    let floor = runs.iter().map(|run| run.usage.memory_floor).fold(0.0, f64::max);
    let hidden = |used: &Usage| used.peak_memory <= used.memory_floor * AT_THE_FLOOR;
    let left_behind = runs.iter().map(|run| run.left_behind).max().unwrap_or(0);
    [
        stats::median(&wall)
            .filter(|m| *m < SHORT)
            .map(|seconds| Warning::ShortProcess { seconds }),
        slow_first(&wall).map(|ratio| Warning::SlowFirst { ratio }),
        runs.iter().any(|run| hidden(&run.usage)).then_some(Warning::MemoryFloor { floor }),
        (left_behind > 0).then_some(Warning::LeftBehind { count: left_behind }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The first value divided by the median of the rest, where it stands out from them.
fn slow_first(values: &[f64]) -> Option<f64> {
    let (first, rest) = values.split_first()?;
    if values.len() < FEWEST || rest.iter().any(|value| value >= first) {
        return None;
    }
    stats::median(rest).map(|usual| first / usual).filter(|ratio| *ratio >= SLOW_FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::launcher::End;

    fn command(argv: &[&str], cwd: &str) -> Command {
        Command {
            argv: argv.iter().map(|part| (*part).to_owned()).collect(),
            cwd: cwd.into(),
            env: Default::default(),
            pass_env: vec![],
        }
    }

    #[test]
    fn the_definition_is_of_what_runs_and_not_of_where() {
        let plan = CommandPlan {
            run: command(&["x", "1"], "/a"),
            prepare: None,
            cleanup: None,
            warmup: 1,
            samples: 2,
            timeout: Duration::from_secs(1),
            ok_exit: vec![0],
        };
        let same = CommandPlan { run: command(&["x", "1"], "/b"), samples: 9, ..plan.clone() };
        assert_eq!(definition(&plan), definition(&same));
        let mut with_env = plan.clone();
        with_env.run.env.insert("A".into(), "b".into());
        for other in [
            CommandPlan { run: command(&["x", "2"], "/a"), ..plan.clone() },
            CommandPlan { prepare: Some(command(&["y"], "/a")), ..plan.clone() },
            with_env,
        ] {
            assert_ne!(definition(&plan), definition(&other));
        }
    }

    #[test]
    fn a_first_value_stands_out_only_above_all_others() {
        let check = |values: &[f64], expected: Option<f64>| {
            assert_eq!(slow_first(values), expected, "{values:?}");
        };
        check(&[3.0, 1.0, 1.0, 1.0, 1.0], Some(3.0));
        check(&[3.0, 1.0, 1.0, 1.0, 3.0], None);
        check(&[1.1, 1.0, 1.0, 1.0, 1.0], None);
        check(&[3.0, 1.0, 1.0], None);
        check(&[], None);
    }

    #[test]
    fn doubts_are_told() {
        let usage = Usage { wall: 0.001, peak_memory: 4e6, memory_floor: 4e6, ..Usage::default() };
        let ended =
            Ended { end: Some(End::Exit(0)), cut: None, usage, left_behind: 2, log: String::new() };
        assert_eq!(
            warnings(&[ended]),
            [
                Warning::ShortProcess { seconds: 0.001 },
                Warning::MemoryFloor { floor: 4e6 },
                Warning::LeftBehind { count: 2 },
            ]
        );
        let usage = Usage { wall: 1.0, peak_memory: 5e6, ..usage };
        let ended =
            Ended { end: Some(End::Exit(0)), cut: None, usage, left_behind: 0, log: String::new() };
        assert_eq!(warnings(&[ended]), []);
    }
}
