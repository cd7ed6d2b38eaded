//! The one document that every report and every publisher needs.

use super::{
    BaselineReason, Census, Comparison, Experiment, Judgement, Release, Run, Verdict, Warning,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The `format` field of a bundle.
pub const BUNDLE_FORMAT: &str = "pacegate-bundle";
/// The newest bundle this version writes, and the newest it reads.
pub const BUNDLE_VERSION: u32 = 1;

/// A run with its comparisons, judgements and census.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Always `pacegate-bundle`.
    pub format: String,
    /// Format version; a newer one is refused.
    pub version: u32,
    /// The version of the tool that wrote it.
    pub tool: String,
    /// The build's verdict: the worst of its judgements.
    pub verdict: Verdict,
    /// The exit code that goes with it, under the policy's strictness.
    pub exit_code: u8,
    /// The policy it was judged by.
    pub policy: Policy,
    /// Why the baseline was chosen, or why there is none.
    pub baseline: BaselineReason,
    /// The ids of the baseline runs, oldest first.
    pub baseline_runs: Vec<Uuid>,
    /// Every gate's decision, in gate order.
    pub judgements: Vec<Judgement>,
    /// Every series compared with the baseline, in run order.
    pub comparisons: Vec<Comparison>,
    /// The comparison with the last release, where a gate asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// What was expected, measured and judged.
    pub census: Census,
    /// Doubts about the build as a whole.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// All that was measured.
    pub run: Run,
    /// The pairs, where base and head were measured side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Experiment>,
}

/// Where the rules came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The configuration's path, as given.
    pub path: String,
    /// Its path from the root of the repository that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_repository: Option<String>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Whether inconclusive and no-baseline fail the build.
    pub strict: bool,
    /// The line on which each gate begins, from 1 (0 where unknown), in the order of the gates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gate_lines: Vec<usize>,
}
