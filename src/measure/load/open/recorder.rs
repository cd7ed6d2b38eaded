//! What one worker saw, in memory that does not grow with time.

use super::dispatch::Arrival;
use super::live::Live;
use crate::measure::load::exchange::Exchange;
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::record::{StepRecord, nanos};
use crate::measure::load::timeline::Intervals;
use crate::model::HistogramRecorder;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// All that one worker saw.
#[derive(Debug)]
pub(super) struct Recorder {
    /// One record a step, in order.
    pub(super) steps: Vec<StepRecord>,
    /// Measured journeys that were due and handed over.
    pub(super) offered: u64,
    /// Measured journeys that could not be sent for want of memory, descriptors or ports here.
    pub(super) dropped: u64,
    /// How late the pacer was with measured journeys, before a connection was asked for.
    pub(super) lateness: HistogramRecorder,
    /// How long measured journeys waited for a connection, of those that found none free.
    pub(super) waits: HistogramRecorder,
    /// The measured requests second by second.
    pub(super) intervals: Intervals,
    /// Requests, measured or not, answered as expected within the measured time.
    pub(super) completed: u64,
    /// When the last journey was handed over.
    pub(super) last_issued: Option<Instant>,
    window: Range<Instant>,
    live: Arc<Live>,
}

impl Recorder {
    /// An empty record of `steps` steps; `window` is the measured time.
    pub(super) fn new(steps: usize, window: Range<Instant>, live: Arc<Live>) -> Self {
        Recorder {
            steps: std::iter::repeat_with(StepRecord::default).take(steps).collect(),
            offered: 0,
            dropped: 0,
            lateness: HistogramRecorder::new(),
            waits: HistogramRecorder::new(),
            intervals: Intervals::new(window.start, window.end - window.start),
            completed: 0,
            last_issued: None,
            window,
            live,
        }
    }

    /// Adds what another worker of the same load recorded.
    pub(super) fn add(&mut self, other: Recorder) {
        for (step, more) in self.steps.iter_mut().zip(&other.steps) {
            step.merge(more);
        }
        self.offered += other.offered;
        self.dropped += other.dropped;
        self.lateness.merge(&other.lateness);
        self.waits.merge(&other.waits);
        self.intervals.merge(&other.intervals);
        self.completed += other.completed;
        self.last_issued = self.last_issued.max(other.last_issued);
    }

    /// Records that the pacer handed an arrival over.
    pub(super) fn issued(&mut self, arrival: &Arrival) {
        self.live.issued();
        if arrival.measured {
            self.offered += 1;
            self.last_issued = Some(arrival.issued);
            self.lateness.record(nanos(arrival.issued.saturating_duration_since(arrival.due)));
        }
    }

    /// Records that an arrival found no place to wait in.
    pub(super) fn dropped(&mut self, arrival: &Arrival) {
        self.live.begun();
        self.dropped += u64::from(arrival.measured);
    }

    /// Records that an arrival has a connection.
    pub(super) fn begun(&mut self) {
        self.live.begun();
    }

    /// Records that a request is on its way.
    pub(super) fn sent(&mut self) {
        self.live.sent();
    }

    /// Records how long a measured arrival waited for a connection.
    pub(super) fn waited(&mut self, wait: Duration) {
        self.waits.record(nanos(wait));
    }

    /// Records a request of the step of that index.
    pub(super) fn answered(&mut self, step: usize, exchange: &Exchange, measured: bool) {
        self.live.answered();
        self.completed +=
            u64::from(exchange.failure.is_none() && self.window.contains(&exchange.done));
        if !measured {
            return;
        }
        if exchange.failure == Some(RequestFailure::NoSocket) {
            self.dropped += 1;
            return;
        }
        let Some(record) = self.steps.get_mut(step) else { return };
        record.add(exchange);
        self.intervals.add(exchange);
        self.live.record(nanos(exchange.latency()), exchange.failure.is_some());
    }
}
