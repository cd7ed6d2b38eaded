//! The runs that a run is compared with, and why they were chosen.

use super::Run;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The runs that a run is compared with, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The runs; may be empty.
    pub runs: Vec<Run>,
    /// Why these, or why none.
    pub reason: BaselineReason,
}

/// Why a baseline was chosen, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum BaselineReason {
    /// The newest runs on trusted branches that did not fail, of this machine class.
    Stored {
        /// How many.
        runs: usize,
        /// How many runs of other machine classes were passed over.
        other_environments: usize,
    },
    /// Files named on the command line.
    Files {
        /// How many.
        runs: usize,
    },
    /// The base, built and measured side by side with the head.
    Built {
        /// What was asked for, such as `origin/main`.
        reference: String,
        /// The commit that was built: its merge base with the head.
        commit: String,
    },
    /// The store holds no run of this project.
    EmptyStore,
    /// Runs are stored, and none may serve: other branches, dirty trees or failures.
    NoneTrusted {
        /// How many were passed over.
        stored: usize,
    },
    /// Trusted runs are stored, and all come from other machine classes.
    OtherEnvironment {
        /// How many were passed over.
        stored: usize,
        /// In which fields the newest of them differs, as `name: this -> other`.
        differences: Vec<String>,
    },
}
