//! The value of every measured series with its interval, for absolute limits.

use super::value;
use crate::model::{Data, Estimate, Run, SeriesId, SeriesRef};
use crate::stats;
use std::collections::BTreeMap;

/// One-sided error of each end of an interval that a limit is judged on.
const ALPHA: f64 = 0.01;

/// Every series' value, with an interval where its data allow one.
///
/// Samples: order-statistic interval of the median over processes; histograms: order-statistic
/// interval of the quantile, taking requests as independent; counts: Clopper–Pearson. A sample of
/// too few processes has no interval, and is judged by its value.
pub fn observe(run: &Run) -> BTreeMap<SeriesId, Estimate> {
    run.series().filter_map(|series| Some((series.id.clone(), estimate(&series)?))).collect()
}

fn estimate(series: &SeriesRef<'_>) -> Option<Estimate> {
    let value = value::of_run(series)?;
    let (lo, hi) = match &series.measurement.data {
        Data::Sample(sample) => {
            let mut values = value::of_processes(sample);
            values.sort_unstable_by(f64::total_cmp);
            let (lo, hi) = stats::quantile_ranks(values.len() as u64, 0.5, ALPHA, ALPHA);
            let at = |rank: u64| values.get(rank as usize - 1).copied();
            (lo.and_then(at), hi.and_then(at))
        }
        Data::Histogram(histogram) => {
            let quantile = series.id.statistic.map_or(0.5, |s| s.quantile());
            let (lo, hi) = stats::quantile_ranks(histogram.count(), quantile, ALPHA, ALPHA);
            let at = |rank: u64| histogram.value_at_rank(rank);
            (lo.map(at), hi.map(at))
        }
        Data::Counts { events, trials } => {
            let (lo, hi) = stats::clopper_pearson(*events, *trials, ALPHA, ALPHA);
            (Some(lo), Some(hi))
        }
    };
    Some(Estimate { value, lo, hi })
}
