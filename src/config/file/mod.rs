//! `gates.yaml` as typed: what may be written, with the place of every value that is checked later.
//!
//! Doc comments on fields become the descriptions of the JSON Schema, so they speak to the person
//! who writes the file. Nothing here has a default: those are in `resolve`.

mod accepted;
mod benchmark;
mod distributed;
mod gate;
mod load;
mod paired;
mod script;
mod step;
mod text;

pub(crate) use accepted::{AcceptedFile, AcceptedStep};
pub(crate) use benchmark::{Benchmark, CommandBenchmark, CriterionBenchmark};
pub(crate) use distributed::Distributed;
pub(crate) use gate::{Against, Baseline, Gate, Limit, Regression, Report, Severity, Waiver};
pub(crate) use load::{
    Arrivals, Capacity, Load, Protocol, Resources, Service, Spacing, Stage, Users,
};
pub(crate) use paired::Paired;
pub(crate) use script::{K6, Locust};
pub(crate) use step::{Expect, Feed, FeedOrder, Journey, Step};
use text::{SchemaVersion, StoreText};

use super::yaml::{At, Entries};
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of pacegate: what is measured, and by which rules it is judged.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gates.yaml", rename = "Gates")]
pub(crate) struct File {
    /// Version of this file's format: 1.
    #[schemars(with = "SchemaVersion")]
    pub(crate) version: At<u64>,
    /// The project's name. Runs of different projects are never compared.
    #[schemars(length(min = 1, max = 120))]
    pub(crate) project: At<String>,
    /// Where history is kept: `sqlite:PATH`, relative to this file, or `git:BRANCH`, a branch of the
    /// repository around it, shared through `origin` or the remote in `git:BRANCH@REMOTE`.
    #[schemars(with = "Option<StoreText>")]
    pub(crate) store: Option<At<String>>,
    /// Services that are started for the loads, by name.
    pub(crate) services: Option<Entries<At<Service>>>,
    /// Benchmarks by name.
    pub(crate) benchmarks: Option<Entries<At<Benchmark>>>,
    /// Load tests by name.
    pub(crate) loads: Option<Entries<At<Load>>>,
    /// The rules. There must be one at least.
    #[schemars(length(min = 1))]
    pub(crate) gates: At<Vec<At<Gate>>>,
    /// Excuses with an end: known regressions that do not fail the build for a while.
    pub(crate) waivers: Option<Vec<At<Waiver>>>,
    /// Reports that every run writes.
    pub(crate) reports: Option<Vec<At<Report>>>,
    /// Time for measuring again what would fail, in the run itself; 0 takes the first values as they are.
    #[schemars(with = "Option<text::DurationText>")]
    pub(crate) again: Option<At<String>>,
    /// Which stored runs a run is compared with.
    pub(crate) baseline: Option<Baseline>,
    /// The branch or commit to measure side by side with, such as `origin/main`: what it has in common
    /// with the head is built too, and both are measured in pairs.
    #[schemars(length(min = 1, max = 250))]
    pub(crate) base: Option<At<String>>,
    /// Commands that build what is measured, in order, run before measuring: each a list of program and
    /// arguments, such as `[cargo, build, --release]`.
    #[schemars(inner(length(min = 1)))]
    pub(crate) build: Option<Vec<At<Vec<At<String>>>>>,
    /// How base and head are measured side by side.
    pub(crate) paired: Option<Paired>,
}
