//! A piece of work of our own, for machines that are looked at without anything else to measure.

use super::Context;
use super::bench::command::{Act, CommandError, once};
use crate::config::{Command, CommandPlan};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

/// The argument that makes the binary do the work, a number of rounds.
pub(super) const WORKLOAD_ARGUMENT: &str = "__work";
/// What it is called among benchmarks.
pub(super) const NAME: &str = "workload";
/// How long a process is to take, in seconds: long enough that its start is a small part of it, short
/// enough for many in a minute.
const LONG_ENOUGH: f64 = 0.05;
/// The most rounds: a machine on which these are too short has no clock.
const MOST_ROUNDS: u32 = 1 << 20;
/// Words of memory worked on: 4 MiB, more than the caches next to a core hold.
const WORDS: usize = 1 << 19;
/// Steps of a round, about a millisecond.
const STEPS: u32 = 1 << 18;

/// Does a number of rounds of arithmetic on places all over a table; the same work for the same number.
pub(super) fn work(rounds: Option<&str>) -> ExitCode {
    let Some(rounds) = rounds.and_then(|text| text.parse().ok()) else { return ExitCode::FAILURE };
    let rounds: u32 = rounds;
    let mut table = vec![0u64; WORDS];
    let mut state = 1u64;
    for _ in 0..u64::from(rounds.min(MOST_ROUNDS)) * u64::from(STEPS) {
        // Knuth's linear congruential generator: no step can begin before the one before has ended.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = &mut table[(state >> 40) as usize % WORDS];
        *place ^= state;
        state ^= *place >> 33;
    }
    black_box(state);
    ExitCode::SUCCESS
}

/// The work as a command, with as many rounds as fill a process on this machine; `None` when a stop was
/// asked for. The runs that find their number are its warm-up.
///
/// # Errors
///
/// When it does not run.
pub(super) async fn fitted(context: Context<'_>) -> Result<Option<CommandPlan>, CommandError> {
    let mut rounds = 1;
    loop {
        let plan = plan(context, rounds);
        let Some(ended) = once(Act::RunInTime(rounds), rounds, &plan, context).await? else {
            return Ok(None);
        };
        if ended.usage.wall >= LONG_ENOUGH || rounds >= MOST_ROUNDS {
            return Ok(Some(plan));
        }
        rounds *= 2;
    }
}

fn plan(context: Context<'_>, rounds: u32) -> CommandPlan {
    let program = context.launcher.to_string_lossy().into_owned();
    CommandPlan {
        run: Command {
            argv: vec![program, WORKLOAD_ARGUMENT.to_owned(), rounds.to_string()],
            cwd: "/".into(),
            env: Default::default(),
            pass_env: vec![],
        },
        prepare: None,
        cleanup: None,
        warmup: 0,
        samples: 1,
        timeout: Duration::from_secs(60),
        ok_exit: vec![0],
    }
}
