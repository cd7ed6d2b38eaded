//! Units: base units only; scaling (ms, MiB) is a matter of the reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The unit of a metric's values, always a base unit: seconds, never milliseconds.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Unit {
    /// Time in seconds, written `s`.
    Seconds,
    /// Amount of memory or data in bytes, written `B`.
    Bytes,
    /// A dimensionless share, where 1 is the whole, written `ratio`.
    Ratio,
    /// Events a second, written `1/s`.
    PerSecond,
    /// Data moved in bytes a second, written `B/s`.
    BytesPerSecond,
    /// CPU seconds used in a second, written `cores`.
    Cores,
    /// A number of things (instructions, faults, switches), written `count`.
    Count,
    /// Any other unit, kept as its author wrote it and never scaled.
    Other(String),
}

impl Unit {
    /// Whether values in this unit are never below 0: times, sizes, numbers of things, their shares and
    /// rates. Of other units nothing is known.
    pub fn is_counted(&self) -> bool {
        !matches!(self, Unit::Other(_))
    }

    /// The unit's symbol, as in the JSON documents.
    pub fn symbol(&self) -> &str {
        match self {
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Ratio => "ratio",
            Unit::PerSecond => "1/s",
            Unit::BytesPerSecond => "B/s",
            Unit::Cores => "cores",
            Unit::Count => "count",
            Unit::Other(symbol) => symbol,
        }
    }
}

impl From<String> for Unit {
    fn from(symbol: String) -> Self {
        match symbol.as_str() {
            "s" => Unit::Seconds,
            "B" => Unit::Bytes,
            "ratio" => Unit::Ratio,
            "1/s" => Unit::PerSecond,
            "B/s" => Unit::BytesPerSecond,
            "cores" => Unit::Cores,
            "count" => Unit::Count,
            _ => Unit::Other(symbol),
        }
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.symbol().to_owned()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}
