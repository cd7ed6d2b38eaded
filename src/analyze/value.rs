//! One value a run: the unit of every comparison between runs.

use crate::model::{Data, Measurement, Run, Sample, SeriesRef, Statistic};
use crate::stats::{Rate, median};

/// One value of every series of a run that has one.
pub fn values(run: &Run) -> Vec<(SeriesRef<'_>, f64)> {
    let all = run.targets.iter().flat_map(|target| {
        let values = target.measurements.iter().flat_map(of_run);
        std::iter::zip(target.series(), values)
    });
    all.filter_map(|(series, value)| Some((series, value?))).collect()
}

/// The values of a measurement's series in one run, in the metric's unit and the series' order.
///
/// A sample collapses process by process to medians and then to their median; a histogram gives one
/// value a statistic; counts give their share. `None` for a histogram without values and counts
/// without trials.
pub(super) fn of_run(measurement: &Measurement) -> Vec<Option<f64>> {
    match &measurement.data {
        Data::Sample(sample) => vec![median(&of_processes(sample))],
        Data::Histogram(histogram) if histogram.count() == 0 => vec![None; Statistic::ALL.len()],
        Data::Histogram(histogram) => {
            histogram.quantiles(Statistic::ALL.map(Statistic::quantile)).map(Some).to_vec()
        }
        Data::Counts { events, trials } => vec![rate(*events, *trials).map(Rate::share)],
    }
}

/// One value a process, in collection order: its median.
pub(super) fn of_processes(sample: &Sample) -> Vec<f64> {
    sample.processes().iter().filter_map(|values| median(values)).collect()
}

/// The share that counts are, where there was a trial.
pub(super) fn rate(events: u64, trials: u64) -> Option<Rate> {
    Rate::new(events as f64, trials as f64)
}

/// How many processes, requests or trials a measurement rests on.
pub(super) fn size(measurement: &Measurement) -> u64 {
    match &measurement.data {
        Data::Sample(sample) => sample.processes().len() as u64,
        Data::Histogram(histogram) => histogram.count(),
        Data::Counts { trials, .. } => *trials,
    }
}
