//! What measuring tells while it goes on; the terminal draws it, nothing else depends on it.

use std::time::Duration;

/// Something that happened while measuring.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A target (or a service, or a build step) has begun.
    Started {
        /// What, as a person would call it: `browse`, `service shop`.
        name: String,
        /// How long it will take, where known.
        planned: Option<Duration>,
    },
    /// What a target that has begun is going to do.
    Planned {
        /// The same name as it was started with.
        name: String,
        /// A line: `200/s for 20s, with up to 256 connections, to http://127.0.0.1:7878`.
        plan: String,
    },
    /// A target goes on.
    Progress {
        /// The same name as it was started with.
        name: String,
        /// Share done, in [0, 1]; `None` when unknown.
        done: Option<f64>,
        /// A few words: `18 of 30`, `20 users`.
        note: String,
    },
    /// A load of the open engine goes on.
    Load {
        /// The same name as it was started with.
        name: String,
        /// How it goes.
        progress: LoadProgress,
    },
    /// A target has ended.
    Finished {
        /// The same name as it was started with.
        name: String,
        /// Whether it succeeded.
        ok: bool,
        /// How long it took.
        elapsed: Duration,
    },
}

/// How a load goes, as it is seen from here.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadProgress {
    /// What it is a part of, in a few words: `200/s, 100/s held so far`.
    pub of: Option<String>,
    /// How far it has come.
    pub phase: LoadPhase,
    /// Share done, in [0, 1].
    pub done: f64,
    /// Time until the last journey is due.
    pub left: Duration,
    /// Journeys a second that were to start within the last second.
    pub asked: f64,
    /// Journeys a second that did.
    pub achieved: f64,
    /// Requests that were sent and are not answered.
    pub in_flight: u64,
    /// Journeys that wait for a connection.
    pub waiting: u64,
    /// p50, p95 and p99 of the latencies measured so far, in seconds, to about 6 %.
    pub latency: Option<[f64; 3]>,
    /// Measured requests that failed so far.
    pub errors: u64,
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadPhase {
    /// What is due is not measured yet.
    WarmingUp,
    /// What is due is measured.
    Measuring,
    /// Nothing more is due, and what is in flight is waited for.
    Ending,
}

/// Receives events, on any thread, and must not block.
pub type Observer<'a> = &'a (dyn Fn(Event) + Send + Sync);
