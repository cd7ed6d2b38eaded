//! Doubt about a measurement: never an error, always with a code and advice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A doubt that goes with a result. The code is stable; the text ends in advice.
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
    /// The two sides were measured with different settings or machines.
    Mismatch {
        /// What differs.
        what: String,
    },
    /// The working tree had uncommitted changes, so the run feeds no baseline.
    DirtyTree,
    /// The branch is not one that feeds the baseline.
    UntrustedBranch {
        /// Its name, or `detached`.
        branch: String,
    },
    /// Only some of the configured targets were measured.
    PartialRun,
    /// Version control would not tell what was measured.
    UnknownRevision {
        /// Its own words.
        error: String,
    },
    /// A waiver matched nothing that needed it.
    UnusedWaiver {
        /// Its series pattern.
        series: String,
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
    /// Journeys of a load waited for one of its connections.
    WaitedForConnection {
        /// Share of journeys that did, in [0, 1].
        share: f64,
        /// 0.99 quantile of their waiting, in seconds.
        p99: f64,
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
            Warning::MemoryFloor { .. } => "memory-floor",
            Warning::ShortProcess { .. } => "short-process",
            Warning::OneSession => "one-session",
            Warning::Mismatch { .. } => "mismatch",
            Warning::DirtyTree => "dirty-tree",
            Warning::UntrustedBranch { .. } => "untrusted-branch",
            Warning::PartialRun => "partial-run",
            Warning::UnknownRevision { .. } => "unknown-revision",
            Warning::UnusedWaiver { .. } => "unused-waiver",
            Warning::LeftBehind { .. } => "left-behind",
            Warning::FailedRequests { .. } => "failed-requests",
            Warning::WaitedForConnection { .. } => "waited-for-connection",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        match self {
            Warning::BusyMachine { load_per_core } => write!(
                f,
                "the machine was busy before measuring ({load_per_core:.1} waiting tasks a core); stop other work or use a quieter runner"
            ),
            Warning::StolenTime { share } => write!(
                f,
                "the hypervisor took {} of the CPU time; compare base and head in one job, or use a dedicated runner",
                percent(*share)
            ),
            Warning::Governor { governor } => write!(
                f,
                "the CPU governor is `{governor}`, so the clock wanders; set it to `performance` where you may"
            ),
            Warning::CpuPressure { share } => write!(
                f,
                "tasks waited for a CPU {} of the time; grant more cores or lower the load",
                percent(*share)
            ),
            Warning::Autocorrelated { lag1 } => write!(
                f,
                "successive values depend on each other (lag-1 {lag1:.2}), so intervals may be too narrow; measure more processes, not more iterations"
            ),
            Warning::Drift { change } => write!(
                f,
                "values drift by {} from the first to the second half of the run; lengthen the warm-up",
                percent(*change)
            ),
            Warning::Bimodal => write!(
                f,
                "values fall into two groups; look for two code paths or CPU frequencies, and raise the number of samples"
            ),
            Warning::SlowFirst { ratio } => {
                write!(f, "the first value is {ratio:.1} times the rest; add warm-up")
            }
            Warning::NotExact { min, max } => write!(
                f,
                "a metric said to be exact ranged from {min} to {max}; drop `exact`, or find what makes it vary"
            ),
            Warning::MemoryFloor { floor } => write!(
                f,
                "peak memory below {:.1} MiB cannot be seen here; read it as at most that",
                floor / 1_048_576.0
            ),
            Warning::ShortProcess { seconds } => write!(
                f,
                "the command takes {:.1} ms, most of which may be process start; measure a longer piece of work",
                seconds * 1e3
            ),
            Warning::OneSession => write!(
                f,
                "one run a side: the variation between runs is unknown and not in the interval; give several baseline runs"
            ),
            Warning::Mismatch { what } => write!(
                f,
                "the two sides differ in {what}; measure both on one machine with the same settings"
            ),
            Warning::DirtyTree => write!(
                f,
                "the working tree has uncommitted changes, so this run will not serve as a baseline; commit first"
            ),
            Warning::UntrustedBranch { branch } => write!(
                f,
                "branch `{branch}` does not feed the baseline; list it under `baseline: branches` if it should"
            ),
            Warning::PartialRun => write!(
                f,
                "only some targets were measured, so this run will not serve as a baseline; leave `--only` out for that"
            ),
            Warning::UnknownRevision { error } => write!(
                f,
                "git could not tell what was measured ({error}), so this run will not serve as a baseline; mend the repository, or mark it as safe"
            ),
            Warning::UnusedWaiver { series } => {
                write!(f, "the waiver for `{series}` excused nothing; remove it")
            }
            Warning::LeftBehind { count } => write!(
                f,
                "{count} process(es) outlived the command and were ended; make it wait for its children"
            ),
            Warning::FailedRequests { failed, requests, kinds } => {
                let mut kinds: Vec<_> = kinds.iter().map(|(kind, count)| (count, kind)).collect();
                kinds.sort_by_key(|(count, _)| std::cmp::Reverse(**count));
                let kinds = kinds.iter().map(|(count, kind)| format!("{count} × {kind}"));
                write!(
                    f,
                    "{failed} of {requests} requests failed ({}); their latencies count, so gate `errors` too",
                    kinds.collect::<Vec<_>>().join(", ")
                )
            }
            Warning::WaitedForConnection { share, p99 } => write!(
                f,
                "{} of journeys waited for a free connection (p99 {:.1} ms), which their latency holds; raise `connections` unless the service is to have no more",
                percent(*share),
                p99 * 1e3
            ),
        }
    }
}
