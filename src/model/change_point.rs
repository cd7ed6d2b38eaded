//! A commit at which a series' level changed.

use super::{Effect, Estimate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lasting change of a series' level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePoint {
    /// Zero-based place in the series of the first value on the new level.
    pub index: usize,
    /// How far the new level is from the one before it.
    pub size: Size,
    /// How sure it is.
    pub status: ChangeStatus,
}

/// How far a level is from another one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// As a ratio minus 1; of values below zero, the difference as a fraction of the earlier size.
    Ratio(Effect),
    /// As a difference in the series' unit: its values touch zero or lie on both sides of it, and have
    /// no ratios.
    Difference(Estimate),
}

impl Size {
    /// The ratio minus 1, where there is one.
    pub fn ratio(self) -> Option<Effect> {
        match self {
            Size::Ratio(effect) => Some(effect),
            Size::Difference(_) => None,
        }
    }
}

/// How sure a change point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeStatus {
    /// So near the end that further runs may take it back.
    Suspected,
    /// Seen in enough runs on both sides.
    Confirmed,
}
