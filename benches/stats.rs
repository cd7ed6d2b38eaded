//! Quantiles, comparisons and merging of histograms, in the sizes that a build has.

use criterion::{Criterion, criterion_group, criterion_main};
use pacegate::model::Histogram;
use pacegate::stats;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::hint::black_box;
use std::time::Duration;

/// Values as of latencies in seconds: most near 10 ms, some far above.
fn values(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    (0..count).map(|_| 0.01 - 0.002 * (1.0 - random.random::<f64>()).ln()).collect()
}

fn histogram(count: usize, seed: u64) -> Histogram {
    values(count, seed).iter().map(|seconds| (seconds * 1e9) as u64).collect()
}

fn quantile(criterion: &mut Criterion) {
    let few = values(100, 1);
    criterion.bench_function("quantile/100", |b| b.iter(|| stats::quantile(black_box(&few), 0.95)));
    let many = values(100_000, 2);
    criterion
        .bench_function("quantile/100000", |b| b.iter(|| stats::quantile(black_box(&many), 0.95)));
    let histogram = histogram(100_000, 3);
    criterion.bench_function("quantile/histogram", |b| {
        b.iter(|| black_box(&histogram).quantiles([0.5, 0.9, 0.95, 0.99, 0.999]));
    });
}

fn comparison(criterion: &mut Criterion) {
    let (base, head) = (values(30, 4), values(30, 5));
    criterion.bench_function("comparison/ranks", |b| {
        b.iter(|| stats::hodges_lehmann_bounds(black_box(&base), black_box(&head), 0.001, 0.001));
    });
    criterion.bench_function("comparison/student", |b| {
        b.iter(|| stats::student_quantile(black_box(0.999), black_box(6.0)));
    });
    if let (Some(base), Some(head)) =
        (stats::Rate::new(30.0, 300_000.0), stats::Rate::new(9.0, 10_000.0))
    {
        criterion.bench_function("comparison/rates", |b| {
            b.iter(|| stats::rate_ratio_interval(black_box(base), black_box(head), 0.001, 0.001));
        });
    }
}

fn merge(criterion: &mut Criterion) {
    let (into, from) = (histogram(100_000, 6), histogram(100_000, 7));
    criterion.bench_function("histogram/merge", |b| {
        b.iter_batched_ref(
            || into.clone(),
            |into| into.merge(black_box(&from)),
            criterion::BatchSize::SmallInput,
        );
    });
}

criterion_group! {
    name = benches;
    // Short, since the example's main job runs it beside a load and a command.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50);
    targets = quantile, comparison, merge
}
criterion_main!(benches);
