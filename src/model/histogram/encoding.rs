//! The V2 deflate encoding of HdrHistogram, read with care: it may come from anywhere.

use super::{Histogram, HistogramError, HistogramRecorder};
use flate2::read::ZlibDecoder;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use std::io::Read as _;

/// A decoded histogram is at most some hundred kilobytes; anything much larger is hostile.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// What a V2 deflate encoding begins with; the length of the rest and a zlib stream follow.
const V2_DEFLATE_COOKIE: [u8; 4] = [0x1c, 0x84, 0x93, 0x14];
/// What the V2 encoding within begins with; the decoder would inflate another V2 deflate one, too.
const V2_COOKIE: [u8; 4] = [0x1c, 0x84, 0x93, 0x13];
/// Cookie, payload length, normalizing offset, digits (4 bytes each), lowest, highest, ratio (8).
const V2_HEADER_BYTES: usize = 40;

impl Histogram {
    /// The V2 deflate encoding, which other HdrHistogram tools read.
    ///
    /// # Errors
    ///
    /// When the encoder fails, which memory exhaustion alone can cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HistogramError> {
        let mut dense = HistogramRecorder::new();
        for bucket in &self.buckets {
            dense.record_n(bucket.value, bucket.count);
        }
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&dense.counts, &mut bytes)
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
        let counts: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut plain.as_slice())
            .map_err(|error| HistogramError::Malformed(error.to_string()))?;
        let read = HistogramRecorder { counts };
        let histogram = if read.has_our_bounds() {
            read.histogram()
        } else {
            let mut ours = HistogramRecorder::new();
            ours.merge(&read);
            ours.histogram()
        };
        if histogram.count() == 0 { Err(HistogramError::Empty) } else { Ok(histogram) }
    }
}

/// The V2 encoding within a V2 deflate encoding.
///
/// The decoder would inflate by itself, and set aside as much memory as the bytes announce: up to
/// 4 GiB.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let deflated = bytes.strip_prefix(&V2_DEFLATE_COOKIE)?.get(4..)?;
    let mut plain = Vec::new();
    ZlibDecoder::new(deflated).take(MAX_BYTES as u64).read_to_end(&mut plain).ok()?;
    let (header, payload) = plain.split_at_checked(V2_HEADER_BYTES)?;
    header.strip_prefix(&V2_COOKIE)?;
    let announced = u32::from_be_bytes(*header.get(4..)?.first_chunk()?);
    // Nine bytes of ones are a run of 2^63 zeros, which the decoder cannot negate.
    let overflows = payload.windows(9).any(|varint| varint == [0xff; 9]);
    (usize::try_from(announced) == Ok(payload.len()) && !overflows).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn of(values: &[u64]) -> Histogram {
        values.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn encoding_round_trips(values in prop::collection::vec(0u64..u64::MAX, 1..50)) {
            let histogram = of(&values);
            let json = serde_json::to_string(&histogram).unwrap();
            prop_assert_eq!(serde_json::from_str::<Histogram>(&json).unwrap(), histogram);
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
            deflated(&deflated(&plain)),
            deflated(&[&V2_DEFLATE_COOKIE[..], &[0xff; 4], &plain[8..]].concat()),
            deflated(&[]),
            plain.clone(),
        ] {
            assert!(Histogram::from_bytes(&bytes).is_err());
        }
    }

    #[test]
    fn bounds_of_other_tools_are_read() {
        let mut other = hdrhistogram::Histogram::<u64>::new_with_bounds(1000, 1 << 40, 2).unwrap();
        [5_000, 7_000_000, 7_000_000].iter().for_each(|ns| other.record(*ns).unwrap());
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&other, &mut bytes).unwrap();
        let read = Histogram::from_bytes(&bytes).unwrap();
        assert_eq!(read.count(), 3);
        assert!((read.quantile(1.0) / 7e-3 - 1.0).abs() < 0.01, "{}", read.quantile(1.0));
    }
}
