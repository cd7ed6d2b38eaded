//! Loads that other tools send, by scripts of the user's own.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A script of k6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct K6Plan {
    /// The script; absolute.
    pub script: PathBuf,
    /// Arguments before it, such as `--vus 10`.
    pub args: Vec<String>,
    /// Variables that are set for it.
    pub env: BTreeMap<String, String>,
    /// Names of variables that are passed on to it, as of a [`Command`](super::Command).
    pub pass_env: Vec<String>,
    /// The folder it runs in; absolute.
    pub cwd: PathBuf,
    /// The longest that it may take.
    pub within: Duration,
    /// Whether its latencies may be gated, although nobody knows what a stall costs it.
    pub gate_latency: bool,
}

/// A locustfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocustPlan {
    /// The file; absolute.
    pub file: PathBuf,
    /// Further arguments, such as `--tags quick`.
    pub args: Vec<String>,
    /// Variables that are set for it.
    pub env: BTreeMap<String, String>,
    /// Names of variables that are passed on to it, as of a [`Command`](super::Command).
    pub pass_env: Vec<String>,
    /// How many users there are; above 0.
    pub users: u32,
    /// How long it runs, `ramp_up` included.
    pub duration: Duration,
    /// How long it takes until all users are there.
    pub ramp_up: Duration,
    /// The folder it runs in; absolute.
    pub cwd: PathBuf,
    /// Whether its latencies may be gated, although they leave out what a stall costs.
    pub gate_latency: bool,
}
