//! The file of accepted steps as typed.

use super::text::{CommitText, MomentText, SchemaVersion};
use crate::config::yaml::At;
use schemars::JsonSchema;
use serde::Deserialize;

/// Known steps of performance. From its commit on, a series is compared with runs since then only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gates.accepted.yaml", rename = "Accepted")]
pub(crate) struct AcceptedFile {
    /// Version of this file's format: 1.
    #[schemars(with = "SchemaVersion")]
    pub(crate) version: At<u64>,
    /// The steps, in any order.
    pub(crate) steps: Vec<At<AcceptedStep>>,
}

/// A known step of performance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedStep {
    /// Which series: a glob, as in a gate.
    #[schemars(length(min = 1))]
    pub(crate) series: At<String>,
    /// The commit that made it: the full hash, or 7 digits at least.
    #[schemars(with = "CommitText")]
    pub(crate) commit: At<String>,
    /// When that was committed, as in `2026-11-25T10:30:00Z`. It decides where git cannot tell which
    /// commits came later, as in a shallow clone.
    #[schemars(with = "MomentText")]
    pub(crate) time: At<String>,
    /// Why it is accepted.
    #[schemars(length(min = 1))]
    pub(crate) reason: At<String>,
}
