//! Base and head measured side by side: one value of each, again and again.

use super::{Metric, Revision, SeriesId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the two builds of a paired experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// The code before the change.
    Base,
    /// The code after it.
    Head,
}

impl Build {
    /// The other one.
    pub fn other(self) -> Build {
        match self {
            Build::Base => Build::Head,
            Build::Head => Build::Base,
        }
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Build::Base => "base",
            Build::Head => "head",
        })
    }
}

/// A value of each build, measured one right after the other on the same machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The base's value, in the metric's base unit.
    pub base: f64,
    /// The head's.
    pub head: f64,
    /// Which was measured first; drawn at random for every pair.
    pub first: Build,
}

/// Pairs of a load that were left out, since a segment of at least one build was not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Pairs that were left out because of the base's segment, alone or not.
    pub base: u64,
    /// Pairs that were left out because of the head's segment, alone or not.
    pub head: u64,
    /// Pairs that were left out.
    pub pairs: u64,
    /// Pairs that were tried, left out or not.
    pub of: u64,
}

/// The pairs of one series, in the order of measuring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairedSeries {
    /// Which series.
    pub series: SeriesId,
    /// What was measured.
    pub metric: Metric,
    /// The smallest difference that one value can show, in the metric's unit; 0 where unknown.
    #[serde(default)]
    pub quantum: f64,
    /// The pairs; every value is finite.
    pub pairs: Vec<Pair>,
    /// What was left out of them; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

/// Base and head of one build, measured side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// What was asked for as the base, such as `origin/main`.
    pub reference: String,
    /// The base that was built: the merge base of that and the head.
    pub base: Revision,
    /// The most pairs a series was allowed.
    pub at_most: u32,
    /// Every series that was measured, gated or not, in the order of the head's run.
    pub series: Vec<PairedSeries>,
}

/// How far the pairs of a series have come towards a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing depends on the series.
    Ungated,
    /// Further pairs may decide.
    Undecided,
    /// It would fail; to be measured again before it does.
    Flagged,
    /// Decided; further pairs would change nothing.
    Settled,
}
