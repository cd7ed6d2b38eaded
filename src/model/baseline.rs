//! The runs that a run is compared with, and why they were chosen.

use super::{Run, SeriesId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The runs that a run is compared with, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The runs; may be empty.
    pub runs: Vec<Run>,
    /// Why these, or why none.
    pub reason: BaselineReason,
    /// Known steps that lie between some of the runs and the head.
    pub steps: Vec<Step>,
}

/// A known step of performance, seen from a head: runs on the other side of it are no baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The commit that made it.
    pub commit: String,
    /// The head's series for which it is accepted.
    pub series: HashSet<SeriesId>,
    /// Of each run of the baseline, whether it stands on the other side of the step than the head.
    pub other_side: Vec<bool>,
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
    /// Of the release that is to be compared with, git knows no commit.
    UnknownRelease,
    /// Trusted runs of this machine class are stored, and none of the release or before it.
    NoneUpToRelease {
        /// How many were passed over.
        stored: usize,
    },
}
