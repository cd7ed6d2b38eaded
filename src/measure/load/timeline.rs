//! A load second by second, in memory that hardly grows with time.

use super::exchange::Exchange;
use super::record::nanos;
use super::share::time_of_day;
use crate::model::{HistogramRecorder, Interval, Timeline};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Buckets in each doubling of latency: values are told apart to 3 %.
const PARTS: u64 = 32;
const PARTS_BITS: u32 = PARTS.trailing_zeros();
/// The most intervals: longer loads have longer ones.
const MOST: u32 = 600;
/// The shortest interval.
const SHORTEST: Duration = Duration::from_secs(1);

/// The measured requests by the interval in which they were due.
#[derive(Debug)]
pub(super) struct Intervals {
    begin: Instant,
    length: Duration,
    tallies: Vec<Tally>,
}

#[derive(Debug, Clone, Default)]
struct Tally {
    errors: u64,
    /// How many latencies fell into each bucket that has any.
    counts: BTreeMap<u32, u32>,
}

impl Intervals {
    /// Intervals of a measured time that begins then.
    pub(super) fn new(begin: Instant, measured: Duration) -> Self {
        let length =
            Duration::from_secs((measured / MOST).as_secs_f64().ceil() as u64).max(SHORTEST);
        let count =
            (measured.as_secs_f64() / length.as_secs_f64()).ceil().clamp(1.0, f64::from(MOST));
        Intervals { begin, length, tallies: vec![Tally::default(); count as usize] }
    }

    /// Counts a request; one that is due after the end, as a later step of a journey may be, in the last.
    pub(super) fn add(&mut self, exchange: &Exchange) {
        let at = exchange.due.saturating_duration_since(self.begin);
        let index = (at.as_nanos() / self.length.as_nanos()) as usize;
        let last = self.tallies.len() - 1;
        let tally = &mut self.tallies[index.min(last)];
        tally.errors += u64::from(exchange.failure.is_some());
        let count = tally.counts.entry(bucket(nanos(exchange.latency()))).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds what another worker counted of the same load.
    pub(super) fn merge(&mut self, other: &Intervals) {
        for (tally, more) in self.tallies.iter_mut().zip(&other.tallies) {
            tally.errors += more.errors;
            for (bucket, count) in &more.counts {
                let all = tally.counts.entry(*bucket).or_default();
                *all = all.saturating_add(*count);
            }
        }
    }

    /// The intervals of the first so long a time.
    pub(super) fn timeline(&self, measured: Duration) -> Timeline {
        let begun = (measured.as_secs_f64() / self.length.as_secs_f64()).ceil() as usize;
        let interval = |tally: &Tally| {
            let mut latency = HistogramRecorder::new();
            for (bucket, count) in &tally.counts {
                latency.record_n(middle(*bucket), u64::from(*count));
            }
            let latency = (latency.count() > 0).then(|| latency.histogram());
            Interval { errors: tally.errors, latency }
        };
        Timeline {
            begun: time_of_day(self.begin),
            interval: self.length.as_secs_f64(),
            intervals: self.tallies.iter().take(begun.max(1)).map(interval).collect(),
        }
    }
}

/// Values below [`PARTS`] have a bucket each; above, every doubling has [`PARTS`].
fn bucket(value: u64) -> u32 {
    let shift = value.max(PARTS).ilog2() - PARTS_BITS;
    // At most 57 doublings.
    shift * PARTS as u32 + (value >> shift) as u32
}

/// The middle of a bucket.
fn middle(bucket: u32) -> u64 {
    let bucket = u64::from(bucket);
    let shift = (bucket / PARTS).saturating_sub(1);
    let low = (bucket - shift * PARTS) << shift;
    low + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bucket_stands_for_its_values(ns in 0u64..(1 << 62)) {
            let middle = middle(bucket(ns));
            prop_assert!(middle.abs_diff(ns) as f64 <= ns as f64 / (2 * PARTS) as f64 + 0.5, "{ns} became {middle}");
        }
    }

    fn exchange(begin: Instant, at: u64, took: u64) -> Exchange {
        let due = begin + Duration::from_millis(at);
        Exchange { due, sent: Some(due), done: due + Duration::from_millis(took), failure: None }
    }

    #[test]
    fn requests_count_where_they_were_due() {
        let begin = Instant::now();
        let mut intervals = Intervals::new(begin, Duration::from_millis(2500));
        for (at, took) in [(0, 5000), (999, 1), (1000, 2), (2499, 3), (7000, 4)] {
            intervals.add(&exchange(begin, at, took));
        }
        let mut other = Intervals::new(begin, Duration::from_millis(2500));
        other.add(&exchange(begin, 1500, 8));
        intervals.merge(&other);
        let timeline = intervals.timeline(Duration::from_millis(2500));
        let count = |interval: &Interval| interval.latency.as_ref().map_or(0, |l| l.count());
        assert_eq!(timeline.intervals.iter().map(count).collect::<Vec<_>>(), [2, 2, 2]);
        let longest = timeline.intervals[0].latency.as_ref().unwrap().quantile(1.0);
        assert!((longest - 5.0).abs() < 5.0 / PARTS as f64, "{longest}");
        assert_eq!(intervals.timeline(Duration::from_millis(800)).intervals.len(), 1);
    }

    #[test]
    fn long_loads_have_longer_intervals() {
        let check = |seconds, length, count| {
            let intervals = Intervals::new(Instant::now(), Duration::from_secs(seconds));
            assert_eq!((intervals.length.as_secs(), intervals.tallies.len()), (length, count));
        };
        check(1, 1, 1);
        check(600, 1, 600);
        check(601, 2, 301);
        check(3600, 6, 600);
    }
}
