//! Judging a run of 500 series against 30 stored runs.

#[path = "../tests/support/runs.rs"]
mod runs;

use criterion::{Criterion, criterion_group, criterion_main};
use pacegate::analyze::{compare, observe, runs_needed};
use pacegate::config::{GatePlan, Rule, SeriesPattern, defaults};
use pacegate::gate::{Evidence, Judged, judge};
use pacegate::model::{Baseline, Data, Histogram, Measurement, Metric, Run, Sample, Target, Unit};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use runs::{OPTIONS, baseline, run, target};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

const STORED: usize = 30;
/// Loads, each a histogram (five series) and a share of errors.
const LOADS: usize = 50;
/// Benchmarks, each with 30 processes.
const BENCHMARKS: usize = 200;

/// A run of 500 series, each value within 5 % of what it always is.
fn measured(random: &mut Pcg64) -> Run {
    let mut near = |value: f64| value * (0.95 + 0.1 * random.random::<f64>());
    let mut targets: Vec<Target> = (0..LOADS)
        .map(|i| {
            let histogram: Histogram = (0..2000).map(|_| near(5e6) as u64).collect();
            let latency = Metric::lower("latency", Unit::Seconds);
            let errors = Metric::lower("errors", Unit::Ratio);
            let counts = Data::Counts { events: near(20.0) as u64, trials: 20_000 };
            let measurement = |metric, data| Measurement { metric, data, quantum: 0.0 };
            let latency = measurement(latency, Data::Histogram(histogram));
            target(&format!("load{i}"), vec![latency, measurement(errors, counts)])
        })
        .collect();
    targets.extend((0..BENCHMARKS).filter_map(|i| {
        let sample = Sample::of_processes((0..30).map(|_| near(0.1))).ok()?;
        let metric = Metric::lower("wall", Unit::Seconds);
        let measurement = Measurement { metric, data: Data::Sample(sample), quantum: 0.0 };
        Some(target(&format!("bench{i}"), vec![measurement]))
    }));
    run(targets)
}

/// Compares and judges, as `check` does once runs are read.
fn check(head: &Run, base: &Baseline, gates: &[GatePlan]) -> Judged {
    let gated = |id: &_| gates.iter().any(|gate| gate.series.matches(&format!("{id}")));
    let compared = compare(head, base, &gated, &OPTIONS);
    compared.comparisons.iter().for_each(|comparison| {
        black_box(runs_needed(comparison, defaults::REGRESSION_MAX));
    });
    let evidence = Evidence {
        run: head,
        observed: &observe(head),
        comparisons: &compared.comparisons,
        undecided: &compared.undecided,
        expected: &BTreeSet::new(),
    };
    judge(gates, &[], &evidence)
}

fn benches(criterion: &mut Criterion) {
    let mut random = Pcg64::seed_from_u64(1);
    let base = baseline((0..STORED).map(|_| measured(&mut random)).collect());
    let head = measured(&mut random);
    assert_eq!(head.series().count(), 500);
    let rule = Rule::Regression { max: defaults::REGRESSION_MAX, floor: None, strict: false };
    let gates: Vec<GatePlan> = SeriesPattern::new("*")
        .map(|series| GatePlan { number: 1, series, rule, warn_only: false })
        .into_iter()
        .collect();
    criterion.bench_function("check/judge-500x30", |b| {
        b.iter(|| check(black_box(&head), &base, &gates))
    });
}

criterion_group! {
    name = check_benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
        .sample_size(20);
    targets = benches
}
criterion_main!(check_benches);
