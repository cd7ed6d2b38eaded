//! The value of every measured series with its interval, for absolute limits.

use super::value;
use crate::model::{Data, Estimate, Measurement, Run, SeriesId, Statistic};
use crate::stats;
use std::collections::BTreeMap;

/// One-sided error of each end of an interval that a limit is judged on.
const ALPHA: f64 = 0.01;

/// Every series' value, with an interval where its data allow one.
///
/// Samples: order-statistic interval of the median over processes; histograms: order-statistic
/// interval of the quantile, taking requests as independent; counts: Clopper–Pearson. A sample of
/// too few processes has no interval, and is judged by its value. Series without any value (no
/// request, no trial) are left out.
pub fn observe(run: &Run) -> BTreeMap<SeriesId, Estimate> {
    run.series()
        .filter_map(|series| {
            let estimate = estimate(series.measurement, series.id.statistic)?;
            Some((series.id, estimate))
        })
        .collect()
}

fn estimate(measurement: &Measurement, statistic: Option<Statistic>) -> Option<Estimate> {
    match &measurement.data {
        Data::Sample(sample) => {
            let mut values = value::of_processes(sample);
            values.sort_unstable_by(f64::total_cmp);
            let (lo, hi) = stats::quantile_ranks(values.len() as u64, 0.5, ALPHA, ALPHA);
            let at = |rank: u64| values.get(rank as usize - 1).copied();
            let value = stats::median(&values)?;
            Some(Estimate { value, lo: lo.and_then(at), hi: hi.and_then(at) })
        }
        Data::Histogram(histogram) => {
            let quantile = statistic.map_or(0.5, Statistic::quantile);
            let (lo, hi) = stats::quantile_ranks(histogram.count(), quantile, ALPHA, ALPHA);
            let at = |rank: u64| histogram.value_at_rank(rank);
            let value = (histogram.count() > 0).then(|| histogram.quantile(quantile))?;
            Some(Estimate { value, lo: lo.map(at), hi: hi.map(at) })
        }
        Data::Counts { events, trials } => {
            let rate = value::rate(*events, *trials)?;
            let (lo, hi) = stats::clopper_pearson(rate, ALPHA, ALPHA);
            Some(Estimate { value: rate.share(), lo: Some(lo), hi: Some(hi) })
        }
    }
}
