//! From two targets, each measured once, to one pair of every series.

use crate::model::{Build, Data, Pair, PairedSeries, SeriesRef, Target};
use crate::stats;

/// The pair of every series of which both targets have a value, in the order of the head's. Counts have
/// none: events are rare, so that their shares are mostly 0, and it is their totals that tell.
///
/// The quantum is that of the smaller value: a slow moment on one side must not hide what others show.
pub(super) fn pairs(base: &Target, head: &Target, first: Build) -> Vec<PairedSeries> {
    let pair = |series: SeriesRef<'_>| {
        let base = value(&base.series().find(|base| base.id == series.id)?)?;
        let head = value(&series)?;
        Some(PairedSeries {
            pairs: vec![Pair { base, head, first }],
            left_out: None,
            series: series.id,
            metric: series.measurement.metric.clone(),
            quantum: series.measurement.quantum_at(base.abs().min(head.abs())),
        })
    };
    head.series().filter_map(pair).collect()
}

/// The one value of a series that was measured once: the median of a process's values, a percentile of
/// all latencies. `None` where there is none, or it is not finite.
fn value(series: &SeriesRef<'_>) -> Option<f64> {
    let value = match &series.measurement.data {
        Data::Sample(sample) => stats::median(&sample.values().collect::<Vec<_>>())?,
        Data::Histogram(histogram) if histogram.count() == 0 => return None,
        Data::Histogram(histogram) => histogram.quantile(series.id.statistic?.quantile()),
        Data::Counts { .. } => return None,
    };
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Engine, Histogram, Measurement, Metric, Sample, Unit};

    fn target(measurements: Vec<(&str, Data)>) -> Target {
        let measurement = |(name, data): (&str, Data)| Measurement {
            metric: Metric::lower(name, Unit::Seconds),
            data,
            quantum: 1e-9,
        };
        Target {
            name: "t".to_owned(),
            engine: Engine::Open,
            definition: String::new(),
            measurements: measurements.into_iter().map(measurement).collect(),
            validity: None,
            elapsed: 0.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        }
    }

    fn sample(values: &[f64]) -> Data {
        Data::Sample(Sample::new(vec![values.to_vec()]).unwrap())
    }

    /// The series of a base and a head with their one pair each.
    #[track_caller]
    fn check(base: Vec<(&str, Data)>, head: Vec<(&str, Data)>, expected: &[(&str, f64, f64)]) {
        let found = pairs(&target(base), &target(head), Build::Head);
        let names: Vec<String> = found.iter().map(|series| series.series.to_string()).collect();
        assert_eq!(names, expected.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
        for (series, (name, base, head)) in found.iter().zip(expected) {
            let [pair] = series.pairs[..] else { panic!("{series:?}") };
            let near = |found: f64, expected: f64| (found - expected).abs() <= expected * 1e-3;
            assert!(near(pair.base, *base) && near(pair.head, *head), "{name}: {pair:?}");
            let of_buckets = series.series.statistic.map(|_| 1e-3 * pair.base.min(pair.head));
            let quantum = of_buckets.unwrap_or(1e-9);
            assert_eq!((pair.first, series.quantum.to_bits()), (Build::Head, quantum.to_bits()));
        }
    }

    #[test]
    fn every_series_that_both_have_gives_a_pair() {
        check(
            vec![("wall", sample(&[2.0])), ("user", sample(&[1.0, 9.0, 2.0]))],
            vec![("user", sample(&[4.0, 3.0])), ("wall", sample(&[1.0]))],
            &[("t/user", 2.0, 3.5), ("t/wall", 2.0, 1.0)],
        );
        let latencies = |scale: u64| {
            Data::Histogram(
                (1..=1000).map(|value| value * scale * 1_000_000).collect::<Histogram>(),
            )
        };
        check(
            vec![("latency", latencies(1))],
            vec![("latency", latencies(2))],
            &[
                ("t/latency/p50", 0.5, 1.0),
                ("t/latency/p90", 0.9, 1.8),
                ("t/latency/p95", 0.95, 1.9),
                ("t/latency/p99", 0.99, 1.98),
                ("t/latency/p99.9", 0.999, 1.998),
            ],
        );
        let errors = |events, trials| ("errors", Data::Counts { events, trials });
        check(vec![errors(1, 4)], vec![errors(3, 4)], &[]);
        check(
            vec![("latency", Data::Histogram(Histogram::default()))],
            vec![("latency", latencies(1))],
            &[],
        );
        check(vec![("wall", sample(&[2.0]))], vec![], &[]);
    }

    #[test]
    fn latencies_of_neighbouring_buckets_are_no_evidence() {
        for nanoseconds in [2_500, 1_048_575, 1_048_576, 2_097_151, 7_777_777, 60_000_000_000] {
            let of =
                |value: u64| target(vec![("l", Data::Histogram([value].into_iter().collect()))]);
            let largest = |target: &Target| match &target.measurements[0].data {
                Data::Histogram(bucket) => (bucket.quantile(1.0) * 1e9).round() as u64,
                _ => panic!("{target:?}"),
            };
            let base = of(nanoseconds);
            let head = of(largest(&base) + 1);
            let differs = |head: &Target| {
                let PairedSeries { pairs, quantum, .. } = pairs(&base, head, Build::Base).remove(0);
                pairs[0].head - pairs[0].base > quantum
            };
            assert!(!differs(&base) && !differs(&head), "{nanoseconds}");
            assert!(differs(&of(nanoseconds + nanoseconds / 200)), "{nanoseconds}");
        }
    }
}
