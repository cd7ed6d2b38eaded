//! `check` on run files in the native format, and `report` on bundles.

use pacegate::model::{
    Data, Engine, Environment, Measurement, Metric, Noise, RUN_FORMAT, RUN_VERSION, Revision, Run,
    Sample, Target, Unit,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::dir::Dir;

const GATE: &str = "version: 1
project: parser
reports: [ { json: bundle.json } ]
gates: [ { series: 'parse/*', regression: { max: 3% } } ]
";

/// A run of one target whose processes took these times, in seconds.
fn run(minute: i64, metric: &str, times: &[f64]) -> Run {
    Run {
        format: RUN_FORMAT.to_owned(),
        version: RUN_VERSION,
        id: Uuid::from_u128(minute.unsigned_abs().into()),
        project: "parser".to_owned(),
        started: OffsetDateTime::UNIX_EPOCH + time::Duration::minutes(minute),
        elapsed: 1.0,
        revision: Revision::default(),
        environment: Environment {
            cpu: "cpu".to_owned(),
            cores: 2,
            arch: "x86_64".to_owned(),
            os: "linux".to_owned(),
            image: "image".to_owned(),
            toolchain: String::new(),
        },
        noise: Noise::default(),
        targets: vec![Target {
            name: "parse".to_owned(),
            engine: Engine::Import,
            definition: String::new(),
            measurements: vec![Measurement {
                metric: Metric::lower(metric, Unit::Seconds),
                data: Data::Sample(Sample::of_processes(times.iter().copied()).unwrap()),
                quantum: 0.0,
            }],
            validity: None,
            elapsed: 1.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        }],
        failures: vec![],
        cut_short: false,
        trusted: true,
        warnings: vec![],
    }
}

fn write(dir: &Dir, name: &str, run: &Run) {
    dir.write(name, serde_json::to_string(run).unwrap());
}

/// Twelve processes within 1 % of `level`.
fn around(level: f64) -> Vec<f64> {
    let offsets = [0.0, 3.0, -2.0, 5.0, -4.0, 1.0, 2.0, -5.0, 4.0, -1.0, -3.0, 0.5];
    offsets.map(|offset| level * (1.0 + offset * 1e-3)).to_vec()
}

fn compared(base: &[f64], head: &[f64]) -> Dir {
    let dir = Dir::with(GATE);
    write(&dir, "base.json", &run(1, "time", base));
    write(&dir, "head.json", &run(2, "time", head));
    dir
}

const CHECK: &str = "check --baseline base.json --head head.json";

#[test]
fn a_slower_head_fails_and_an_equal_one_passes() {
    let slower = compared(&around(1.0), &around(1.1));
    slower.run(CHECK).check(1, &["FAIL", "parse/time is 10 % slower"]);
    assert_eq!(slower.json("bundle.json")["verdict"], "fail");
    compared(&around(1.0), &around(1.0)).run(CHECK).check(0, &["PASS"]);
    compared(&around(1.0), &around(0.9)).run(CHECK).check(0, &["IMPROVED"]);
}

#[test]
fn one_process_a_side_is_never_a_guess() {
    let dir = compared(&[1.0], &[2.0]);
    dir.run(CHECK).check(0, &["INCONCLUSIVE"]);
    dir.run(&format!("{CHECK} --strict")).check(3, &[]);
}

#[test]
fn nothing_is_opened_that_was_not_named() {
    let dir = compared(&around(1.0), &around(1.0));
    dir.run(CHECK).check(0, &[]);
    assert!(!dir.path(".pacegate").exists(), "comparing two files needs no history");
}

#[test]
fn a_metric_that_vanished_fails() {
    let dir = compared(&around(1.0), &around(1.0));
    write(&dir, "head.json", &run(2, "cycles", &around(1.0)));
    dir.run(CHECK).check(1, &["MISSING", "parse/time"]);
}

#[test]
fn another_machine_class_is_no_baseline() {
    let dir = compared(&around(1.0), &around(1.0));
    let mut base = run(1, "time", &around(1.0));
    base.environment.cpu = "another cpu".to_owned();
    write(&dir, "base.json", &base);
    dir.run(CHECK).check(0, &["NO-BASELINE", "cpu -> another cpu"]);
    dir.run(&format!("{CHECK} --strict")).check(4, &[]);
}

#[test]
fn files_of_other_projects_and_the_head_itself_are_no_baseline() {
    let dir = compared(&around(1.0), &around(1.0));
    dir.run("check --baseline head.json --head head.json")
        .check(2, &["the run that is to be judged"]);
    let other = Run { project: "lexer".to_owned(), ..run(1, "time", &around(1.0)) };
    write(&dir, "base.json", &other);
    dir.run(CHECK).check(2, &["`base.json`", "project `lexer`"]);
    write(&dir, "head.json", &other);
    dir.run(CHECK).check(2, &["`head.json`", "project `lexer`"]);
}

#[test]
fn a_run_that_is_named_often_counts_once() {
    let dir = compared(&[1.0], &[2.0]);
    let five = " --baseline base.json".repeat(5);
    dir.run(&format!("check --head head.json{five}")).check(0, &["INCONCLUSIVE"]);
    assert_eq!(dir.json("bundle.json")["baseline_runs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_a_file_holds_commands_no_terminal_and_no_log() {
    let dir = compared(&around(1.0), &around(1.0));
    let hostile = r#"{"format":"pacegate-run","version":1,"\n::stop-commands::x\u001b[31m":1}"#;
    dir.write("head.json", hostile);
    let err = dir.run(CHECK).check(2, &["unknown field"]).err;
    assert!(!err.contains('\u{1b}'), "{err:?}");
    assert!(err.lines().all(|line| !line.trim_start().starts_with("::")), "{err}");
}

#[test]
fn zero_and_negative_baselines_divide_nothing() {
    let untimed = compared(&[0.0; 12], &[0.0; 12]).run(&format!("{CHECK} --strict"));
    untimed.check(3, &["INCONCLUSIVE", "every time is 0 in base and head"]);
    compared(&[-1.0; 12], &around(1.0)).run(CHECK).check(2, &["`base.json`", "below 0"]);
}

#[test]
fn a_value_that_is_no_number_never_passes() {
    let dir = compared(&around(1.0), &around(1.0));
    let text = dir.read("head.json").replacen("1.0", "NaN", 1);
    dir.write("head.json", text);
    dir.run(CHECK).check(2, &["failed to read `head.json`", "line 1"]);
    let text = dir.read("base.json").replacen("1.003", "1e999", 1);
    dir.write("head.json", text);
    dir.run(CHECK).check(2, &["failed to read `head.json`"]);
}

#[test]
fn documents_that_are_none_are_refused_with_the_reason() {
    let dir = compared(&around(1.0), &around(1.0));
    let check = |text: &[u8], reason: &str| {
        dir.write("head.json", text);
        dir.run(CHECK).check(2, &["failed to read `head.json`", reason]);
    };
    check(b"", "not a document");
    check(b"\xff\xfe", "not UTF-8");
    check(b"{\"format\": \"junit\", \"version\": 1}", "its format is `junit`");
    let run = dir.read("base.json");
    check(run.replacen("\"version\":1", "\"version\":99", 1).as_bytes(), "use a newer pacegate");
    check(run.replacen("\"parse\"", "\"\"", 1).as_bytes(), "the name of a target");
    check(run.replacen("\"project\"", "\"projekt\"", 1).as_bytes(), "projekt");
    check(&run.as_bytes()[..run.len() / 2], "EOF");
    dir.run("check --baseline base.json --head nowhere.json")
        .check(2, &["nowhere.json", "No such"]);
    dir.run("check --baseline base.json --head .").check(2, &["directory"]);
}

#[test]
fn a_bundle_is_drawn_again_in_every_form() {
    let dir = compared(&around(1.0), &around(1.1));
    dir.run(CHECK).check(1, &[]);
    dir.run("report bundle.json").check(0, &["FAIL"]);
    dir.run("report bundle.json --format junit").check(0, &["<testsuites", "failures=\"1\""]);
    dir.run("report bundle.json --format junit-strict").check(0, &["<testsuites"]);
    dir.run("report bundle.json --format markdown").check(0, &["parse/time"]);
    dir.run("report bundle.json --format codequality").check(0, &["fingerprint", "critical"]);
    dir.run("report bundle.json --format openmetrics").check(0, &["pacegate_seconds{", "# EOF"]);
    dir.run("report bundle.json --format load-performance").check(0, &["metrics"]);
    let json = dir.run("report bundle.json --format json").check(0, &[]);
    assert_eq!(json.out, dir.read("bundle.json"));
    let into = |path: &str| format!("report bundle.json --format junit --output {path}");
    dir.run(&into("new/out/junit.xml")).check(0, &[]);
    assert!(dir.read("new/out/junit.xml").contains("<testsuites"));
    dir.run(&into("bundle.json/junit.xml")).check(6, &["bundle.json/junit.xml"]);
    dir.run(&into("/dev/full")).check(6, &["/dev/full"]);
    dir.run("report head.json").check(2, &["holds no verdicts"]);
    let forged =
        dir.read("bundle.json").replacen("\"verdict\": \"fail\"", "\"verdict\": \"pass\"", 1);
    dir.write("forged.json", forged);
    dir.run("report forged.json").check(2, &["it says `pass`, and its judgements make `fail`"]);
    write(&dir, "again.json", &run(3, "time", &around(1.1)));
    dir.run("check --baseline bundle.json --head again.json").check(0, &["PASS"]);
}
