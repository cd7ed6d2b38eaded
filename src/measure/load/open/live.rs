//! What a person sees while the load runs: counted by the workers, read by another thread.
//!
//! A worker must not draw, nor sort its histograms for this; a few hundred counters do. Each has its own, so
//! that counting is a store without a lock.

use crate::config::Arrivals;
use crate::measure::{LoadPhase, LoadProgress};
use crate::model::Part;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Buckets in each doubling of latency: an eighth of it is told apart.
const PARTS: u64 = 8;
const PARTS_BITS: u32 = PARTS.trailing_zeros();
/// The time over which rates are told.
const RECENT: Duration = Duration::from_secs(1);

/// Points at which a changing rate is looked at within that time.
const POINTS: u32 = 8;

/// Counts of one worker so far.
#[derive(Debug)]
pub(super) struct Live {
    journeys: AtomicU64,
    begun: AtomicU64,
    sent: AtomicU64,
    answered: AtomicU64,
    errors: AtomicU64,
    buckets: Vec<AtomicU64>,
}

impl Live {
    /// Nothing counted.
    pub(super) fn new() -> Self {
        let buckets = bucket(u64::MAX) + 1;
        Live {
            journeys: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            buckets: std::iter::repeat_with(AtomicU64::default).take(buckets).collect(),
        }
    }

    /// Counts a journey that was handed over.
    pub(super) fn issued(&self) {
        count(&self.journeys);
    }

    /// Counts a journey that waits no more: it has a connection, or was given up.
    pub(super) fn begun(&self) {
        count(&self.begun);
    }

    /// Counts a request on its way.
    pub(super) fn sent(&self) {
        count(&self.sent);
    }

    /// Counts a request that is over.
    pub(super) fn answered(&self) {
        count(&self.answered);
    }

    /// Counts a measured request by its latency in nanoseconds.
    pub(super) fn record(&self, nanoseconds: u64, failed: bool) {
        if let Some(bucket) = self.buckets.get(bucket(nanoseconds)) {
            count(bucket);
        }
        if failed {
            count(&self.errors);
        }
    }
}

impl Default for Live {
    fn default() -> Self {
        Live::new()
    }
}

/// Adds one; nobody else writes.
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

/// Reads what the workers of a load count, and makes progress of it.
pub(super) struct Watch<'a> {
    arrivals: &'a Arrivals,
    part: Part,
    workers: Vec<Arc<Live>>,
    /// Journeys handed over at times since the start, back to a second ago.
    recent: VecDeque<(Duration, u64)>,
}

impl<'a> Watch<'a> {
    /// Watches the workers that send a part of the arrivals.
    pub(super) fn new(arrivals: &'a Arrivals, part: Part, workers: Vec<Arc<Live>>) -> Self {
        Watch { arrivals, part, workers, recent: VecDeque::from([(Duration::ZERO, 0)]) }
    }

    /// How it goes, so long after the start.
    pub(super) fn look(&mut self, elapsed: Duration) -> LoadProgress {
        let journeys = self.sum(|live| &live.journeys);
        let (warmup, duration) = (self.arrivals.warmup, self.arrivals.duration());
        let buckets = self.workers.first().map_or(0, |live| live.buckets.len());
        let counts: Vec<u64> =
            (0..buckets).map(|index| self.sum(|live| &live.buckets[index])).collect();
        let (asked, achieved) = self.rates(elapsed, journeys);
        LoadProgress {
            of: None,
            phase: match elapsed {
                now if now < warmup => LoadPhase::WarmingUp,
                now if now < warmup + duration => LoadPhase::Measuring,
                _ => LoadPhase::Ending,
            },
            done: (elapsed.as_secs_f64() / (warmup + duration).as_secs_f64()).min(1.0),
            left: (warmup + duration).saturating_sub(elapsed),
            asked,
            achieved,
            in_flight: self.sum(|live| &live.sent).saturating_sub(self.sum(|live| &live.answered)),
            waiting: journeys.saturating_sub(self.sum(|live| &live.begun)),
            latency: quantiles(&counts),
            errors: self.sum(|live| &live.errors),
        }
    }

    /// Journeys a second within the last second: those that were to start here, and those that did.
    fn rates(&mut self, elapsed: Duration, journeys: u64) -> (f64, f64) {
        let old = |(at, _): &(Duration, u64)| *at + RECENT <= elapsed;
        while self.recent.get(1).is_some_and(old) {
            self.recent.pop_front();
        }
        let (since, before) = self.recent.front().copied().unwrap_or_default();
        self.recent.push_back((elapsed, journeys));
        let time = elapsed.saturating_sub(since);
        let achieved = match time.as_secs_f64() {
            seconds if seconds > 0.0 => journeys.saturating_sub(before) as f64 / seconds,
            _ => 0.0,
        };
        let at = |point: u32| rate_at(self.arrivals, since + time * (2 * point + 1) / (2 * POINTS));
        let mean = (0..POINTS).map(at).sum::<f64>() / f64::from(POINTS);
        (mean / f64::from(self.part.of.max(1)), achieved)
    }

    fn sum(&self, counter: impl Fn(&Live) -> &AtomicU64) -> u64 {
        self.workers.iter().map(|live| counter(live).load(Relaxed)).sum()
    }
}

/// The rate of the whole schedule at a time since its start; 0 after its end.
fn rate_at(arrivals: &Arrivals, at: Duration) -> f64 {
    let Some(mut left) = at.checked_sub(arrivals.warmup) else {
        return arrivals.stages.first().map_or(0.0, |stage| stage.from);
    };
    for stage in &arrivals.stages {
        match left.checked_sub(stage.duration) {
            Some(rest) => left = rest,
            None => {
                let share = left.as_secs_f64() / stage.duration.as_secs_f64();
                return stage.from + (stage.to - stage.from) * share;
            }
        }
    }
    0.0
}

/// Values below [`PARTS`] have a bucket each; above, every doubling has [`PARTS`].
fn bucket(value: u64) -> usize {
    let shift = value.max(PARTS).ilog2() - PARTS_BITS;
    (u64::from(shift) * PARTS + (value >> shift)) as usize
}

/// The middle of a bucket.
fn value(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    let shift = (bucket / PARTS).saturating_sub(1);
    ((bucket - shift * PARTS) as f64 + 0.5) * (shift as f64).exp2()
}

/// The 0.5, 0.95 and 0.99 quantiles in seconds; `None` while nothing is counted.
fn quantiles(counts: &[u64]) -> Option<[f64; 3]> {
    let total: u64 = counts.iter().sum();
    (total > 0).then(|| {
        [0.5, 0.95, 0.99].map(|quantile| {
            let rank = (total as f64 * quantile).ceil() as u64;
            let mut seen = 0;
            let found = counts.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            value(found.unwrap_or_default()) * 1e-9
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Protocol, RateStage, Spacing};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bucket_stands_for_its_values(ns in 1u64..) {
            let middle = value(bucket(ns));
            prop_assert!((middle - ns as f64).abs() <= ns as f64 / 16.0 + 0.5, "{ns} became {middle}");
        }
    }

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A second of warm-up, then from 50 to 150 a second and back.
    fn arrivals() -> Arrivals {
        let stage = |from, to| RateStage { from, to, duration: seconds(10) };
        Arrivals {
            stages: vec![stage(50.0, 150.0), stage(150.0, 50.0)],
            warmup: seconds(1),
            connections: 1,
            spacing: Spacing::Constant,
            protocol: Protocol::Http1,
            threads: None,
        }
    }

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= expected * 0.07, "{found} for {expected}");
    }

    #[test]
    fn workers_are_seen_as_one() {
        let workers = [Arc::new(Live::new()), Arc::new(Live::new())];
        let arrivals = arrivals();
        let mut watch = Watch::new(&arrivals, Part { number: 1, of: 2 }, workers.to_vec());
        let [one, other] = &workers;
        (0..20).for_each(|_| one.issued());
        (0..5).for_each(|_| other.issued());
        (0..18).for_each(|_| one.begun());
        (0..18).for_each(|_| one.sent());
        (0..15).for_each(|_| one.answered());
        let early = watch.look(seconds(1) / 2);
        assert_eq!((early.phase, early.in_flight, early.waiting), (LoadPhase::WarmingUp, 3, 7));
        assert_eq!(
            (early.latency, early.errors, early.left),
            (None, 0, Duration::from_millis(20_500))
        );
        close(early.achieved, 50.0);
        close(early.asked, 25.0);
        (0..90).for_each(|_| one.record(100_000, false));
        (0..8).for_each(|_| other.record(40_000_000, true));
        (0..2).for_each(|_| other.record(900_000_000, true));
        let late = watch.look(seconds(21));
        let [p50, p95, p99] = late.latency.unwrap();
        close(p50, 1e-4);
        close(p95, 0.04);
        close(p99, 0.9);
        assert_eq!((late.phase, late.errors, late.left), (LoadPhase::Ending, 10, Duration::ZERO));
        assert_eq!(late.done.total_cmp(&1.0), std::cmp::Ordering::Equal);
    }

    #[test]
    fn rates_are_those_of_the_last_second() {
        let live = Arc::new(Live::new());
        let arrivals = arrivals();
        let mut watch = Watch::new(&arrivals, Part::WHOLE, vec![Arc::clone(&live)]);
        let mut told = vec![];
        for quarter in 1..=44 {
            let rate = if quarter <= 40 { 10 } else { 30 };
            (0..rate).for_each(|_| live.issued());
            told.push(watch.look(seconds(quarter) / 4));
        }
        close(told[3].achieved, 40.0);
        close(told[43].achieved, 120.0);
        close(told[43].asked, 145.0);
        assert_eq!(told[43].phase, LoadPhase::Measuring);
    }

    #[test]
    fn the_rate_is_that_of_the_schedule() {
        let arrivals = arrivals();
        for (at, rate) in [(0, 50.0), (1, 50.0), (6, 100.0), (11, 150.0), (16, 100.0), (21, 0.0)] {
            close(rate_at(&arrivals, seconds(at)), rate);
        }
    }
}
