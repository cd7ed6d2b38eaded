//! One bench's results as criterion 0.3 to 0.8 write them; other fields are ignored.

use crate::model::{Sample, SampleError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest file; ten thousand samples take some hundred kilobytes.
const MAX_BYTES: u64 = 16 << 20;
/// Criterion writes times in nanoseconds.
const NANOSECOND: f64 = 1e-9;

/// A bench that was read.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::measure) struct Bench {
    /// Its full id, such as `parse/large/1024`.
    pub(in crate::measure) id: String,
    /// Seconds an iteration, the values of one process.
    pub(in crate::measure) sample: Sample,
    /// Seconds that all iterations took.
    pub(in crate::measure) elapsed: f64,
}

/// Why a bench cannot be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::measure) enum ReadError {
    #[error("failed to read criterion's results `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("failed to read criterion's results `{}`: larger than {MAX_BYTES} bytes", path.display())]
    TooLarge { path: PathBuf },
    #[error(
        "failed to read criterion's results `{}`: not what criterion writes, or half of it; run \
         the benches again", path.display()
    )]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("failed to read criterion's results `{}`: {what}", path.display())]
    Values { path: PathBuf, what: String },
    #[error(
        "the benches' command wrote only one of `benchmark.json` and `sample.json` in `{}`; run it \
         again", path.display()
    )]
    Half { path: PathBuf },
}

#[derive(Deserialize)]
struct BenchmarkFile {
    full_id: String,
}

#[derive(Deserialize)]
struct SampleFile {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// Reads the bench in a `new` folder.
///
/// # Errors
///
/// When a file is missing, too large, not JSON of criterion's shape, or holds times that no bench
/// can take.
pub(super) fn bench(folder: &Path) -> Result<Bench, ReadError> {
    let benchmark: BenchmarkFile = json(&folder.join("benchmark.json"))?;
    let path = folder.join("sample.json");
    let file: SampleFile = json(&path)?;
    let values = per_iteration(&file).and_then(|values| {
        Sample::new(vec![values]).map_err(|error: SampleError| error.to_string())
    });
    let sample = values.map_err(|what| ReadError::Values { path, what })?;
    let elapsed = file.times.iter().sum::<f64>() * NANOSECOND;
    Ok(Bench { id: benchmark.full_id, sample, elapsed })
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, ReadError> {
    let failed = |source| ReadError::Read { path: path.to_owned(), source };
    let mut text = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge { path: path.to_owned() });
    }
    serde_json::from_slice(&text)
        .map_err(|source| ReadError::Json { path: path.to_owned(), source })
}

/// Seconds an iteration, one value a sample.
fn per_iteration(file: &SampleFile) -> Result<Vec<f64>, String> {
    let (iters, times) = (file.iters.len(), file.times.len());
    if iters != times {
        return Err(format!("{iters} iteration counts for {times} times"));
    }
    let value = |(index, (&iters, &time)): (usize, (&f64, &f64))| {
        // Written so that a NaN is refused.
        if !(iters >= 1.0 && iters.is_finite()) {
            return Err(format!("sample {index} has {iters} iterations"));
        }
        if !(time >= 0.0 && time.is_finite()) {
            return Err(format!("sample {index} took {time} ns"));
        }
        Ok(time / iters * NANOSECOND)
    };
    let values: Vec<f64> =
        file.iters.iter().zip(&file.times).enumerate().map(value).collect::<Result<_, _>>()?;
    if values.iter().all(|value| *value <= 0.0) && !values.is_empty() {
        return Err("every sample took no time; is the code under test optimised away?".to_owned());
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn refuse(iters: &[f64], times: &[f64], expected: &str) {
        let error = per_iteration(&SampleFile { iters: iters.to_vec(), times: times.to_vec() })
            .unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        refuse(&[1.0, 2.0], &[1.0], "2 iteration counts for 1 times");
        refuse(&[1.0, 0.0], &[1.0, 1.0], "sample 1 has 0 iterations");
        refuse(&[f64::NAN], &[1.0], "sample 0 has NaN iterations");
        refuse(&[1.0], &[f64::NAN], "sample 0 took NaN ns");
        refuse(&[1.0], &[-1.0], "sample 0 took -1 ns");
        refuse(&[1.0], &[0.0], "took no time");
    }

    proptest! {
        #[test]
        fn accepted_values_are_finite(
            samples in prop::collection::vec((any::<f64>(), any::<f64>()), 0..9),
        ) {
            let (iters, times) = samples.into_iter().unzip();
            if let Ok(values) = per_iteration(&SampleFile { iters, times }) {
                prop_assert!(values.iter().all(|v| v.is_finite() && *v >= 0.0));
            }
        }
    }
}
