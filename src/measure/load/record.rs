//! What is kept of the measured requests of a step, whatever the engine that sent them.

use super::exchange::Exchange;
use super::failure::RequestFailure;
use crate::model::HistogramRecorder;
use std::collections::BTreeMap;
use std::time::Duration;

/// The measured requests of one step.
#[derive(Debug, Default)]
pub(super) struct StepRecord {
    /// Due to done, of every request, failed ones too.
    pub(super) response: HistogramRecorder,
    /// Sent to done, of every request that was sent.
    pub(super) service: HistogramRecorder,
    /// Failures by kind.
    pub(super) failures: BTreeMap<RequestFailure, u64>,
}

impl StepRecord {
    /// All steps as one.
    pub(super) fn of_all(steps: &[StepRecord]) -> Self {
        let mut whole = StepRecord::default();
        steps.iter().for_each(|step| whole.merge(step));
        whole
    }

    /// Requests that failed.
    pub(super) fn errors(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Adds a request.
    pub(super) fn add(&mut self, exchange: &Exchange) {
        self.response.record(nanos(exchange.latency()));
        if let Some(sent) = exchange.sent {
            self.service.record(nanos(exchange.done.saturating_duration_since(sent)));
        }
        if let Some(failure) = exchange.failure {
            *self.failures.entry(failure).or_default() += 1;
        }
    }

    /// Adds all of another record.
    pub(super) fn merge(&mut self, other: &StepRecord) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        for (failure, count) in &other.failures {
            *self.failures.entry(*failure).or_default() += count;
        }
    }
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
