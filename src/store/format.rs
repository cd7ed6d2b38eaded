//! How values are written in every store: words, moments and samples, checked when read back.

use crate::model::{Sample, SampleError};
use serde::Serialize;
use serde::de::value::Error as WordError;
use serde::de::{DeserializeOwned, IntoDeserializer};
use std::fmt;
use time::OffsetDateTime;

/// The most targets, measurements or failures of one run: some ten times what a large project has,
/// and few enough that a hostile store cannot fill the memory with histograms.
pub(super) const MAX_ROWS: usize = 20_000;

/// Why stored bytes are not what they should be.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormatError {
    #[error("a sample of {bytes} bytes does not hold the values that it announces")]
    Length { bytes: usize },
    #[error(transparent)]
    Sample(#[from] SampleError),
}

/// A unit variant of an enum, written as its word in the JSON documents.
pub(super) struct Word<T>(pub(super) T);

impl<T: Serialize> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

impl<T: DeserializeOwned> Word<T> {
    pub(super) fn parse(word: &str) -> Result<Self, WordError> {
        T::deserialize(word.into_deserializer()).map(Word)
    }
}

/// A moment as microseconds since 1970 UTC and the nanoseconds (0 to 999) beyond.
pub(super) fn to_micros(moment: OffsetDateTime) -> (i64, i64) {
    // Year 9999 is 2.6e17 µs, so i64 holds every moment.
    let micros = moment.unix_timestamp() * 1_000_000 + i64::from(moment.microsecond());
    (micros, i64::from(moment.nanosecond() % 1000))
}

/// The moment that [`to_micros`] wrote, in UTC.
pub(super) fn from_micros(
    micros: i64,
    nanos: i64,
) -> Result<OffsetDateTime, time::error::ComponentRange> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000 + i128::from(nanos))
}

/// A sample as the number of processes and the number of values of each (`u32`), then all values
/// (`f64`), little-endian. Not deflated: the low bits of measured values are noise, so that
/// deflating 100 of criterion's values saves 3 %.
pub(super) fn sample_to_bytes(sample: &Sample) -> Option<Vec<u8>> {
    let processes = sample.processes();
    let mut bytes = Vec::with_capacity(4 + 4 * processes.len() + 8 * sample.values().count());
    bytes.extend(u32::try_from(processes.len()).ok()?.to_le_bytes());
    for values in processes {
        bytes.extend(u32::try_from(values.len()).ok()?.to_le_bytes());
    }
    bytes.extend(sample.values().flat_map(f64::to_le_bytes));
    Some(bytes)
}

/// Reads what [`sample_to_bytes`] wrote.
pub(super) fn sample_from_bytes(bytes: &[u8]) -> Result<Sample, FormatError> {
    let wrong = FormatError::Length { bytes: bytes.len() };
    read_processes(bytes).map_or(Err(wrong), |processes| Ok(Sample::new(processes)?))
}

fn read_processes(bytes: &[u8]) -> Option<Vec<Vec<f64>>> {
    let (count, rest) = bytes.split_first_chunk()?;
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    let (lengths, rest) = rest.split_at_checked(count.checked_mul(4)?)?;
    let (values, []) = rest.as_chunks() else { return None };
    let mut values = values.iter().copied().map(f64::from_le_bytes);
    let mut processes = Vec::with_capacity(count);
    for length in lengths.as_chunks().0 {
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        if length > values.len() {
            return None;
        }
        processes.push(values.by_ref().take(length).collect());
    }
    (values.len() == 0).then_some(processes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn samples_come_back_bit_by_bit(processes in prop::collection::vec(prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 1..20), 1..20)) {
            let sample = Sample::new(processes).unwrap();
            let read = sample_from_bytes(&sample_to_bytes(&sample).unwrap()).unwrap();
            let bits = |sample: &Sample| -> Vec<Vec<u64>> {
                sample.processes().iter().map(|p| p.iter().map(|v| v.to_bits()).collect()).collect()
            };
            prop_assert_eq!(bits(&read), bits(&sample));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop::num::u8::ANY, 0..64)) {
            if let Ok(sample) = sample_from_bytes(&bytes) {
                prop_assert_eq!(sample_to_bytes(&sample).unwrap(), bytes);
            }
        }

        #[test]
        fn moments_come_back(nanos in -377_705_116_800_000_000_000i128..=253_402_300_799_999_999_999) {
            let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap();
            let (micros, rest) = to_micros(moment);
            prop_assert!((0..1000).contains(&rest));
            prop_assert_eq!(from_micros(micros, rest).unwrap(), moment);
        }
    }

    #[test]
    fn malformed_samples_are_refused() {
        let nan = [&[1, 0, 0, 0, 1, 0, 0, 0][..], &f64::NAN.to_le_bytes()].concat();
        for bytes in [
            &[][..],
            &[0; 3],
            &[0; 4],
            &[1, 0, 0, 0, 0, 0, 0, 0],
            &[1, 0, 0, 0, 1, 0, 0, 0, 0],
            &[255; 64],
            &nan,
        ] {
            assert!(sample_from_bytes(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn unknown_words_are_refused() {
        assert_eq!(Word(Verdict::NoBaseline).to_string(), "no-baseline");
        assert!(Word::<Verdict>::parse("no-baseline").is_ok());
        for word in ["", "Pass", "passed"] {
            assert!(Word::<Verdict>::parse(word).is_err(), "{word:?}");
        }
    }
}
