//! Criterion's results, as its versions leave them; the command stands in for `cargo bench`.

use crate::support::{Folder, measured, observed, only_failure};
use pacegate::config::{BenchmarkKind, CriterionPlan};
use pacegate::measure::{Event, Measured};
use pacegate::model::{Data, Engine, Stage};
use std::time::Duration;

const SAMPLE: &str =
    r#"{"sampling_mode":"Linear","iters":[1.0,2.0,4.0],"times":[1000.0,2100.0,3900.0]}"#;

fn benchmark(id: &str) -> String {
    // As 0.8 writes it; 0.5 writes the same without `BytesDecimal` and with other throughputs.
    serde_json::json!({
        "group_id": "g", "function_id": null, "value_str": "1", "throughput": {"Elements": 3},
        "full_id": id, "directory_name": "g/1", "title": id,
    })
    .to_string()
}

/// A folder in which the command `cp -R fresh/. out/` stands for a run of criterion.
fn folder(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().join("fresh")).unwrap();
    for (file, text) in files {
        folder.write(&format!("fresh/{file}"), text);
    }
    folder
}

fn plan(folder: &Folder, line: &str) -> BenchmarkKind {
    BenchmarkKind::Criterion(CriterionPlan {
        command: folder.shell(line),
        output: Some(folder.path().join("out")),
        timeout: Duration::from_secs(60),
    })
}

fn measure(folder: &Folder, line: &str) -> Measured {
    measured(&folder.plan(vec![("stats", plan(folder, line))]))
}

const COPY: &str = "mkdir -p out && cp -R fresh/. out/";

#[test]
fn every_bench_and_every_sample_is_read() {
    let (a, b) = (benchmark("g/Vec<u8>/1"), r#"{"full_id":"plain"}"#.to_owned());
    let old = r#"{"iters":[10.0],"times":[30.0]}"#;
    let folder = folder(&[
        ("g/Vec_u8_/1/new/benchmark.json", &a),
        ("g/Vec_u8_/1/new/sample.json", SAMPLE),
        ("g/Vec_u8_/1/new/estimates.json", "{}"),
        ("g/Vec_u8_/1/base/sample.json", "half"),
        ("g/Vec_u8_/1/change/estimates.json", "half"),
        ("g/report/index.html", ""),
        ("plain/new/benchmark.json", &b),
        ("plain/new/sample.json", old),
    ]);
    // An earlier run left these, and the same bench with other values.
    folder.write("out/gone/new/benchmark.json", &benchmark("gone"));
    folder.write("out/gone/new/sample.json", SAMPLE);
    folder.write("out/plain/new/benchmark.json", &b);
    folder.write("out/plain/new/sample.json", SAMPLE);
    let measured = measure(&folder, COPY);
    assert!(measured.failures.is_empty(), "{measured:?}");
    let found: Vec<(&str, Vec<Vec<f64>>)> = measured
        .targets
        .iter()
        .map(|target| {
            assert_eq!(target.engine, Engine::Criterion);
            let Data::Sample(sample) = &target.measurement("time").unwrap().data else {
                panic!("a sample")
            };
            let nanoseconds =
                |values: &Vec<f64>| values.iter().map(|v| (v * 1e9).round()).collect();
            (target.name.as_str(), sample.processes().iter().map(nanoseconds).collect())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("stats/g/Vec_u8_/1", vec![vec![1000.0, 1050.0, 975.0]]),
            ("stats/plain", vec![vec![3.0]]),
        ]
    );
}

#[track_caller]
fn fails(files: &[(&str, &str)], line: &str, stage: Stage, target: &str, expected: &str) {
    let folder = folder(files);
    folder.write("out/gone/new/benchmark.json", &benchmark("gone"));
    folder.write("out/gone/new/sample.json", SAMPLE);
    let measured = measure(&folder, line);
    let error = only_failure(&measured);
    assert!(error.contains(expected), "{error}");
    assert_eq!((measured.failures[0].stage, &*measured.failures[0].target), (stage, target));
}

#[test]
fn what_is_no_result_is_a_failure() {
    let ok = benchmark("g/1");
    let check = |sample: &str, expected: &str| {
        let files = [("g/1/new/benchmark.json", &*ok), ("g/1/new/sample.json", sample)];
        fails(&files, COPY, Stage::Read, "stats/g/1", expected);
    };
    check(r#"{"iters":[1.0],"times":[1000.0"#, "half of it");
    check("", "half of it");
    check(r#"{"iters":[1.0],"times":[NaN]}"#, "half of it");
    check(r#"{"iters":[1.0],"times":[null]}"#, "half of it");
    check(r#"{"iters":[1.0],"times":[1e999]}"#, "half of it");
    check(r#"{"iters":[],"times":[]}"#, "at least one value");
    check(r#"{"iters":[0.0],"times":[1.0]}"#, "sample 0 has 0 iterations");
    check(r#"{"iters":[1.0,2.0],"times":[1.0]}"#, "2 iteration counts for 1 times");
    check(r#"{"iters":[1.0],"times":[-5.0]}"#, "sample 0 took -5 ns");
    let half = [("g/1/new/sample.json", SAMPLE)];
    fails(&half, COPY, Stage::Read, "stats/g/1", "only one of");
}

#[test]
fn a_command_that_leaves_nothing_is_a_failure() {
    let check = |line: &str, stage, expected: &str| fails(&[], line, stage, "stats", expected);
    check("true", Stage::Read, "wrote no results to");
    check("echo Testing parse; echo Success", Stage::Read, "only tried the benches");
    check(
        "echo oh no; exit 101",
        Stage::Measure,
        "exited with code 101\nlast lines of its output:\n  oh no",
    );
}

#[test]
fn one_unreadable_bench_fails_alone() {
    let (good, bad) = (benchmark("good"), benchmark("bad"));
    let folder = folder(&[
        ("good/new/benchmark.json", &good),
        ("good/new/sample.json", SAMPLE),
        ("bad/new/benchmark.json", &bad),
        ("bad/new/sample.json", "{"),
    ]);
    let measured = measure(&folder, COPY);
    assert_eq!(measured.targets.iter().map(|t| &*t.name).collect::<Vec<_>>(), ["stats/good"]);
    assert_eq!(measured.failures.iter().map(|f| &*f.target).collect::<Vec<_>>(), ["stats/bad"]);
}

#[test]
fn links_out_of_the_directory_are_not_followed() {
    let folder = folder(&[]);
    folder.write("secret/new/benchmark.json", &benchmark("secret"));
    folder.write("secret/new/sample.json", SAMPLE);
    let line = "mkdir -p out/a/new && ln -s ../secret out/link && \
                ln -s ../../../secret/new/sample.json out/a/new/sample.json && \
                ln -s ../../../secret/new/benchmark.json out/a/new/benchmark.json";
    assert!(only_failure(&measure(&folder, line)).contains("wrote no results"));
}

#[test]
fn a_stop_keeps_the_benches_that_were_complete() {
    let done = benchmark("done");
    let folder = folder(&[
        ("done/new/benchmark.json", &done),
        ("done/new/sample.json", SAMPLE),
        ("half/new/sample.json", "{"),
    ]);
    let plan =
        folder.plan(vec![("stats", plan(&folder, &format!("{COPY}; touch ready; sleep 1000")))]);
    let ready = folder.path().join("ready");
    let measured = observed(&plan, |event, stop| {
        if let Event::Started { .. } = event {
            let (ready, stop) = (ready.clone(), stop.clone());
            std::thread::spawn(move || {
                while !ready.exists() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                stop.ask();
            });
        }
    });
    assert!(measured.cut_short && measured.failures.is_empty(), "{measured:?}");
    assert_eq!(measured.targets.iter().map(|t| &*t.name).collect::<Vec<_>>(), ["stats/done"]);
}

#[test]
fn the_output_directory_is_where_the_command_is_told_to_write() {
    let a = benchmark("a");
    let folder =
        folder(&[("criterion/a/new/benchmark.json", &a), ("criterion/a/new/sample.json", SAMPLE)]);
    let mut command = folder.shell(COPY);
    command.env.insert("CARGO_TARGET_DIR".into(), "out".into());
    let criterion = CriterionPlan { command, output: None, timeout: Duration::from_secs(60) };
    let plan = folder.plan(vec![("stats", BenchmarkKind::Criterion(criterion))]);
    assert_eq!(measured(&plan).targets.len(), 1);
}
