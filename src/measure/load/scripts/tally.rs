//! Requests by name, as a tool told of them.

use crate::measure::load::failure::RequestFailure;
use crate::measure::load::record::StepRecord;
use std::collections::BTreeMap;
use std::time::Duration;

/// The most names that are told apart: a script that names each URL makes no end of them.
const MAX_NAMES: usize = 100;
/// The longest latency that is believed.
const LONGEST_MS: f64 = 3.6e6;

/// What a tool told.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By method and name, such as `GET /products`; all under one, once there are too many.
    by_name: BTreeMap<String, StepRecord>,
    /// Whether there were too many names.
    together: bool,
    /// When the first request began and the last ended, in seconds since 1970.
    span: Option<(f64, f64)>,
    /// Whether the result ends in the middle of a line.
    pub(super) cut_off: bool,
    /// Arrivals that were never sent.
    pub(super) dropped: u64,
}

impl Tally {
    /// The record of a name. One name too many, and none is told apart any more: which of them came first
    /// is chance, and another run would have others.
    pub(super) fn of(&mut self, method: &str, name: &str) -> &mut StepRecord {
        let name = format!("{method} {}", plain(name)).trim().to_owned();
        if self.by_name.len() == MAX_NAMES && !self.by_name.contains_key(&name) {
            let all: Vec<StepRecord> = std::mem::take(&mut self.by_name).into_values().collect();
            self.by_name.insert(String::new(), StepRecord::of_all(&all));
            self.together = true;
        }
        let name = if self.together { String::new() } else { name };
        self.by_name.entry(name).or_default()
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

/// A name without what may be secret or differs from run to run: of a URL, as tools name requests by
/// themselves, its path alone.
fn plain(name: &str) -> &str {
    let path = match name.split_once("://") {
        Some(("http" | "https", rest)) => rest.find(['/', '?', '#']).map_or("/", |at| &rest[at..]),
        _ if name.starts_with('/') => name,
        _ => return name,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() { "/" } else { path }
}

/// Adds as many latencies in milliseconds, unless it is none.
pub(super) fn add(record: &mut StepRecord, milliseconds: f64, count: u64) -> bool {
    let is_time = (0.0..=LONGEST_MS).contains(&milliseconds);
    if is_time {
        let ns = (milliseconds * 1e6).round() as u64;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_neither_secrets_nor_hosts() {
        let check = |name, expected| assert_eq!(plain(name), expected);
        check("https://user:pw@shop.example:8080/items/1?api_key=s#top", "/items/1");
        check("http://shop.example?api_key=s", "/");
        check("http://shop.example", "/");
        check("/items?page=2", "/items");
        check("what is asked?", "what is asked?");
        check("ftp://host/file?x", "ftp://host/file?x");
    }
}
