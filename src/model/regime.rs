//! The part of a baseline with which a series is compared.

use super::Effect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which runs of a baseline a series was compared with, where it was not all that have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// What began it; `None` where it lasts since the first run.
    #[serde(default)]
    pub border: Option<Border>,
    /// Runs of it that serve.
    pub runs: usize,
    /// Runs that were passed over since they stand on the other side of its border.
    pub passed_over: usize,
    /// The newest runs, set aside since they suggest a new level that too few of them confirm.
    #[serde(default)]
    pub unconfirmed: usize,
}

/// What begins a regime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Border {
    /// A confirmed change point.
    Changed {
        /// The commit of the first run on the new level, where it is known.
        #[serde(default)]
        commit: Option<String>,
        /// The new level relative to the one before it; `None` where a value touches or crosses zero.
        #[serde(default)]
        effect: Option<Effect>,
    },
    /// An accepted step.
    Accepted {
        /// Its commit.
        commit: String,
    },
}
