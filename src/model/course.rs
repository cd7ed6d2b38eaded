//! How a load went while it was measured.

use super::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// How a load went: in time, and from rate to rate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Equal intervals of the measured time, in order, by due time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// The rates that a search for capacity tried, in the order in which it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LoadLevel>,
}

impl Course {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.timeline.is_none() && self.levels.is_empty()
    }
}

/// A load in intervals of its measured time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// When the first interval began, by the clock of the machine that sent the load; `None` where that
    /// is not known.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub begun: Option<OffsetDateTime>,
    /// Seconds of each interval.
    pub interval: f64,
    /// What was due in each.
    pub intervals: Vec<Interval>,
}

/// The requests that were due in an interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// How many failed.
    pub errors: u64,
    /// Their latencies, those of failed ones too; `None` when none was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Histogram>,
}

/// One rate that a search for capacity tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadLevel {
    /// Journeys a second asked for.
    pub rate: f64,
    /// Requests a second answered as expected.
    pub throughput: f64,
    /// Requests that failed.
    pub errors: u64,
    /// Latencies of all requests.
    pub latency: Histogram,
    /// Medians of the resources used meanwhile, by metric, in base units.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, f64>,
    /// Whether the service was measured, and not the generator.
    pub valid: bool,
    /// Whether the objective held.
    pub held: bool,
}
