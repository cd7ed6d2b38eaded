//! Recording latencies: room for every value that can be told apart, so that recording is an increment.

use super::{Bucket, Histogram};

/// The highest latency that is told apart, in nanoseconds (one hour); longer ones are recorded as this.
const HIGHEST_NS: u64 = 3_600_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// Takes latencies in integer nanoseconds, exact to 0.1 %, in some 270 KB whatever their number.
#[derive(Debug, Clone)]
pub struct HistogramRecorder {
    pub(super) counts: hdrhistogram::Histogram<u64>,
}

impl HistogramRecorder {
    /// Nothing recorded yet.
    pub fn new() -> Self {
        #[expect(
            clippy::unwrap_used,
            reason = "the bounds are constants that satisfy 2*low <= high"
        )]
        let counts =
            hdrhistogram::Histogram::new_with_bounds(1, HIGHEST_NS, SIGNIFICANT_DIGITS).unwrap();
        HistogramRecorder { counts }
    }

    /// Records one latency in nanoseconds; 0 counts as 1, longer than an hour as an hour.
    pub fn record(&mut self, nanoseconds: u64) {
        self.counts.saturating_record(nanoseconds.clamp(1, HIGHEST_NS));
    }

    /// Records `count` equal latencies in nanoseconds.
    pub fn record_n(&mut self, nanoseconds: u64, count: u64) {
        self.counts.saturating_record_n(nanoseconds.clamp(1, HIGHEST_NS), count);
    }

    /// Adds all that another one recorded.
    pub fn merge(&mut self, other: &HistogramRecorder) {
        for bucket in other.counts.iter_recorded() {
            self.record_n(bucket.value_iterated_to(), bucket.count_since_last_iteration());
        }
    }

    /// The number of recorded values.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// As [`Histogram::quantile`], in seconds.
    pub fn quantile(&self, quantile: f64) -> f64 {
        self.counts.value_at_quantile(quantile.clamp(0.0, 1.0)) as f64 * 1e-9
    }

    /// What was recorded so far.
    pub fn histogram(&self) -> Histogram {
        let bucket = |value: hdrhistogram::iterators::IterationValue<u64>| Bucket {
            value: value.value_iterated_to().min(HIGHEST_NS),
            count: value.count_since_last_iteration(),
        };
        Histogram { buckets: self.counts.iter_recorded().map(bucket).collect() }
    }

    /// Whether values are told apart as by [`HistogramRecorder::new`]; other tools do otherwise.
    pub(super) fn has_our_bounds(&self) -> bool {
        self.counts.low() == 1
            && self.counts.high() == HIGHEST_NS
            && self.counts.sigfig() == SIGNIFICANT_DIGITS
    }
}

impl From<&Histogram> for HistogramRecorder {
    fn from(histogram: &Histogram) -> Self {
        let mut recorder = HistogramRecorder::new();
        for bucket in &histogram.buckets {
            recorder.record_n(bucket.value, bucket.count);
        }
        recorder
    }
}

impl Default for HistogramRecorder {
    fn default() -> Self {
        HistogramRecorder::new()
    }
}
