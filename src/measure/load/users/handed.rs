//! What passes between pacegate and its child: a plan one way, what was seen the other.

use crate::config::LoadPlan;
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::record::StepRecord;
use crate::model::{Histogram, HistogramRecorder};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// What the child is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The load.
    pub(super) plan: LoadPlan,
    /// The addresses that its host stands for, which were checked.
    pub(super) addresses: Vec<SocketAddr>,
}

/// What it saw.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Handed {
    /// One a step, in the order of the plan.
    pub(super) steps: Vec<HandedStep>,
    /// Requests answered as expected within the measured time.
    pub(super) completed: u64,
    /// Seconds of the measured time.
    pub(super) measured: f64,
    /// Whether it came to its end.
    pub(super) complete: bool,
    /// Whether it was asked to end before.
    pub(super) cut_short: bool,
    /// The step after the load that failed, and how.
    pub(super) teardown: Option<(String, String)>,
    /// Why it could not go on.
    pub(super) error: Option<String>,
}

/// The measured requests of a step.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HandedStep {
    latencies: Option<Histogram>,
    failures: Vec<(RequestFailure, u64)>,
}

impl Handed {
    pub(super) fn measured(&self) -> Duration {
        Duration::try_from_secs_f64(self.measured).unwrap_or_default()
    }
}

impl From<&StepRecord> for HandedStep {
    fn from(record: &StepRecord) -> Self {
        HandedStep {
            latencies: (record.response.count() > 0).then(|| record.response.histogram()),
            failures: record.failures.iter().map(|(kind, count)| (*kind, *count)).collect(),
        }
    }
}

/// Users are never kept waiting by this side: what they saw is latency and service time alike.
impl From<HandedStep> for StepRecord {
    fn from(handed: HandedStep) -> Self {
        let latencies = handed.latencies.as_ref().map(HistogramRecorder::from).unwrap_or_default();
        StepRecord {
            service: latencies.clone(),
            response: latencies,
            failures: handed.failures.into_iter().collect(),
        }
    }
}
