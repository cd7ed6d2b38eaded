//! From two targets, each measured once, to one pair of every series.

use crate::model::{Build, Data, Pair, PairedSeries, SeriesRef, Target};
use crate::stats;

/// The pair of every series of which both targets have a value, in the order of the head's.
pub(super) fn pairs(base: &Target, head: &Target, first: Build) -> Vec<PairedSeries> {
    let pair = |head: SeriesRef<'_>| {
        let base = value(&base.series().find(|base| base.id == head.id)?)?;
        Some(PairedSeries {
            pairs: vec![Pair { base, head: value(&head)?, first }],
            series: head.id,
            metric: head.measurement.metric.clone(),
            quantum: head.measurement.quantum,
        })
    };
    head.series().filter_map(pair).collect()
}

/// The one value of a series that was measured once: the median of a process's values, a percentile of
/// all latencies, the share of counts. `None` where there is none, or it is not finite.
fn value(series: &SeriesRef<'_>) -> Option<f64> {
    let value = match &series.measurement.data {
        Data::Sample(sample) => stats::median(&sample.values().collect::<Vec<_>>())?,
        Data::Histogram(histogram) if histogram.count() == 0 => return None,
        Data::Histogram(histogram) => histogram.quantile(series.id.statistic?.quantile()),
        Data::Counts { trials: 0, .. } => return None,
        Data::Counts { events, trials } => *events as f64 / *trials as f64,
    };
    value.is_finite().then_some(value)
}
