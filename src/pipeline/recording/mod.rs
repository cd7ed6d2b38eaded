//! Recorded pairs: JSON lines, the header of a series followed by its pairs in order.
//!
//! `docs/pairs.md` describes the format.

mod read;
mod write;

pub use read::read;
pub(super) use write::written;

use crate::config::Rule;
use crate::model::{Assumption, Better, Build, PairedSeries, Unit};
use serde::{Deserialize, Serialize};

/// The `format` field of a recording's headers.
const FORMAT: &str = "pacegate-pairs";
/// The version that is written, and the newest that is read.
const VERSION: u32 = 1;

/// A series of a recording, with the rules that it is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The pairs.
    pub series: PairedSeries,
    /// The regression rules; none where nothing depends on it.
    pub rules: Vec<Rule>,
    /// The most pairs that it was allowed.
    pub at_most: u32,
}

/// The line before the pairs of a series.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    series: String,
    unit: Unit,
    better: Better,
    /// The first rule's limit; without it the series has no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    strict: bool,
    /// Further rules, of a series that has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assumption: Option<Assumption>,
    #[serde(default, skip_serializing_if = "is_default")]
    quantum: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u32>,
}

/// A rule, its floor in the series' unit.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    max: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    strict: bool,
}

/// The line of a pair.
#[derive(Debug, Serialize, Deserialize)]
struct Numbered {
    /// From 1; numbers of pairs that were left out are missing.
    pair: u64,
    base: f64,
    head: f64,
    /// Which was measured first, where that is known.
    #[serde(default)]
    first: Option<Build>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
