//! What a service, and the generator of its load, use while the load runs.
//!
//! A thread looks at them a few times a second, at counters that the kernel keeps anyway; what is told is
//! one value a second. All of it is bounded: the looks by CPU time, trees and endpoints by counts and
//! sizes. `docs/resources.md` says what each series means.
//!
//! Trees of processes and control groups are known on Linux alone; elsewhere there is a warning instead.

mod budget;
#[cfg(target_os = "linux")]
mod ledger;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
mod prometheus;
mod rate;
mod sampler;
mod track;
#[cfg(target_os = "linux")]
mod uses;

pub use sampler::Sampler;

use crate::model::{Measurement, Warning};
use std::path::PathBuf;

/// Whose resources are read; this process is always among the generators.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    /// The service's process tree.
    pub service: Option<Root>,
    /// The folder of a control group (version 2) that holds the service and nothing else, below
    /// `/sys/fs/cgroup`; it then counts in the tree's place.
    pub cgroup: Option<PathBuf>,
    /// Process trees that generate load, besides this process.
    pub generator: Vec<Root>,
    /// Metrics that the service tells of itself.
    pub prometheus: Option<Prometheus>,
}

/// Where a process tree begins, by a process id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// The process and its descendants.
    Process(u32),
    /// The descendants of a launcher, which itself does not count.
    Launcher(u32),
    /// The process without its descendants.
    Alone(u32),
}

/// A metrics endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prometheus {
    /// An `http://` URL on this machine, or on a host that loads may be sent to.
    pub url: String,
    /// Names of the metrics that are wanted, as they stand in its text: a histogram's are
    /// `<name>_count`, `<name>_sum` and `<name>_bucket`.
    pub metrics: Vec<String>,
}

/// What was gathered in the measured time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gathered {
    /// Each a sample of one process, in order of time; no name twice.
    pub measurements: Vec<Measurement>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}
