//! Requests by name, as a tool told of them.

use crate::measure::load::failure::RequestFailure;
use crate::measure::load::record::StepRecord;
use std::collections::BTreeMap;
use std::time::Duration;

/// The most names that are told apart: a script that names each URL makes no end of them.
const MAX_NAMES: usize = 100;
/// The longest latency that is told apart.
const LONGEST_MS: f64 = 3.6e6;

/// What a tool told.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By method and name, such as `GET /products`.
    by_name: BTreeMap<String, StepRecord>,
    /// When the first request began and the last ended, in seconds since 1970.
    span: Option<(f64, f64)>,
    /// Arrivals that were never sent.
    pub(super) dropped: u64,
}

impl Tally {
    /// The record of a name; one too many shares the last.
    pub(super) fn of(&mut self, name: String) -> &mut StepRecord {
        let known = self.by_name.len() <= MAX_NAMES || self.by_name.contains_key(&name);
        self.by_name.entry(if known { name } else { "others".to_owned() }).or_default()
    }

    /// Makes the measured time include this.
    pub(super) fn include(&mut self, begin: f64, end: f64) {
        let (first, last) = self.span.unwrap_or((begin, end));
        self.span = Some((first.min(begin), last.max(end)));
    }

    pub(super) fn requests(&self) -> u64 {
        self.by_name.values().map(|record| record.response.count()).sum()
    }

    /// Requests that did not fail.
    pub(super) fn completed(&self) -> u64 {
        let failed: u64 = self.by_name.values().map(StepRecord::errors).sum();
        self.requests().saturating_sub(failed)
    }

    pub(super) fn measured(&self) -> Duration {
        let (first, last) = self.span.unwrap_or_default();
        Duration::try_from_secs_f64(last - first).unwrap_or_default()
    }

    /// Names and records, in the order of names.
    pub(super) fn steps(self) -> (Vec<String>, Vec<StepRecord>) {
        self.by_name.into_iter().unzip()
    }
}

/// Adds as many latencies in milliseconds, unless it is none.
pub(super) fn add(record: &mut StepRecord, milliseconds: f64, count: u64) -> bool {
    let is_time = milliseconds.is_finite() && milliseconds >= 0.0;
    if is_time {
        let ns = (milliseconds.min(LONGEST_MS) * 1e6).round() as u64;
        record.response.record_n(ns, count);
        record.service.record_n(ns, count);
    }
    is_time
}

/// Adds failures, at most as many as there are requests.
pub(super) fn fail(record: &mut StepRecord, failure: RequestFailure, count: u64) {
    let free = record.response.count().saturating_sub(record.errors());
    if count.min(free) > 0 {
        *record.failures.entry(failure).or_default() += count.min(free);
    }
}
