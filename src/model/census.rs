//! What was expected, measured and judged, and why the rest was not.

use super::SeriesId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The count of every series that a build knows of, so that no gap goes unseen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Census {
    /// Series that this run measured or that the newest baseline run had.
    pub expected: usize,
    /// Series that this run measured.
    pub measured: usize,
    /// Series on which at least one gate decided: pass, improved, warn or fail.
    pub judged: usize,
    /// Every other series.
    pub not_judged: Vec<NotJudged>,
}

/// A series on which no gate decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotJudged {
    /// The series.
    pub series: SeriesId,
    /// Why not.
    pub why: NotJudgedReason,
}

/// Why no gate decided on a series.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NotJudgedReason {
    /// No gate matches it.
    NoGate,
    /// Its gates compare, and there is no baseline.
    NoBaseline,
    /// Its gates could not decide.
    Inconclusive,
    /// Its latencies leave out what a stall costs, and are not allowed to be gated.
    UnderCounts,
    /// It vanished.
    Missing,
    /// Measuring its target failed.
    Error,
}
