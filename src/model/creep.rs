//! A drift too slow for any change point.

use super::Size;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A drift of a series since its last lasting change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Creep {
    /// Zero-based place in the series of the first value that drifts.
    pub start: usize,
    /// How far the level at the end is from that at the start.
    pub size: Size,
}
