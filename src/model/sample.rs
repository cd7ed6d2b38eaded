//! Repeated values of one metric, grouped by the process that gave them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The values of one metric on one target in one run, in collection order.
///
/// One inner list a process: values of one process are not independent (layout, ASLR and warm-up
/// are drawn once a process), so every test first collapses a process to one value.
/// Never empty, every value finite, by construction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Vec<f64>>", into = "Vec<Vec<f64>>")]
#[schemars(with = "Vec<Vec<f64>>")]
pub struct Sample {
    processes: Vec<Vec<f64>>,
}

/// Why values are not a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// There was no value, or a process gave none.
    #[error("a sample needs at least one value from every process")]
    Empty,
    /// A value was NaN or infinite.
    #[error("value {index} of process {process} is not a finite number")]
    NotFinite {
        /// Zero-based process.
        process: usize,
        /// Zero-based value within the process.
        index: usize,
    },
}

impl Sample {
    /// A sample of values grouped by process.
    ///
    /// # Errors
    ///
    /// When there is no process, a process without values, or a value that is not finite.
    pub fn new(processes: Vec<Vec<f64>>) -> Result<Self, SampleError> {
        if processes.is_empty() || processes.iter().any(Vec::is_empty) {
            return Err(SampleError::Empty);
        }
        for (process, values) in processes.iter().enumerate() {
            if let Some(index) = values.iter().position(|v| !v.is_finite()) {
                return Err(SampleError::NotFinite { process, index });
            }
        }
        Ok(Sample { processes })
    }

    /// A sample in which every value comes from a process of its own.
    ///
    /// # Errors
    ///
    /// As [`Sample::new`].
    pub fn of_processes(values: impl IntoIterator<Item = f64>) -> Result<Self, SampleError> {
        Sample::new(values.into_iter().map(|v| vec![v]).collect())
    }

    /// Adds the processes of another sample after its own.
    pub fn append(&mut self, other: Sample) {
        self.processes.extend(other.processes);
    }

    /// The values, one slice a process, in collection order.
    pub fn processes(&self) -> &[Vec<f64>] {
        &self.processes
    }

    /// All values in collection order.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.processes.iter().flatten().copied()
    }
}

impl TryFrom<Vec<Vec<f64>>> for Sample {
    type Error = SampleError;

    fn try_from(processes: Vec<Vec<f64>>) -> Result<Self, SampleError> {
        Sample::new(processes)
    }
}

impl From<Sample> for Vec<Vec<f64>> {
    fn from(sample: Sample) -> Self {
        sample.processes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_non_finite_values_are_refused() {
        assert_eq!(Sample::new(vec![]), Err(SampleError::Empty));
        assert_eq!(Sample::new(vec![vec![1.0], vec![]]), Err(SampleError::Empty));
        assert_eq!(
            Sample::new(vec![vec![1.0], vec![2.0, f64::NAN]]),
            Err(SampleError::NotFinite { process: 1, index: 1 })
        );
    }

    #[test]
    fn json_is_a_list_of_lists_and_is_checked_when_read() {
        let sample = Sample::of_processes([1.5, 2.0]).unwrap();
        assert_eq!(serde_json::to_string(&sample).unwrap(), "[[1.5],[2.0]]");
        assert!(serde_json::from_str::<Sample>("[[]]").is_err());
    }
}
