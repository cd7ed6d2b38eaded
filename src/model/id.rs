//! Names of series: `target/metric[/statistic]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A statistic taken of a histogram; a sample has one location only and needs none.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Statistic {
    /// The median.
    #[serde(rename = "p50")]
    P50,
    /// The 0.9 quantile.
    #[serde(rename = "p90")]
    P90,
    /// The 0.95 quantile.
    #[serde(rename = "p95")]
    P95,
    /// The 0.99 quantile.
    #[serde(rename = "p99")]
    P99,
    /// The 0.999 quantile.
    #[serde(rename = "p99.9")]
    P999,
}

impl Statistic {
    /// Every statistic that a histogram is reported by, in rising order.
    pub const ALL: [Statistic; 5] =
        [Statistic::P50, Statistic::P90, Statistic::P95, Statistic::P99, Statistic::P999];

    /// The quantile, in [0, 1].
    pub fn quantile(self) -> f64 {
        match self {
            Statistic::P50 => 0.5,
            Statistic::P90 => 0.9,
            Statistic::P95 => 0.95,
            Statistic::P99 => 0.99,
            Statistic::P999 => 0.999,
        }
    }

    /// The name within a series id.
    pub fn name(self) -> &'static str {
        match self {
            Statistic::P50 => "p50",
            Statistic::P90 => "p90",
            Statistic::P95 => "p95",
            Statistic::P99 => "p99",
            Statistic::P999 => "p99.9",
        }
    }
}

/// The identity of a series: what was measured on what.
///
/// A target's name may hold slashes (`parse/large`), so the written form is for people and globs
/// and is never parsed back.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct SeriesId {
    /// The benchmark or load scenario.
    pub target: String,
    /// The metric's name; empty when a whole target (or a pattern that matched nothing) is meant.
    pub metric: String,
    /// The statistic, where the metric is a histogram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<Statistic>,
}

impl SeriesId {
    /// Whether its target comes from an entry of the configuration: it is the entry, or below it.
    pub fn is_from(&self, entry: &str) -> bool {
        is_from(&self.target, entry)
    }
}

/// Whether a target comes from an entry of the configuration: it is the entry, or below it.
pub fn is_from(target: &str, entry: &str) -> bool {
    let rest = target.strip_prefix(entry);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target)?;
        if !self.metric.is_empty() {
            write!(f, "/{}", self.metric)?;
        }
        match self.statistic {
            Some(statistic) => write!(f, "/{}", statistic.name()),
            None => Ok(()),
        }
    }
}
