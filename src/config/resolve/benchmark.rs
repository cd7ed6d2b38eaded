//! `benchmarks:` resolved.

use super::command::{Surroundings, command};
use super::{count, defaults, name, path_in, time_of};
use crate::config::error::Fault;
use crate::config::file::{Benchmark, CommandBenchmark, CriterionBenchmark};
use crate::config::plan::{BenchmarkKind, BenchmarkPlan, CommandPlan, CriterionPlan};
use crate::config::yaml::{At, Entries};
use std::path::Path;

pub(super) fn benchmarks(
    entries: Option<&Entries<At<Benchmark>>>,
    base: &Path,
) -> Result<Vec<BenchmarkPlan>, Fault> {
    let plan = |(written, benchmark): &(At<String>, At<Benchmark>)| {
        let name = name::checked(written, "benchmark")?;
        let kind = match (&benchmark.value.command, &benchmark.value.criterion) {
            (Some(typed), None) => BenchmarkKind::Command(command_plan(typed, base)?),
            (None, Some(typed)) => BenchmarkKind::Criterion(criterion_plan(&typed.value, base)?),
            (Some(_), Some(second)) => {
                return Err(second
                    .fault("a benchmark is measured in one way, and this one has two")
                    .help("write two benchmarks"));
            }
            (None, None) => {
                return Err(written
                    .fault(format!("the benchmark `{name}` does not say what is measured"))
                    .help("add `command: { run: [PROGRAM] }`, or `criterion: { command: [cargo, bench] }`"));
            }
        };
        Ok(BenchmarkPlan { name, kind })
    };
    entries.map_or(&[][..], |entries| &entries.0).iter().map(plan).collect()
}

fn command_plan(typed: &CommandBenchmark, base: &Path) -> Result<CommandPlan, Fault> {
    let surroundings = Surroundings {
        cwd: typed.cwd.as_ref(),
        env: typed.env.as_ref(),
        pass_env: typed.pass_env.as_deref(),
        base,
    };
    let here = |argv| command(argv, &surroundings);
    let runs = |written: Option<&At<u64>>, least, default, what| match written {
        None => Ok(default),
        Some(written) => count(written, least, defaults::MAX_COMMAND_RUNS, what),
    };
    Ok(CommandPlan {
        run: here(&typed.run)?,
        prepare: typed.prepare.as_ref().map(here).transpose()?,
        cleanup: typed.cleanup.as_ref().map(here).transpose()?,
        warmup: runs(typed.warmup.as_ref(), 0, defaults::COMMAND_WARMUP, "`warmup`")?,
        samples: runs(typed.samples.as_ref(), 1, defaults::COMMAND_SAMPLES, "`samples`")?,
        timeout: time_of(typed.timeout.as_ref(), defaults::COMMAND_TIMEOUT, defaults::MAX_TIMEOUT)?,
        ok_exit: ok_exit(typed.ok_exit.as_ref())?,
    })
}

fn ok_exit(codes: Option<&At<Vec<i64>>>) -> Result<Vec<i32>, Fault> {
    let Some(codes) = codes else { return Ok(vec![defaults::OK_EXIT]) };
    if codes.value.is_empty() {
        return Err(codes.fault("no exit code would count as success"));
    }
    let code = |code: &i64| {
        let valid = i32::try_from(*code).ok().filter(|code| (0..=255).contains(code));
        valid.ok_or_else(|| codes.fault(format!("{code} is not an exit code; they are 0 to 255")))
    };
    codes.value.iter().map(code).collect()
}

fn criterion_plan(typed: &CriterionBenchmark, base: &Path) -> Result<CriterionPlan, Fault> {
    let surroundings = Surroundings {
        cwd: typed.cwd.as_ref(),
        env: typed.env.as_ref(),
        pass_env: typed.pass_env.as_deref(),
        base,
    };
    let output = typed.output.as_ref();
    Ok(CriterionPlan {
        command: command(&typed.command, &surroundings)?,
        output: output.map(|path| path_in(base, path, &path.value)).transpose()?,
        timeout: time_of(
            typed.timeout.as_ref(),
            defaults::CRITERION_TIMEOUT,
            defaults::MAX_TIMEOUT,
        )?,
    })
}
