//! A project's way through the tool: first runs, a baseline, a slowdown, a waiver.

use crate::dir::Dir;

/// A command that takes as long as the file `time` says, 5 processes a run. The limit is wide, and
/// the slowdown large, so that a busy machine does not matter.
const CONFIG: &str = "version: 1
project: p
benchmarks:
  nap: { command: { run: [sh, -c, 'sleep $(cat time)'], warmup: 0, samples: 5 } }
gates:
  - { series: nap/wall, regression: { max: 60%, floor: 1ms } }
  - { series: nap/wall, limit: { max: 5s } }
reports:
  - { json: out/bundle.json }
  - { junit: out/junit.xml }
  - { junit-strict: out/strict.xml }
  - { codequality: out/codequality.json }
  - { openmetrics: out/metrics.txt }
  - { load-performance: out/load.json }
  - { markdown: out/report.md }
  - { text: out/report.txt }
";

#[test]
fn a_baseline_grows_and_a_slowdown_fails_everywhere() {
    let dir = Dir::with(CONFIG);
    dir.write("time", "0.05");
    dir.run("run").check(0, &["NO-BASELINE", "no run of this project is stored yet", "nap/wall"]);
    dir.run("run --strict").check(3, &["INCONCLUSIVE"]);
    for _ in 0..12 {
        dir.run("run -q").check(0, &[]);
    }
    dir.run("run").check(0, &["PASS"]);
    dir.write("time", "0.25");
    let slow = dir.run("run").check(1, &["FAIL", "nap/wall", "slower"]);
    assert!(slow.err.contains("nap"), "progress goes to stderr");
    let bundle = dir.json("out/bundle.json");
    let comparison = bundle["comparisons"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["series"]["metric"] == "wall"))
        .expect("wall is compared");
    let effect = &comparison["effect"];
    assert!(effect["lo"].as_f64() > Some(1.0) && effect["hi"].as_f64() < Some(20.0), "{effect}");
    for report in ["out/report.md", "out/report.txt", "out/junit.xml", "out/strict.xml"] {
        assert!(dir.read(report).contains("nap/wall"), "{report}");
    }
    let metrics = dir.read("out/metrics.txt");
    assert!(metrics.contains("pacegate_seconds{target=\"nap\",metric=\"wall\"} "), "{metrics}");
    assert!(dir.read("out/codequality.json").contains("\"critical\""));
    assert_eq!(dir.read("out/load.json"), "{\n  \"metrics\": {}\n}\n");
    assert!(dir.read("out/junit.xml").contains("failures=\"1\""));

    // A run that failed feeds no baseline, however often it is repeated.
    for _ in 0..3 {
        dir.run("run -q").check(1, &["FAIL"]);
    }
    // The same stored run judged again gives the same verdict; under a waiver it warns.
    dir.run("check").check(1, &["FAIL"]);
    let waived = format!(
        "{CONFIG}waivers: [ {{ series: nap/wall, reason: 'see #12', ceiling: 900%, until: 2999-01-31 }} ]\n"
    );
    dir.write("gates.yaml", waived);
    dir.run("check").check(0, &["WARN", "see #12"]);
    dir.write("time", "0.05");
    dir.write("gates.yaml", CONFIG);
    dir.run("run").check(0, &["PASS"]);
}

#[test]
fn a_target_that_left_the_configuration_is_missing() {
    let other = CONFIG.replace(
        "gates:",
        "  other: { command: { run: ['true'], warmup: 0, samples: 3 } }\ngates:\n  - { series: '*/wall', limit: { max: 9s } }",
    );
    let dir = Dir::with(&other);
    dir.write("time", "0");
    dir.run("run").check(0, &[]);
    dir.run("run --only nap").check(0, &["--only"]);
    dir.write(
        "gates.yaml",
        other.replace("  other: { command: { run: ['true'], warmup: 0, samples: 3 } }\n", ""),
    );
    dir.run("run").check(1, &["MISSING", "other/wall"]);
}

#[test]
fn a_part_that_was_measured_is_judged_again_as_a_part() {
    let dir = Dir::with(&CONFIG.replace(
        "gates:",
        "  other: { command: { run: ['true'], warmup: 0, samples: 3 } }\ngates:\n  - { series: other/wall, limit: { max: 9s } }",
    ));
    dir.write("time", "0");
    dir.run("run").check(0, &[]);
    dir.run("run --only nap").check(0, &["--only"]);
    dir.run("check").check(0, &["nap/wall"]);
}

#[test]
fn a_branch_that_is_not_trusted_feeds_no_baseline() {
    let dir = Dir::with(CONFIG);
    dir.write("time", "0");
    for _ in 0..2 {
        dir.run("run --branch topic").check(0, &["NO-BASELINE", "topic"]);
    }
    dir.run("run --branch main").check(0, &["NO-BASELINE"]);
    dir.run("run --branch topic").check(0, &["INCONCLUSIVE"]);
    dir.run("run --branch topic --no-store").check(0, &["INCONCLUSIVE"]);
}

#[test]
fn json_on_stdout_is_the_bundle_and_nothing_else() {
    let dir = Dir::with(CONFIG);
    dir.write("time", "0");
    let ended = dir.run("run --format json").check(0, &[]);
    let printed: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(printed, dir.json("out/bundle.json"));
    assert!(ended.out.is_ascii() || !ended.out.contains('\u{1b}'));
}

#[test]
fn schemas_and_help_are_printed() {
    let dir = Dir::new();
    for document in ["config", "bundle", "run"] {
        let schema = dir.run(&format!("schema {document}")).check(0, &[]).out;
        let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{document}");
    }
    dir.run("--help").check(0, &["Exit codes:", "130"]);
    dir.run("--version").check(0, &[concat!("pacegate ", env!("CARGO_PKG_VERSION"))]);
}
