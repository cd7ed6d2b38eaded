//! `benchmarks:` as typed.

use super::text::{DurationText, VariableText};
use crate::config::yaml::{At, Entries};
use schemars::JsonSchema;
use serde::Deserialize;

/// How a benchmark is measured: in one of these ways.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["command"] }, { "required": ["criterion"] }]))]
pub(crate) struct Benchmark {
    /// A command, run as a whole process again and again.
    pub(crate) command: Option<CommandBenchmark>,
    /// Criterion benches, run by cargo.
    pub(crate) criterion: Option<At<CriterionBenchmark>>,
}

/// A command, run as a whole process again and again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommandBenchmark {
    /// What is measured: program and arguments, without a shell.
    #[schemars(length(min = 1))]
    pub(crate) run: At<Vec<At<String>>>,
    /// Runs that are thrown away first.
    pub(crate) warmup: Option<At<u64>>,
    /// Runs that are kept.
    #[schemars(range(min = 1))]
    pub(crate) samples: Option<At<u64>>,
    /// Run before each measured run, not measured.
    #[schemars(length(min = 1))]
    pub(crate) prepare: Option<At<Vec<At<String>>>>,
    /// Run once after the last, not measured, even after a failure.
    #[schemars(length(min = 1))]
    pub(crate) cleanup: Option<At<Vec<At<String>>>>,
    /// The longest one run may take.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) timeout: Option<At<String>>,
    /// Working directory, relative to this file.
    pub(crate) cwd: Option<At<String>>,
    /// Environment variables to set.
    pub(crate) env: Option<Entries<At<String>>>,
    /// Environment variables to pass on; everything but a few harmless ones is kept back.
    #[schemars(with = "Option<Vec<VariableText>>")]
    pub(crate) pass_env: Option<Vec<At<String>>>,
    /// Exit codes that count as success.
    #[schemars(length(min = 1))]
    pub(crate) ok_exit: Option<At<Vec<i64>>>,
}

/// Criterion benches, run by cargo.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionBenchmark {
    /// What to run: program and arguments, such as `[cargo, bench, --bench, parse]`.
    #[schemars(length(min = 1))]
    pub(crate) command: At<Vec<At<String>>>,
    /// Criterion's output directory, where it is not `target/criterion`.
    pub(crate) output: Option<At<String>>,
    /// The longest the whole command may take, building included.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) timeout: Option<At<String>>,
    /// Working directory, relative to this file.
    pub(crate) cwd: Option<At<String>>,
    /// Environment variables to set.
    pub(crate) env: Option<Entries<At<String>>>,
    /// Environment variables to pass on; everything but a few harmless ones is kept back.
    #[schemars(with = "Option<Vec<VariableText>>")]
    pub(crate) pass_env: Option<Vec<At<String>>>,
}
