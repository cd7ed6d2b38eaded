//! Latencies in an HdrHistogram: nanoseconds, three significant digits, merges exactly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::Read as _;

/// The highest latency that is told apart, in nanoseconds (one hour); longer ones are recorded as this.
const HIGHEST_NS: u64 = 3_600_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
/// A decoded histogram is at most some hundred kilobytes; anything much larger is hostile.
const MAX_ENCODED_BYTES: usize = 4 << 20;
/// What a V2 deflate encoding begins with; the length of the rest and a zlib stream follow.
const V2_DEFLATE_COOKIE: [u8; 4] = [0x1c, 0x84, 0x93, 0x14];
/// Cookie, payload length, normalizing offset, digits (4 bytes each), lowest, highest, ratio (8).
const V2_HEADER_BYTES: usize = 40;

/// A histogram of latencies in integer nanoseconds, exact to 0.1 %.
///
/// Percentiles always come from merged histograms, never from averaged percentiles. In JSON it is
/// the base64 text of the HdrHistogram V2 deflate encoding, which other HdrHistogram tools read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Histogram {
    counts: hdrhistogram::Histogram<u64>,
}

/// Why bytes are not a histogram.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// The text is not base64, or longer than a histogram can be.
    #[error("a histogram is base64 text of at most {MAX_ENCODED_BYTES} bytes")]
    NotBase64,
    /// The bytes are not a V2 deflate histogram.
    #[error("failed to decode histogram: {0}")]
    Malformed(String),
    /// The histogram holds no value.
    #[error("a histogram needs at least one value")]
    Empty,
}

impl Histogram {
    /// An empty histogram, to record into.
    pub fn new() -> Self {
        #[expect(
            clippy::unwrap_used,
            reason = "the bounds are constants that satisfy 2*low <= high"
        )]
        let counts =
            hdrhistogram::Histogram::new_with_bounds(1, HIGHEST_NS, SIGNIFICANT_DIGITS).unwrap();
        Histogram { counts }
    }

    /// Whether the bounds and digits are those of [`Histogram::new`]; other tools have others.
    fn is_ours(&self) -> bool {
        self.counts.low() == 1
            && self.counts.high() == HIGHEST_NS
            && self.counts.sigfig() == SIGNIFICANT_DIGITS
    }

    /// Records one latency in nanoseconds; 0 counts as 1, longer than an hour as an hour.
    pub fn record(&mut self, nanoseconds: u64) {
        self.counts.saturating_record(nanoseconds.clamp(1, HIGHEST_NS));
    }

    /// Records `count` equal latencies in nanoseconds.
    pub fn record_n(&mut self, nanoseconds: u64, count: u64) {
        self.counts.saturating_record_n(nanoseconds.clamp(1, HIGHEST_NS), count);
    }

    /// Adds every value of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        for bucket in other.counts.iter_recorded() {
            self.record_n(bucket.value_iterated_to(), bucket.count_since_last_iteration());
        }
    }

    /// The number of recorded values.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// The value at `quantile` in [0, 1], in seconds; 0 when the histogram is empty.
    pub fn quantile(&self, quantile: f64) -> f64 {
        self.counts.value_at_quantile(quantile.clamp(0.0, 1.0)) as f64 * 1e-9
    }

    /// The values at rising quantiles in [0, 1], in seconds, in one pass; 0 when the histogram is empty.
    pub fn quantiles<const N: usize>(&self, quantiles: [f64; N]) -> [f64; N] {
        let mut values = self.counts.value_at_quantiles(quantiles);
        quantiles.map(|_| values.next().unwrap_or(0) as f64 * 1e-9)
    }

    /// The value of the given rank (1 = smallest) in seconds; ranks are clamped to [1, count].
    pub fn value_at_rank(&self, rank: u64) -> f64 {
        let rank = rank.clamp(1, self.count().max(1));
        // Half a rank below, so that rounding cannot reach the next one.
        self.quantile((rank as f64 - 0.5) / self.count().max(1) as f64)
    }

    /// The mean, in seconds.
    pub fn mean(&self) -> f64 {
        self.counts.mean() * 1e-9
    }

    /// The largest value, in seconds.
    pub fn max(&self) -> f64 {
        self.counts.max() as f64 * 1e-9
    }

    /// The V2 deflate encoding.
    ///
    /// # Errors
    ///
    /// When the encoder fails, which memory exhaustion alone can cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HistogramError> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&self.counts, &mut bytes)
            .map_err(|error| HistogramError::Malformed(error.to_string()))?;
        Ok(bytes)
    }

    /// Reads the V2 deflate encoding.
    ///
    /// # Errors
    ///
    /// When the bytes are no such histogram, or it is empty.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HistogramError> {
        let plain = inflate(bytes)
            .ok_or_else(|| HistogramError::Malformed("the bytes are cut or too many".into()))?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut plain.as_slice())
            .map_err(|error| HistogramError::Malformed(error.to_string()))?;
        if read.is_empty() {
            return Err(HistogramError::Empty);
        }
        let read = Histogram { counts: read };
        if read.is_ours() {
            return Ok(read);
        }
        let mut histogram = Histogram::new();
        histogram.merge(&read);
        Ok(histogram)
    }
}

/// The V2 encoding within a V2 deflate encoding.
///
/// The decoder would inflate by itself, and set aside as much memory as the bytes announce: up to
/// 4 GiB.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let deflated = bytes.strip_prefix(&V2_DEFLATE_COOKIE)?.get(4..)?;
    let mut plain = Vec::new();
    ZlibDecoder::new(deflated).take(MAX_ENCODED_BYTES as u64).read_to_end(&mut plain).ok()?;
    let (header, payload) = plain.split_at_checked(V2_HEADER_BYTES)?;
    let announced = u32::from_be_bytes(*header.get(4..)?.first_chunk()?);
    // Nine bytes of ones are a run of 2^63 zeros, which the decoder cannot negate.
    let overflows = payload.windows(9).any(|varint| varint == [0xff; 9]);
    (usize::try_from(announced) == Ok(payload.len()) && !overflows).then_some(plain)
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::new()
    }
}

impl TryFrom<String> for Histogram {
    type Error = HistogramError;

    fn try_from(text: String) -> Result<Self, HistogramError> {
        if text.len() > MAX_ENCODED_BYTES {
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
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|&v| histogram.record(v));
        histogram
    }

    proptest! {
        #[test]
        fn merging_is_recording_both(a in prop::collection::vec(0u64..1 << 42, 1..50), b in prop::collection::vec(0u64..1 << 42, 1..50)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(merged, of(&[a, b].concat()));
        }

        #[test]
        fn encoding_round_trips(values in prop::collection::vec(0u64..u64::MAX, 1..50)) {
            let histogram = of(&values);
            let json = serde_json::to_string(&histogram).unwrap();
            prop_assert_eq!(serde_json::from_str::<Histogram>(&json).unwrap(), histogram);
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
    }

    /// The V2 deflate encoding of a V2 encoding.
    fn deflated(plain: &[u8]) -> Vec<u8> {
        let mut stream = ZlibEncoder::new(Vec::new(), Compression::fast());
        stream.write_all(plain).unwrap();
        let stream = stream.finish().unwrap();
        let length = u32::try_from(stream.len()).unwrap().to_be_bytes();
        [&V2_DEFLATE_COOKIE[..], &length, &stream].concat()
    }

    proptest! {
        #[test]
        fn damaged_encodings_are_read_or_refused(damage in prop::collection::vec((0usize..100, prop::num::u8::ANY), 1..20)) {
            let mut plain = inflate(&of(&[1, 1 << 20, 1 << 41]).to_bytes().unwrap()).unwrap();
            for (at, byte) in damage {
                let at = at % plain.len();
                plain[at] = byte;
            }
            let _ = Histogram::from_bytes(&deflated(&plain));
        }
    }

    #[test]
    fn hostile_lengths_are_refused() {
        let plain = inflate(&of(&[5]).to_bytes().unwrap()).unwrap();
        assert!(Histogram::from_bytes(&deflated(&plain)).is_ok());
        let with_length = |length: u32| {
            let mut plain = plain.clone();
            plain[4..8].copy_from_slice(&length.to_be_bytes());
            deflated(&plain)
        };
        let most_zeros = [&plain[..4], &[0, 0, 0, 9], &plain[8..40], &[0xff; 9]].concat();
        for bytes in [
            with_length(u32::MAX),
            with_length(0),
            deflated(&most_zeros),
            deflated(&vec![0; 64 << 20]),
            deflated(&[]),
            plain.clone(),
        ] {
            assert!(Histogram::from_bytes(&bytes).is_err());
        }
    }

    #[test]
    fn hostile_text_is_refused() {
        for text in ["", "%%%", "AAAA", "HISTFAAA"] {
            assert!(Histogram::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
