//! Judging a run of 500 series against 30 stored runs: the computing alone, and as a whole process
//! beside the processes that do next to nothing. Deciding recorded pairs again, as a whole process.

#[path = "../tests/support/runs.rs"]
mod runs;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use pacegate::analyze::{compare, observe, runs_needed};
use pacegate::config::{GatePlan, Rule, SeriesPattern, defaults};
use pacegate::gate::{Evidence, Judged, judge};
use pacegate::model::{
    Baseline, Data, Histogram, Measurement, Metric, Run, Sample, Target, Unit, Verdict,
};
use pacegate::store::{SqliteStore, Store as _};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use runs::{OPTIONS, baseline, run, target};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

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
        black_box(runs_needed(comparison, defaults::REGRESSION_MAX, false));
    });
    let evidence = Evidence {
        run: head,
        observed: &observe(head),
        comparisons: &compared.comparisons,
        undecided: &compared.undecided,
        release: None,
        expected: &BTreeSet::new(),
    };
    judge(gates, &[], &evidence)
}

fn benches(criterion: &mut Criterion) {
    let mut random = Pcg64::seed_from_u64(1);
    let base = baseline((0..STORED).map(|_| measured(&mut random)).collect());
    let head = measured(&mut random);
    assert_eq!(head.series().count(), 500);
    let gates = gates();
    criterion.bench_function("check/judge-500x30", |b| {
        b.iter(|| check(black_box(&head), &base, &gates))
    });
}

/// A build of ten thousand series, each of one value a run, whose current regime is found among 30 runs.
fn large(criterion: &mut Criterion) {
    let mut random = Pcg64::seed_from_u64(3);
    let mut measured = || {
        let targets = (0..10_000).filter_map(|i| {
            let value = 0.1 * (0.95 + 0.1 * random.random::<f64>());
            let metric = Metric::lower("wall", Unit::Seconds);
            let data = Data::Sample(Sample::of_processes([value]).ok()?);
            Some(target(&format!("bench{i}"), vec![Measurement { metric, data, quantum: 0.0 }]))
        });
        run(targets.collect())
    };
    let base = baseline((0..STORED).map(|_| measured()).collect());
    let head = measured();
    let gates = gates();
    criterion.bench_function("check/judge-10000x30", |b| {
        b.iter(|| check(black_box(&head), &base, &gates))
    });
}

/// The default regression gate on every series.
fn gates() -> Vec<GatePlan> {
    let rule = Rule::Regression { max: defaults::REGRESSION_MAX, floor: None, strict: false };
    SeriesPattern::new("*")
        .map(|series| GatePlan { number: 1, line: 1, series, rule, warn_only: false })
        .into_iter()
        .collect()
}

/// The command in `directory`, from its start to its end.
fn time(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, directory: &Path, args: &[&str]) {
    group.bench_function(name, |b| {
        b.iter(|| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_pacegate"));
            let output = command.args(args).current_dir(directory).output().expect("run it");
            // Noise among 500 series may fail a gate; anything else went wrong.
            assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        });
    });
}

/// A recording of series that did not change, and that are too noisy to be decided before the last of
/// their 100 pairs.
fn recording(random: &mut Pcg64, series: usize) -> String {
    let mut value = || 0.1 * (0.5 + random.random::<f64>());
    let mut text = String::new();
    for i in 0..series {
        text += &format!(
            "{{\"format\":\"pacegate-pairs\",\"version\":1,\"series\":\"bench{i}/wall\",\"unit\":\"s\",\"better\":\"lower\",\"max\":0.03}}\n"
        );
        for pair in 1..=100 {
            let (base, head) = (value(), value());
            text += &format!(
                "{{\"pair\":{pair},\"base\":{base},\"head\":{head},\"first\":\"base\"}}\n"
            );
        }
    }
    text
}

fn processes(criterion: &mut Criterion) {
    let mut random = Pcg64::seed_from_u64(2);
    let directory = tempfile::tempdir().expect("make a directory");
    let write = |name: &str, text: String| {
        std::fs::write(directory.path().join(name), text).expect("write a file");
    };
    let store = SqliteStore::open(&directory.path().join("history.db")).expect("open a store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut numbered = |n: usize| Run {
        id: Uuid::from_u128(n as u128),
        started: OffsetDateTime::UNIX_EPOCH + Duration::from_secs(n as u64),
        ..measured(&mut random)
    };
    for n in 0..STORED {
        runtime.block_on(store.put(&numbered(n), Verdict::Pass)).expect("store a run");
    }
    let head = numbered(STORED);
    write("head.json", serde_json::to_string(&head).expect("a document"));
    write(
        "gates.yaml",
        format!(
            "version: 1\nproject: {}\nstore: sqlite:history.db\n\
             gates: [ {{ series: '*', regression: {{}} }} ]\n",
            head.project
        ),
    );
    write("one.jsonl", recording(&mut Pcg64::seed_from_u64(3), 1));
    write("many.jsonl", recording(&mut Pcg64::seed_from_u64(4), 100));
    let mut group = criterion.benchmark_group("command");
    time(&mut group, "version", directory.path(), &["--version"]);
    time(&mut group, "help", directory.path(), &["--help"]);
    time(&mut group, "check-500x30", directory.path(), &["check", "--head", "head.json"]);
    let bundle = Command::new(env!("CARGO_BIN_EXE_pacegate"))
        .args(["check", "--head", "head.json", "--format", "json"])
        .current_dir(directory.path())
        .output();
    write("bundle.json", String::from_utf8(bundle.expect("run it").stdout).expect("a document"));
    let event =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/event/payloads/github_pull_request.json");
    let rehearse =
        ["ci", "--dry-run", "--provider", "github", "--event", event, "--bundle", "bundle.json"];
    time(&mut group, "ci-dry-run-500", directory.path(), &rehearse);
    time(&mut group, "replay-1x100", directory.path(), &["check", "--replay", "one.jsonl"]);
    let many = ["check", "--replay", "many.jsonl", "--family"];
    time(&mut group, "replay-100x100", directory.path(), &many);
    group.finish();
}

criterion_group! {
    name = check_benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
        .sample_size(20);
    targets = benches, large, processes
}
criterion_main!(check_benches);
