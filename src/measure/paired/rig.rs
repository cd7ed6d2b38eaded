//! What a session needs of an entry of the configuration: to measure either build, once at a time.

use super::command::CommandRig;
use super::criterion::CriterionRig;
use super::entry::Entry;
use super::load::LoadRig;
use super::same_program;
use crate::config::{BenchmarkKind, BenchmarkPlan, LoadPlan, Plan};
use crate::measure::bench::Outcome;
use crate::measure::tree::Mapping;
use crate::measure::{Context, failure};
use crate::model::{Build, Failure, Stage, Warning};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::error::Error;

/// A benchmark or a load of which both builds are at hand.
///
/// Asked to stop, every method returns early with what it has, which is no failure.
#[async_trait(?Send)]
pub(in crate::measure) trait Rig {
    /// The entry's name, which its targets are called by, or begin with.
    fn name(&self) -> &str;

    /// Gets a build ready: warm-ups, building benches. Called once a build, before its first measuring.
    ///
    /// # Errors
    ///
    /// When nothing of the entry can be measured in this build.
    async fn begin(&mut self, build: Build, context: Context<'_>) -> Result<(), Failure>;

    /// Measures a build once, in fresh processes: every wanted target, its samples with one process. The
    /// head may be measured without the base, also when beginning the base failed.
    ///
    /// A wanted target that is neither among the targets nor among the failures is one that this
    /// build does not have. A target whose validity is broken leaves the pair out and may be measured
    /// again; a failure ends the target.
    async fn measure(&mut self, build: Build, wanted: &Wanted, context: Context<'_>) -> Outcome;

    /// Cleans up after a build's last measuring. Called once a build that was begun, also after
    /// failures and stops.
    async fn end(&mut self, build: Build, context: Context<'_>) -> Outcome;
}

/// The targets of an entry that are to be measured once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::measure) enum Wanted {
    /// All that there are; they are not known before the first measuring.
    All,
    /// Those of these names.
    Only(BTreeSet<String>),
}

/// The failure of a target in one build.
pub(in crate::measure) fn failure_in(
    build: Build,
    target: &str,
    stage: Stage,
    error: &dyn Error,
) -> Failure {
    of_build(failure::of(target, stage, error), build)
}

/// A failure, told as one of a build.
pub(in crate::measure) fn of_build(failure: Failure, build: Build) -> Failure {
    Failure { error: format!("{build}: {}", failure.error), ..failure }
}

/// The entries of a plan for whose names `only` holds, and why others cannot be paired.
pub(super) fn entries(
    plan: &Plan,
    mapping: &Mapping,
    only: &dyn Fn(&str) -> bool,
) -> (Vec<Entry>, Vec<Failure>) {
    let (mut entries, mut failures) = (Vec::new(), Vec::new());
    let benchmarks = plan.benchmarks.iter().map(|plan| (&plan.name, Source::Benchmark(plan)));
    let loads = plan.loads.iter().map(|plan| (&plan.name, Source::Load(plan)));
    for (name, source) in benchmarks.chain(loads).filter(|(name, _)| only(name)) {
        match rig(&source, plan, mapping) {
            Ok(rig) => {
                let mut entry = Entry::new(rig);
                entry.warnings.extend(doubt(&source, plan, mapping));
                entries.push(entry);
            }
            Err(error) => failures.push(failure::of(name, Stage::Measure, &*error)),
        }
    }
    (entries, failures)
}

enum Source<'a> {
    Benchmark(&'a BenchmarkPlan),
    Load(&'a LoadPlan),
}

/// Whether what is built takes no part in what is measured.
fn doubt(source: &Source<'_>, plan: &Plan, mapping: &Mapping) -> Option<Warning> {
    let Source::Benchmark(BenchmarkPlan { name, kind: BenchmarkKind::Command(command) }) = source
    else {
        return None;
    };
    let base = mapping.command(&command.run).ok()?;
    (!plan.build.is_empty()).then(|| same_program::doubt(name, &command.run, &base))?
}

fn rig(
    source: &Source<'_>,
    plan: &Plan,
    mapping: &Mapping,
) -> Result<Box<dyn Rig>, Box<dyn Error>> {
    Ok(match source {
        Source::Benchmark(BenchmarkPlan { name, kind: BenchmarkKind::Command(command) }) => {
            Box::new(CommandRig::new(name, command, mapping, plan.paired.pairs)?)
        }
        Source::Benchmark(BenchmarkPlan { name, kind: BenchmarkKind::Criterion(criterion) }) => {
            Box::new(CriterionRig::new(name, criterion, mapping)?)
        }
        Source::Load(load) => Box::new(LoadRig::new(load, plan, mapping)?),
    })
}
