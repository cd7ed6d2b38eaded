//! What an engine saw, in the form that all of them share.

use super::record::StepRecord;
use crate::model::{Engine, Measurement, Timeline, Validity, Warning};
use std::time::Duration;

/// All that an engine saw of a load.
#[derive(Debug)]
pub(super) struct Seen {
    /// Which engine.
    pub(super) engine: Engine,
    /// The names of the steps, where the plan does not tell them.
    pub(super) names: Option<Vec<String>>,
    /// One record a step, in the order of [`steps`](crate::config::LoadPlan::steps).
    pub(super) steps: Vec<StepRecord>,
    /// Requests, measured or not, answered as expected within the measured time.
    pub(super) completed: u64,
    /// How long it was measured.
    pub(super) measured: Duration,
    /// How it went in time, where the engine tells.
    pub(super) timeline: Option<Timeline>,
    /// Whether the service was measured, or the engine.
    pub(super) validity: Validity,
    /// Whether it was stopped before all was answered.
    pub(super) cut_short: bool,
    /// What service and generator used meanwhile.
    pub(super) resources: Vec<Measurement>,
    /// Doubts of the engine's own.
    pub(super) warnings: Vec<Warning>,
}
