//! Doubt about a measurement: never an error, always with a code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A doubt that goes with a result. The code is stable; `report` writes the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Warning {
    /// The machine was busy before measuring began.
    BusyMachine {
        /// One-minute load average a core.
        load_per_core: f64,
    },
    /// The hypervisor gave CPU time to others while measuring.
    StolenTime {
        /// Share of CPU time, in [0, 1].
        share: f64,
    },
    /// The CPU governor lets the clock wander.
    Governor {
        /// The governor's name.
        governor: String,
    },
    /// Tasks waited for a CPU while measuring.
    CpuPressure {
        /// Share of time, in [0, 1].
        share: f64,
    },
    /// Successive values of a sample depend on each other.
    Autocorrelated {
        /// Lag-1 autocorrelation, in [-1, 1].
        lag1: f64,
    },
    /// Values drift within the run.
    Drift {
        /// Relative change from the first to the second half.
        change: f64,
    },
    /// Values fall into two groups.
    Bimodal,
    /// The first value stands out: warm-up was too short.
    SlowFirst {
        /// First value divided by the median of the rest.
        ratio: f64,
    },
    /// A metric said to be exact gave different values.
    NotExact {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// A search for capacity ended at its highest rate, which held.
    SearchEnded {
        /// That rate, in journeys a second.
        rate: f64,
    },
    /// Every time is 0, on both sides: the clock could not tell.
    NothingTimed,
    /// Peak memory is hidden under the launcher's own.
    MemoryFloor {
        /// Bytes below which peak memory cannot be seen.
        floor: f64,
    },
    /// Times are so short that starting the process dominates them.
    ShortProcess {
        /// Median wall time in seconds.
        seconds: f64,
    },
    /// Between-run variance is unknown: both sides were taken as measured in one session.
    OneSession,
    /// The working tree had uncommitted changes, so the run feeds no baseline.
    DirtyTree,
    /// The branch is not one that feeds the baseline.
    UntrustedBranch {
        /// Its name, or `detached`.
        branch: String,
    },
    /// The history's file was there and empty: what it had held is gone.
    EmptyHistory {
        /// The file.
        path: String,
    },
    /// A file of what a run is judged by is not what it was at the base.
    PolicyChanged {
        /// The file.
        path: String,
    },
    /// Only some of the configured targets were measured.
    PartialRun,
    /// Version control would not tell what was measured.
    UnknownRevision {
        /// Its own words.
        error: String,
    },
    /// The base of a target could not be measured, so that the head has nothing beside it.
    BaseFailed {
        /// The target.
        target: String,
        /// What failed.
        error: String,
    },
    /// Base and head are the same code: what differs is noise.
    SameCode,
    /// Both builds run one and the same program, and give it nothing of their trees.
    SameProgram {
        /// The target.
        target: String,
        /// The program, as configured.
        program: String,
    },
    /// A waiver matched nothing that needed it.
    UnusedWaiver {
        /// Its series pattern.
        series: String,
    },
    /// A waiver matches what failed, but its ceiling is lower than the change.
    WaiverExceeded {
        /// Its series pattern.
        series: String,
        /// Its ceiling, as a fraction.
        ceiling: f64,
    },
    /// The example or tool left processes behind, which were ended.
    LeftBehind {
        /// How many processes.
        count: usize,
    },
    /// Requests of a load failed; they stay among its latencies.
    FailedRequests {
        /// How many.
        failed: u64,
        /// Of how many.
        requests: u64,
        /// How many by kind, such as `status 500` or `timeout`.
        kinds: BTreeMap<String, u64>,
    },
    /// A request after the load failed.
    TeardownFailed {
        /// The step's name.
        step: String,
        /// How it failed.
        failure: String,
    },
    /// Pairs of a load were left out, since a segment of base or head was not valid.
    PairsLeftOut {
        /// Pairs whose segment of the base was not valid.
        base: u64,
        /// Pairs whose segment of the head was not valid.
        head: u64,
        /// Pairs measured, left out or not.
        of: u64,
    },
    /// Journeys of a load waited for one of its connections.
    WaitedForConnection {
        /// Share of journeys that did, in [0, 1].
        share: f64,
        /// 0.99 quantile of their waiting, in seconds.
        p99: f64,
    },
    /// What a process, or another resource, used could not be read.
    ResourcesUnread {
        /// What could not, such as `service` or `prometheus/http_requests_total`.
        what: String,
        /// Why not.
        reason: String,
    },
    /// A metrics endpoint was asked in vain.
    MetricsUnread {
        /// How often.
        failed: u64,
        /// Of how many times.
        asked: u64,
        /// How often by kind, such as `status 404` or `timeout`.
        kinds: BTreeMap<String, u64>,
    },
}

impl Warning {
    /// The stable code, as in the JSON documents.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::BusyMachine { .. } => "busy-machine",
            Warning::StolenTime { .. } => "stolen-time",
            Warning::Governor { .. } => "governor",
            Warning::CpuPressure { .. } => "cpu-pressure",
            Warning::Autocorrelated { .. } => "autocorrelated",
            Warning::Drift { .. } => "drift",
            Warning::Bimodal => "bimodal",
            Warning::SlowFirst { .. } => "slow-first",
            Warning::NotExact { .. } => "not-exact",
            Warning::SearchEnded { .. } => "search-ended",
            Warning::NothingTimed => "nothing-timed",
            Warning::MemoryFloor { .. } => "memory-floor",
            Warning::ShortProcess { .. } => "short-process",
            Warning::OneSession => "one-session",
            Warning::DirtyTree => "dirty-tree",
            Warning::UntrustedBranch { .. } => "untrusted-branch",
            Warning::EmptyHistory { .. } => "empty-history",
            Warning::PolicyChanged { .. } => "policy-changed",
            Warning::PartialRun => "partial-run",
            Warning::UnknownRevision { .. } => "unknown-revision",
            Warning::BaseFailed { .. } => "base-failed",
            Warning::SameCode => "same-code",
            Warning::SameProgram { .. } => "same-program",
            Warning::UnusedWaiver { .. } => "unused-waiver",
            Warning::WaiverExceeded { .. } => "waiver-exceeded",
            Warning::LeftBehind { .. } => "left-behind",
            Warning::FailedRequests { .. } => "failed-requests",
            Warning::TeardownFailed { .. } => "teardown-failed",
            Warning::PairsLeftOut { .. } => "pairs-left-out",
            Warning::WaitedForConnection { .. } => "waited-for-connection",
            Warning::ResourcesUnread { .. } => "resources-unread",
            Warning::MetricsUnread { .. } => "metrics-unread",
        }
    }
}
