//! A commit at which a series' level changed.

use super::Effect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lasting change of a series' level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePoint {
    /// Zero-based place in the series of the first value on the new level.
    pub index: usize,
    /// The new level relative to the one before it, as a ratio minus 1.
    pub effect: Effect,
    /// How sure it is.
    pub status: ChangeStatus,
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
