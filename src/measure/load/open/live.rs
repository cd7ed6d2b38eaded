//! What a person sees while the load runs: counted by the worker, read by another thread.
//!
//! The worker must not draw, nor sort its histograms for this; a few hundred counters do.

use crate::config::Arrivals;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Buckets in each doubling of latency: an eighth of it is told apart.
const PARTS: u64 = 8;
const PARTS_BITS: u32 = PARTS.trailing_zeros();

/// Counts of measured requests so far.
#[derive(Debug)]
pub(super) struct Live {
    errors: AtomicU64,
    buckets: Vec<AtomicU64>,
}

impl Live {
    /// Nothing counted.
    pub(super) fn new() -> Self {
        let buckets = bucket(u64::MAX) + 1;
        Live {
            errors: AtomicU64::new(0),
            buckets: std::iter::repeat_with(AtomicU64::default).take(buckets).collect(),
        }
    }

    /// Counts a request by its latency in nanoseconds.
    pub(super) fn record(&self, nanoseconds: u64, failed: bool) {
        if let Some(bucket) = self.buckets.get(bucket(nanoseconds)) {
            bucket.fetch_add(1, Relaxed);
        }
        self.errors.fetch_add(u64::from(failed), Relaxed);
    }

    /// A line such as `499/s, p95 812 µs, 0 errors`, `elapsed` after the start.
    pub(super) fn note(&self, arrivals: &Arrivals, elapsed: Duration) -> String {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        let Some(measured) = elapsed.checked_sub(arrivals.warmup) else {
            return "warming up".to_owned();
        };
        if total == 0 {
            return "no answers yet".to_owned();
        }
        let rate = total as f64 / measured.min(arrivals.duration()).as_secs_f64().max(1e-3);
        let errors = self.errors.load(Relaxed);
        let plural = if errors == 1 { "" } else { "s" };
        format!("{rate:.0}/s, p95 {}, {errors} error{plural}", short(p95(&counts, total)))
    }
}

/// The share of the whole time, warm-up included, that is over.
pub(super) fn share_done(arrivals: &Arrivals, elapsed: Duration) -> f64 {
    let planned = arrivals.warmup.as_secs_f64() + arrivals.duration().as_secs_f64();
    (elapsed.as_secs_f64() / planned).min(1.0)
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

fn p95(counts: &[u64], total: u64) -> f64 {
    let rank = (total as f64 * 0.95).ceil() as u64;
    let mut seen = 0;
    let found = counts.iter().position(|count| {
        seen += count;
        seen >= rank
    });
    value(found.unwrap_or_default())
}

fn short(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns >= 1e9 => format!("{:.1} s", ns * 1e-9),
        ns if ns >= 1e7 => format!("{:.0} ms", ns * 1e-6),
        ns if ns >= 1e6 => format!("{:.1} ms", ns * 1e-6),
        ns => format!("{:.0} µs", ns * 1e-3),
    }
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

    #[test]
    fn the_note_tells_rate_latency_and_errors() {
        let live = Live::new();
        let seconds = Duration::from_secs;
        let arrivals = Arrivals {
            stages: vec![RateStage::constant(50.0, seconds(4))],
            warmup: seconds(1),
            connections: 1,
            spacing: Spacing::Constant,
            protocol: Protocol::Http1,
            threads: None,
        };
        assert_eq!(live.note(&arrivals, seconds(0)), "warming up");
        assert_eq!(live.note(&arrivals, seconds(1)), "no answers yet");
        (0..94).for_each(|_| live.record(100_000, false));
        (0..6).for_each(|_| live.record(40_000_000, true));
        assert_eq!(live.note(&arrivals, seconds(3)), "50/s, p95 40 ms, 6 errors");
        assert_eq!(
            live.note(&arrivals, seconds(9)),
            "25/s, p95 40 ms, 6 errors",
            "waiting for the last"
        );
        assert_eq!(share_done(&arrivals, seconds(9)).total_cmp(&1.0), std::cmp::Ordering::Equal);
    }
}
