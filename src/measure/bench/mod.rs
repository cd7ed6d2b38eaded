//! Benchmarks: a command run as a whole process, and criterion's benches.

pub(super) mod command;
pub(super) mod criterion;

use super::{Context, failure};
use crate::config::{BenchmarkKind, BenchmarkPlan};
use crate::model::{Failure, Stage, Target, Warning};
use sha2::{Digest as _, Sha256};

/// What a benchmark gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What was measured.
    pub(super) targets: Vec<Target>,
    /// What could not be.
    pub(super) failures: Vec<Failure>,
    /// Doubts that concern no one target.
    pub(super) warnings: Vec<Warning>,
}

/// Measures a benchmark; when a stop is asked for, whatever was measured until then.
pub(super) async fn measure(plan: &BenchmarkPlan, context: Context<'_>) -> Outcome {
    match &plan.kind {
        BenchmarkKind::Command(command) => match command::measure(&plan.name, command, context)
            .await
        {
            Ok(target) => Outcome { targets: target.into_iter().collect(), ..Outcome::default() },
            Err(error) => Outcome::failed(&plan.name, Stage::Measure, &error),
        },
        BenchmarkKind::Criterion(criterion) => {
            criterion::measure(&plan.name, criterion, context).await
        }
    }
}

impl Outcome {
    /// Nothing but one failure.
    pub(super) fn failed(target: &str, stage: Stage, error: &dyn std::error::Error) -> Self {
        let failure = failure::of(target, stage, error);
        Outcome { failures: vec![failure], ..Outcome::default() }
    }

    /// Adds what another measurement gave.
    pub(super) fn extend(&mut self, other: Outcome) {
        self.targets.extend(other.targets);
        self.failures.extend(other.failures);
        self.warnings.extend(other.warnings);
    }
}

/// The SHA-256 digest, in hex, of the settings that make two measurements comparable.
pub(super) fn digest(settings: &serde_json::Value) -> String {
    // Objects keep their keys in order, so that equal settings have equal texts.
    format!("{:x}", Sha256::digest(settings.to_string()))
}
