//! Metrics that the service tells of itself, polled while it is under load.

mod endpoint;
mod names;
mod text;

use super::budget::{Budget, thread_time};
use super::track::{Kind, Track};
use super::{Gathered, Prometheus};
use crate::measure::load::ALLOW_HOSTS;
use crate::model::{Unit, Warning};
use endpoint::Endpoint;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::{Duration, Instant};
use text::{MAX_SERIES, Scrape, Series};

/// It is asked this often, nearly a second apart so that every second has an answer, and reading the
/// answers may take one part in so many of a core.
const POLL: (Duration, u32) = (Duration::from_millis(900), 500);

/// What an endpoint told so far.
#[derive(Debug)]
pub(super) struct Poll {
    plan: Prometheus,
    budget: Budget,
    tracks: BTreeMap<Series, Track>,
    /// Why it is not asked at all.
    refused: Option<String>,
    asked: u64,
    failures: BTreeMap<String, u64>,
    /// Whether it told more series than are kept.
    more: bool,
}

impl Poll {
    /// Nothing asked yet.
    pub(super) fn new(plan: Prometheus) -> Self {
        Poll {
            plan,
            budget: Budget::new(POLL.0, POLL.1),
            tracks: BTreeMap::new(),
            refused: None,
            asked: 0,
            failures: BTreeMap::new(),
            more: false,
        }
    }

    /// Asks again and again, until dropped; what was told so far stays.
    pub(super) async fn run(&mut self) {
        let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
        let endpoint = match Endpoint::resolve(&self.plan.url, &allowed).await {
            Ok(endpoint) => endpoint,
            Err(reason) => {
                self.refused = Some(reason);
                return std::future::pending().await;
            }
        };
        loop {
            let began = Instant::now();
            let answer = endpoint.ask().await;
            self.asked += 1;
            let before = thread_time();
            let read = answer.map_err(|error| error.to_string()).and_then(|(at, body)| {
                let scrape = text::parse(&body, &self.plan.metrics);
                scrape.map(|scrape| (at, scrape)).map_err(|error| error.to_string())
            });
            match read {
                Ok((at, scrape)) => self.note(at, scrape),
                Err(kind) => *self.failures.entry(kind).or_default() += 1,
            }
            self.budget.spend(began, thread_time().saturating_sub(before));
            tokio::time::sleep_until(self.budget.next(Instant::now()).into()).await;
        }
    }

    fn note(&mut self, at: Instant, scrape: Scrape) {
        self.more |= scrape.more;
        for reading in scrape.readings {
            if self.tracks.len() == MAX_SERIES && !self.tracks.contains_key(&reading.series) {
                self.more = true;
                continue;
            }
            let name = &reading.series.name;
            let (kind, unit) = match reading.counts {
                true => (Kind::Counter, rate_unit(name)),
                false => (Kind::Gauge, level_unit(name)),
            };
            let new = || Track::new(kind, unit, 0.0);
            self.tracks.entry(reading.series).or_insert_with(new).push(at, reading.value);
        }
    }

    /// What it told in the window, with doubts about what it did not.
    pub(super) fn finish(self, window: &Range<Instant>) -> Gathered {
        let mut gathered = Gathered::default();
        let unread = |what: String, reason: &str| Warning::ResourcesUnread {
            what,
            reason: reason.to_owned(),
        };
        if let Some(reason) = &self.refused {
            gathered.warnings.push(unread("prometheus".to_owned(), reason));
            return gathered;
        }
        if self.asked == 0 {
            let reason = "there was no time to ask it";
            gathered.warnings.push(unread("prometheus".to_owned(), reason));
            return gathered;
        }
        let failed: u64 = self.failures.values().sum();
        let answered = failed < self.asked;
        if failed > 0 {
            let (asked, kinds) = (self.asked, self.failures);
            gathered.warnings.push(Warning::MetricsUnread { failed, asked, kinds });
        }
        let mut told = BTreeSet::new();
        for ((series, track), name) in self.tracks.iter().zip(names::names(self.tracks.keys())) {
            if let Some(found) = track.measurement(&format!("prometheus/{name}"), window) {
                gathered.measurements.push(found);
                told.insert(&series.name);
            }
        }
        for metric in self.plan.metrics.iter().filter(|metric| answered && !told.contains(metric)) {
            let reason = match self.tracks.keys().any(|series| series.name == *metric) {
                true => "it told too few numbers in the measured time",
                false => "the endpoint does not tell it",
            };
            gathered.warnings.push(unread(format!("prometheus/{metric}"), reason));
        }
        if self.more {
            let reason = format!("of more than {MAX_SERIES} series the rest was left out");
            gathered.warnings.push(unread("prometheus".to_owned(), &reason));
        }
        gathered
    }
}

/// The unit of what a counter rises by in a second, by the custom of its name.
fn rate_unit(name: &str) -> Unit {
    let base = ["_total", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    if base.ends_with("_cpu_seconds") {
        Unit::Cores
    } else if base.ends_with("_seconds") {
        Unit::Other("s/s".to_owned())
    } else if base.ends_with("_bytes") {
        Unit::BytesPerSecond
    } else {
        Unit::PerSecond
    }
}

/// The unit of a gauge, by the custom of its name; without one where that tells nothing.
fn level_unit(name: &str) -> Unit {
    match name.rsplit('_').next() {
        Some("seconds") => Unit::Seconds,
        Some("bytes") => Unit::Bytes,
        Some("ratio") => Unit::Ratio,
        _ => Unit::Other(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_names() {
        let check = |name: &str, rate: Unit, level: Unit| {
            assert_eq!((rate_unit(name), level_unit(name)), (rate, level), "{name}");
        };
        let none = || Unit::Other(String::new());
        check("http_requests_total", Unit::PerSecond, none());
        check("process_cpu_seconds_total", Unit::Cores, none());
        check("took_seconds_sum", Unit::Other("s/s".to_owned()), none());
        check("took_seconds_count", Unit::PerSecond, none());
        check("sent_bytes_total", Unit::BytesPerSecond, none());
        check("process_resident_memory_bytes", Unit::BytesPerSecond, Unit::Bytes);
        check("cache_hit_ratio", Unit::PerSecond, Unit::Ratio);
        check("last_gc_seconds", Unit::Other("s/s".to_owned()), Unit::Seconds);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_elsewhere_is_never_asked() {
        let check = async |url: &str, expected: &str| {
            let metrics = vec!["hits_total".to_owned()];
            let mut poll = Poll::new(Prometheus { url: url.to_owned(), metrics });
            // It would go on for ever, of which nothing passes but what the clock says.
            let _ = tokio::time::timeout(Duration::from_secs(1), poll.run()).await;
            let now = Instant::now();
            let Gathered { measurements, warnings } = poll.finish(&(now..now));
            assert_eq!(measurements, []);
            match warnings.as_slice() {
                [Warning::ResourcesUnread { what, reason }] => {
                    assert!(what == "prometheus" && reason.contains(expected), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        };
        check("http://192.0.2.1/", "PACEGATE_ALLOW_HOSTS").await;
        check("https://127.0.0.1/", "http://host:port/path").await;
    }
}
