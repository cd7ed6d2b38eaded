//! Latencies in an HdrHistogram: nanoseconds, three significant digits, merges exactly.

mod encoding;
mod recorder;

pub use recorder::HistogramRecorder;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A histogram of latencies in integer nanoseconds, exact to 0.1 %.
///
/// Percentiles always come from merged histograms, never from averaged percentiles. Only buckets that
/// hold something are kept, so that thousands of histograms fit into memory; a [`HistogramRecorder`]
/// fills one. In JSON it is the base64 text of the HdrHistogram V2 deflate encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Histogram {
    /// In rising order of value, every count above 0.
    buckets: Vec<Bucket>,
}

/// Latencies that are not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    /// The largest of them, in nanoseconds.
    value: u64,
    count: u64,
}

/// Why bytes are not a histogram.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// The text is not base64, or longer than a histogram can be.
    #[error("a histogram is base64 text of at most {} bytes", encoding::MAX_BYTES)]
    NotBase64,
    /// The bytes are not a V2 deflate histogram.
    #[error("failed to decode histogram: {0}")]
    Malformed(String),
    /// The histogram holds no value.
    #[error("a histogram needs at least one value")]
    Empty,
}

impl Histogram {
    /// The relative width of buckets, at most.
    pub const RESOLUTION: f64 = 1e-3;

    /// Adds every value of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        let all = self.buckets.iter().chain(&other.buckets).copied();
        let mut all: Vec<Bucket> = all.collect();
        all.sort_by_key(|bucket| bucket.value);
        all.dedup_by(|next, kept| {
            let same = next.value == kept.value;
            if same {
                kept.count = kept.count.saturating_add(next.count);
            }
            same
        });
        self.buckets = all;
    }

    /// The number of recorded values.
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, bucket| sum.saturating_add(bucket.count))
    }

    /// The value at `quantile` in [0, 1], in seconds: the smallest one that at least that share of all
    /// values does not exceed; 0 when the histogram is empty.
    pub fn quantile(&self, quantile: f64) -> f64 {
        self.quantiles([quantile])[0]
    }

    /// The values at rising quantiles in [0, 1], in seconds, in one pass; 0 when the histogram is empty.
    pub fn quantiles<const N: usize>(&self, quantiles: [f64; N]) -> [f64; N] {
        let count = self.count() as f64;
        self.at_ranks(quantiles.map(|quantile| (quantile.clamp(0.0, 1.0) * count).ceil() as u64))
    }

    /// The value of the given rank (1 = smallest) in seconds; ranks are clamped to [1, count].
    pub fn value_at_rank(&self, rank: u64) -> f64 {
        self.at_ranks([rank])[0]
    }

    /// The mean, in seconds; 0 when the histogram is empty.
    pub fn mean(&self) -> f64 {
        let count = self.count().max(1) as f64;
        let shares = self.buckets.iter().map(|b| b.value as f64 * (b.count as f64 / count));
        shares.sum::<f64>() * 1e-9
    }

    /// The values of rising ranks, in seconds.
    fn at_ranks<const N: usize>(&self, ranks: [u64; N]) -> [f64; N] {
        let mut buckets = self.buckets.iter();
        let (mut seen, mut value) = (0u64, 0);
        ranks.map(|rank| {
            while seen < rank.max(1)
                && let Some(bucket) = buckets.next()
            {
                (seen, value) = (seen.saturating_add(bucket.count), bucket.value);
            }
            value as f64 * 1e-9
        })
    }
}

impl FromIterator<u64> for Histogram {
    /// A histogram of latencies in nanoseconds.
    fn from_iter<I: IntoIterator<Item = u64>>(nanoseconds: I) -> Self {
        let mut recorder = HistogramRecorder::new();
        nanoseconds.into_iter().for_each(|value| recorder.record(value));
        recorder.histogram()
    }
}

impl TryFrom<String> for Histogram {
    type Error = HistogramError;

    fn try_from(text: String) -> Result<Self, HistogramError> {
        if text.len() > encoding::MAX_BYTES {
            return Err(HistogramError::NotBase64);
        }
        let bytes = STANDARD.decode(text).map_err(|_| HistogramError::NotBase64)?;
        Histogram::from_bytes(&bytes)
    }
}

impl From<Histogram> for String {
    fn from(histogram: Histogram) -> Self {
        STANDARD.encode(histogram.to_bytes().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Histogram {
        values.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn merging_is_recording_both(a in prop::collection::vec(0u64..1 << 42, 0..50), b in prop::collection::vec(0u64..1 << 42, 0..50)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(merged, of(&[a, b].concat()));
        }

        #[test]
        fn ranks_are_within_a_thousandth(mut values in prop::collection::vec(1000u64..1 << 40, 1..50), pick in 0usize..50) {
            let histogram = of(&values);
            values.sort_unstable();
            let rank = pick % values.len();
            let exact = values[rank] as f64 * 1e-9;
            let found = histogram.value_at_rank(rank as u64 + 1);
            prop_assert!((found - exact).abs() <= exact * 1e-3 + 1e-9, "{} for {}", found, exact);
        }

        #[test]
        fn quantiles_are_those_of_the_dense_histogram(values in prop::collection::vec(1u64..1 << 40, 1..200), quantile in 0.0001f64..=1.0) {
            let mut recorder = HistogramRecorder::new();
            values.iter().for_each(|value| recorder.record(*value));
            let dense = recorder.counts.value_at_quantile(quantile) as f64 * 1e-9;
            prop_assert!((recorder.histogram().quantile(quantile) - dense).abs() < 1e-12);
        }
    }

    #[test]
    fn an_empty_histogram_has_no_values() {
        let empty = of(&[]);
        assert_eq!((empty.count(), empty.quantiles([0.5, 1.0]).map(f64::to_bits)), (0, [0, 0]));
    }

    #[test]
    fn hostile_text_is_refused() {
        for text in ["", "%%%", "AAAA", "HISTFAAA"] {
            assert!(Histogram::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
