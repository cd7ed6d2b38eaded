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
    /// A target goes on.
    Progress {
        /// The same name as it was started with.
        name: String,
        /// Share done, in [0, 1]; `None` when unknown.
        done: Option<f64>,
        /// A few words: `18 of 30`, `499/s, p95 812 µs, 0 errors`.
        note: String,
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

/// Receives events, on any thread, and must not block.
pub type Observer<'a> = &'a (dyn Fn(Event) + Send + Sync);
