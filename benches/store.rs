//! Writing and reading runs of 500 measurements: 100 latency histograms and 400 samples.
#![expect(clippy::unwrap_used, reason = "a benchmark whose setting fails has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use pacegate::model::{
    Data, Engine, Environment, Measurement, Metric, Noise, RUN_FORMAT, RUN_VERSION, Revision, Run,
    Sample, Target, Unit, Verdict,
};
use pacegate::store::{SqliteStore, Store};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Latencies of 20,000 requests around 2 ms.
fn latencies(rng: &mut Pcg64) -> Data {
    let mut latency = || (1e6 - 1e6 * f64::ln(1.0 - rng.random::<f64>())) as u64;
    Data::Histogram((0..20_000).map(|_| latency()).collect())
}

/// Criterion's 100 values of one process, around 1 ms.
fn times(rng: &mut Pcg64) -> Data {
    let values = (0..100).map(|_| 1e-3 * (1.0 + 0.02 * rng.random::<f64>())).collect();
    Data::Sample(Sample::new(vec![values]).unwrap())
}

fn target(n: usize, data: Data) -> Target {
    Target {
        name: format!("target/{n}"),
        engine: Engine::Criterion,
        definition: "a digest".into(),
        measurements: vec![Measurement {
            metric: Metric::lower("time", Unit::Seconds),
            data,
            quantum: 0.0,
        }],
        validity: None,
        elapsed: 1.0,
        cut_short: false,
        course: Default::default(),
        warnings: Vec::new(),
    }
}

fn run(id: u64) -> Run {
    let mut rng = Pcg64::seed_from_u64(id);
    let data = (0..500).map(|n| if n < 100 { latencies(&mut rng) } else { times(&mut rng) });
    let targets = data.enumerate().map(|(n, data)| target(n, data)).collect();
    Run {
        format: RUN_FORMAT.into(),
        version: RUN_VERSION,
        id: Uuid::from_u128(id.into()),
        project: "shop".into(),
        started: OffsetDateTime::UNIX_EPOCH + Duration::from_secs(id),
        elapsed: 600.0,
        revision: Revision::default(),
        environment: Environment {
            cpu: "a CPU".into(),
            cores: 2,
            arch: "x86_64".into(),
            os: "linux".into(),
            image: "debian 12".into(),
            toolchain: "rustc 1.95.0".into(),
        },
        noise: Noise::default(),
        targets,
        failures: Vec::new(),
        cut_short: false,
        trusted: true,
        warnings: Vec::new(),
    }
}

fn store(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("history.db")).unwrap();
    let ids: Vec<Uuid> = (0..30).map(Uuid::from_u128).collect();
    for n in 0..30 {
        runtime.block_on(store.put(&run(n), Verdict::Pass)).unwrap();
    }
    let head = run(30);
    let mut group = c.benchmark_group("store");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.sample_size(10);
    group.bench_function("put 500", |b| {
        b.iter(|| runtime.block_on(store.put(&head, Verdict::Pass)).unwrap());
    });
    group.bench_function("get 500", |b| {
        b.iter(|| runtime.block_on(store.get(&ids[..1])).unwrap());
    });
    group.bench_function("get 30 x 500", |b| {
        b.iter(|| runtime.block_on(store.get(&ids)).unwrap());
    });
    group.bench_function("headings", |b| {
        b.iter(|| runtime.block_on(store.headings("shop")).unwrap());
    });
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
