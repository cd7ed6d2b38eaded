//! `benchmarks:` resolved.

use super::{command, count, defaults, name, path_in, time_of};
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
        let kind = match &benchmark.value {
            Benchmark::Command(typed) => BenchmarkKind::Command(command_plan(typed, base)?),
            Benchmark::Criterion(typed) => BenchmarkKind::Criterion(criterion_plan(typed, base)?),
        };
        Ok(BenchmarkPlan { name, kind })
    };
    entries.map_or(&[][..], |entries| &entries.0).iter().map(plan).collect()
}

fn command_plan(typed: &CommandBenchmark, base: &Path) -> Result<CommandPlan, Fault> {
    let here = |argv| command(argv, typed.cwd.as_ref(), typed.env.as_ref(), base);
    let runs = |written: Option<&At<u32>>, least, default, what| match written {
        None => Ok(default),
        Some(written) => count(written, least, defaults::MAX_COMMAND_RUNS, what),
    };
    Ok(CommandPlan {
        run: here(&typed.run)?,
        prepare: typed.prepare.as_ref().map(here).transpose()?,
        cleanup: typed.cleanup.as_ref().map(here).transpose()?,
        warmup: runs(typed.warmup.as_ref(), 0, defaults::COMMAND_WARMUP, "warm-up runs")?,
        samples: runs(typed.samples.as_ref(), 1, defaults::COMMAND_SAMPLES, "samples")?,
        timeout: time_of(typed.timeout.as_ref(), defaults::COMMAND_TIMEOUT, defaults::MAX_TIMEOUT)?,
        ok_exit: ok_exit(typed.ok_exit.as_ref())?,
    })
}

fn ok_exit(codes: Option<&At<Vec<i32>>>) -> Result<Vec<i32>, Fault> {
    let Some(codes) = codes else { return Ok(vec![defaults::OK_EXIT]) };
    if codes.value.is_empty() {
        return Err(codes.fault("no exit code would count as success"));
    }
    match codes.value.iter().find(|code| !(0..=255).contains(*code)) {
        Some(code) => Err(codes.fault(format!("{code} is no exit code; they are 0 to 255"))),
        None => Ok(codes.value.clone()),
    }
}

fn criterion_plan(typed: &CriterionBenchmark, base: &Path) -> Result<CriterionPlan, Fault> {
    let output = typed.output.as_ref();
    Ok(CriterionPlan {
        command: command(&typed.command, typed.cwd.as_ref(), typed.env.as_ref(), base)?,
        output: output.map(|path| path_in(base, path, &path.value)).transpose()?,
        timeout: time_of(
            typed.timeout.as_ref(),
            defaults::CRITERION_TIMEOUT,
            defaults::MAX_TIMEOUT,
        )?,
    })
}
