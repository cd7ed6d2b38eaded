//! A drift too slow for any change point.

use super::Effect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A drift of a series since its last lasting change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Creep {
    /// Zero-based place in the series of the first value that drifts.
    pub start: usize,
    /// The level at the end relative to that at the start, as a ratio minus 1.
    pub effect: Effect,
}
