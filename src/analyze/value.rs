//! One value a run: the unit of every comparison between runs.

use crate::model::{Data, Sample, SeriesRef};
use crate::stats::median;

/// The series' value in one run, in the metric's unit.
///
/// A sample collapses process by process to medians and then to their median; a histogram to its
/// quantile; counts to their share. `None` for counts without trials.
pub(super) fn of_run(series: &SeriesRef<'_>) -> Option<f64> {
    match &series.measurement.data {
        Data::Sample(sample) => median(&of_processes(sample)),
        Data::Histogram(histogram) => {
            Some(histogram.quantile(series.id.statistic.map_or(0.5, |s| s.quantile())))
        }
        Data::Counts { events, trials } => {
            (*trials > 0).then(|| *events as f64 / *trials as f64)
        }
    }
}

/// One value a process, in collection order: its median.
pub(super) fn of_processes(sample: &Sample) -> Vec<f64> {
    sample.processes().iter().filter_map(|values| median(values)).collect()
}
