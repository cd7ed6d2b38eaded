//! What the master writes down.

use super::failed;
use crate::measure::load::LoadError;
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::record::StepRecord;
use crate::model::HistogramRecorder;
use serde::Deserialize;
use std::time::Duration;

/// What all workers saw.
#[derive(Debug, Deserialize)]
pub(super) struct Handed {
    /// One a step, in the order of the plan.
    pub(super) steps: Vec<HandedStep>,
    /// Requests answered as expected within the measured time.
    pub(super) completed: u64,
    /// Seconds of the measured time.
    pub(super) measured: f64,
    /// CPU time by wall time of the worker that used most.
    pub(super) busiest: Option<f64>,
    /// Whether it came to its end.
    pub(super) complete: bool,
    /// Workers with which it began.
    pub(super) team: u64,
    /// When each lost one was missed, in seconds from the start of the users.
    pub(super) lost: Vec<f64>,
    /// The step before the load that failed, and how.
    pub(super) setup: Option<(String, String)>,
    /// The step after the load that failed, and how.
    pub(super) teardown: Option<(String, String)>,
    /// Why it could not go on.
    pub(super) error: Option<String>,
}

/// The measured requests of a step.
#[derive(Debug, Deserialize)]
pub(super) struct HandedStep {
    /// Latencies in nanoseconds, with how many there were of each.
    counts: Vec<(u64, u64)>,
    failures: Vec<(String, u64)>,
}

/// How it goes meanwhile.
#[derive(Debug, Default, Deserialize)]
pub(super) struct State {
    /// Where workers join.
    pub(super) port: Option<u16>,
    /// Workers that are there.
    pub(super) connected: u32,
    /// What is being done; `None` while workers are waited for.
    pub(super) phase: Option<String>,
}

impl State {
    pub(super) fn is(&self, phase: &str) -> bool {
        self.phase.as_deref() == Some(phase)
    }
}

impl Handed {
    pub(super) fn measured(&self) -> Duration {
        Duration::try_from_secs_f64(self.measured).unwrap_or_default()
    }
}

/// A step's requests; users are never kept waiting by this side, so that what they saw is latency and
/// service time alike.
///
/// # Errors
///
/// When a failure is none of the known kinds.
pub(super) fn record(step: &HandedStep) -> Result<StepRecord, LoadError> {
    let mut latencies = HistogramRecorder::new();
    step.counts.iter().for_each(|(ns, count)| latencies.record_n(*ns, *count));
    let mut record =
        StepRecord { response: latencies.clone(), service: latencies, ..StepRecord::default() };
    for (kind, count) in &step.failures {
        *record.failures.entry(failure(kind)?).or_default() += count;
    }
    Ok(record)
}

/// A failure by its name: `Refused`, `Status 500`.
///
/// # Errors
///
/// When none is called so.
pub(super) fn failure(name: &str) -> Result<RequestFailure, LoadError> {
    let known = match name.strip_prefix("Status ") {
        Some(status) => status.parse().ok().map(RequestFailure::Status),
        None => serde_json::from_value(name.into()).ok(),
    };
    known.ok_or_else(|| failed(format!("a worker told of the unknown failure `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_known_by_name() {
        let check = |name: &str, expected| assert_eq!(failure(name).ok(), expected, "{name}");
        check("Refused", Some(RequestFailure::Refused));
        check("Status 503", Some(RequestFailure::Status(503)));
        for name in ["", "refused", "Status", "Status ", "Status x", "Status 70000"] {
            check(name, None);
        }
        // Every name that the Python part uses is one of ours.
        let python = concat!(include_str!("client.py"), include_str!("journey.py"));
        let names = python.split("Failed(\"").skip(1).filter_map(|rest| rest.split('"').next());
        for name in names.chain(["Certificate", "Handshake", "NoSocket", "Unreachable", "Timeout"])
        {
            assert!(failure(name).is_ok(), "{name}");
        }
    }
}
