//! Change points of a thousand series of a thousand values, which are to take less than a second.

use criterion::{Criterion, criterion_group, criterion_main};
use pacegate::analyze::change_points;
use pacegate::pipeline::point_options;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::hint::black_box;
use std::time::Duration;

/// Series with noise of 2 % that changes slowly, of which every second one has three steps of 10 %.
fn histories() -> Vec<Vec<f64>> {
    let mut random = Pcg64::seed_from_u64(1);
    let history = |number: usize| {
        let mut state = 0.0;
        let value = |i: usize| {
            let noise = (0..3).map(|_| random.random::<f64>() - 0.5).sum::<f64>();
            state = 0.5 * state + 0.04 * noise;
            let level = if number.is_multiple_of(2) { (i / 250) as f64 } else { 0.0 };
            (0.1 * level + state).exp()
        };
        (0..1000).map(value).collect()
    };
    (0..1000).map(history).collect()
}

fn points(criterion: &mut Criterion) {
    let (histories, options) = (histories(), point_options());
    criterion.bench_function("points/1000x1000", |b| {
        b.iter(|| {
            histories.iter().map(|h| change_points(black_box(h), &options).len()).sum::<usize>()
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(5))
        .sample_size(10);
    targets = points
}
criterion_main!(benches);
