//! What a run is compared with so that creep is seen: the last release.

use super::{BaselineReason, Comparison};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The comparison of a run with the last release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// What the configuration names it by.
    pub name: String,
    /// The commit that it stands for, where git knows one.
    #[serde(default)]
    pub commit: Option<String>,
    /// Why its baseline was chosen, or why there is none.
    pub baseline: BaselineReason,
    /// The ids of the runs of that baseline, oldest first.
    pub baseline_runs: Vec<Uuid>,
    /// Every series compared with it, in run order.
    pub comparisons: Vec<Comparison>,
}
