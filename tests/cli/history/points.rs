//! Change points of what is stored, and the table of it that can be searched without a store.

use super::past::{CONFIG, at, commit, machine, objects, past, put, repository, run, target};
use crate::dir::Dir;
use pacegate::model::{Engine, Run, Verdict};

const STEP: u32 = 21;

fn level(n: u32) -> f64 {
    if n < STEP { 1.0 } else { 1.2 }
}

/// Forty runs, slower from `STEP` on, of which those that are slower failed.
fn slower() -> Dir {
    let dir = past((1..STEP).map(|n| run(n, level(n))));
    put(&dir, (STEP..41).map(|n| (run(n, level(n)), Verdict::Fail)));
    dir
}

#[test]
fn a_change_is_found_between_two_commits() {
    let dir = slower();
    let points = objects(&dir.run("history points --format json").check(0, &[]).out);
    assert_eq!(points.len(), 1);
    let point = &points[0];
    assert_eq!(
        (point["series"].as_str(), point["status"].as_str()),
        (Some("parse/time"), Some("confirmed"))
    );
    assert_eq!(point["index"], STEP - 1);
    assert_eq!(point["last_good"], format!("{:040x}", STEP - 1));
    assert_eq!(point["commit"], format!("{STEP:040x}"));
    let number = |key: &str| point[key].as_f64().expect("a number");
    assert!(number("lo") < 0.2 && (number("effect") - 0.2).abs() < 0.005 && number("hi") > 0.2);
    let sentence = "1 change point in 1 of 1 series of 40 values. 40 runs on a cpu, 2 cores";
    dir.run("history points")
        .check(0, &["parse/time 20 00000000..00000000 +20 %", "confirmed", sentence]);
    dir.run("history points --least 30%").check(0, &["No change point in 1 series"]);
    assert_eq!(dir.run("history points --least 30% --format json").check(0, &[]).out, "");
}

#[test]
fn creep_is_told_by_a_line_of_its_own() {
    let level = |n: u32| 1.0 + f64::from(n) * 5e-4 + [-0.02, 0.025, -0.025, 0.02][n as usize % 4];
    let dir = past((1..101).map(|n| run(n, level(n))));
    dir.run("history points").check(0, &["parse/time creeps: +", "since index 0"]);
    let lines = objects(&dir.run("history points --format json").check(0, &[]).out);
    let [creep] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&creep["series"], &creep["status"]), (&"parse/time".into(), &"creep".into()));
    assert_eq!((&creep["index"], &creep["commit"]), (&0.into(), &format!("{:040x}", 1).into()));
    let number = |key: &str| creep[key].as_f64().expect("a number");
    assert!(number("lo") > 0.0 && (number("effect") - 0.05).abs() < 0.02, "{creep}");
    assert!(number("hi") > number("effect") && creep["last_good"].is_null(), "{creep}");
}

#[test]
fn an_exported_table_gives_the_same_change_points() {
    let dir = slower();
    let table = dir.run("history export --format csv").check(0, &[]).out;
    assert_eq!(table.lines().next(), Some("\"series\",\"unit\",\"commit\",\"time\",\"value\""));
    let first = format!("\"parse/time\",\"s\",\"{:040x}\",\"2026-01-01T00:01:00Z\",\"1.003\"", 1);
    assert_eq!((table.lines().nth(1), table.lines().count()), (Some(first.as_str()), 41));
    dir.write("past.csv", &table);
    let without = |mut point: serde_json::Value| {
        point.as_object_mut().expect("an object").remove("last_good");
        point
    };
    let stored = objects(&dir.run("history points --format json").out);
    let read = objects(&dir.run("history points --from past.csv --format json").check(0, &[]).out);
    assert_eq!(stored.into_iter().map(without).collect::<Vec<_>>(), read);
}

#[test]
fn runs_stand_in_the_order_of_their_commits() {
    let dir = Dir::with(CONFIG);
    repository(&dir);
    let commits: Vec<String> = (0..41).map(|_| commit(&dir)).collect();
    // Measured the other way round.
    let late = |n: u32| {
        at(&commits[n as usize], Run { started: run(100 - n, 1.0).started, ..run(n, level(n)) })
    };
    put(&dir, (1..41).map(|n| (late(n), Verdict::Pass)));
    let points = objects(&dir.run("history points --format json").check(0, &[]).out);
    assert_eq!(points[0]["commit"], commits[STEP as usize].as_str());
    assert!(points[0]["effect"].as_f64() > Some(0.0), "{points:?}");
}

#[test]
fn an_accepted_step_is_no_change_point() {
    let dir = slower();
    dir.run(&format!("history accept parse/* --commit {STEP:040x} --reason x")).check(0, &[]);
    dir.run("history points").check(0, &["No change point in 1 series of 40 values"]);
    // Of other series it is.
    let other = dir.read("gates.accepted.yaml").replace("parse/*", "index/*");
    dir.write("gates.accepted.yaml", other);
    dir.run("history points").check(0, &["1 change point"]);
}

#[test]
fn only_what_belongs_together_is_one_series() {
    let dir = slower();
    let two = |n: u32| {
        let mut run = run(n, level(n));
        run.targets.push(target("index", "time", 2.0));
        run
    };
    // Another machine, another branch, a tree with changes, an interrupted run.
    let elsewhere =
        (50..60).map(|n| (Run { environment: machine("other"), ..run(n, 9.0) }, Verdict::Pass));
    put(&dir, elsewhere);
    let mut topic = run(60, 9.0);
    topic.revision.branch = Some("topic".to_owned());
    put(&dir, [(topic, Verdict::Pass), (Run { trusted: false, ..run(61, 9.0) }, Verdict::Pass)]);
    put(&dir, [(Run { cut_short: true, ..run(62, 9.0) }, Verdict::Inconclusive)]);
    put(&dir, [(two(63), Verdict::Pass)]);
    dir.run("history points").check(
        0,
        &["series of 42 values", "41 runs on a cpu", "10 runs of other classes left out"],
    );
    dir.run("history points index/*").check(0, &["No change point in 1 series of 1 value."]);
    dir.run("history points parse/tme")
        .check(2, &["`parse/tme` matches no stored series; the nearest is `parse/time`"]);
    dir.run("history points [").check(2, &["`[` is not a glob"]);
    dir.run("history points parse/* --from x.csv").check(2, &["cannot be used with"]);
    // Measured in another way, it begins anew.
    let mut otherwise = run(64, 1.2);
    otherwise.targets[0].engine = Engine::Criterion;
    put(&dir, [(otherwise, Verdict::Pass)]);
    dir.run("history points parse/*").check(0, &["No change point in 1 series of 1 value."]);
}

#[test]
fn without_a_run_on_a_trusted_branch_there_is_no_series() {
    let dir = slower();
    dir.write("gates.yaml", format!("{CONFIG}baseline: {{ branches: [trunk, stable] }}\n"));
    for verb in ["points", "export --format csv"] {
        dir.run(&format!("history {verb}"))
            .check(2, &["no complete run of a clean tree on `trunk` or `stable`"]);
    }
    let dir = Dir::with(CONFIG);
    dir.run("history points").check(2, &["no run of project `p` is stored in"]);
}

#[test]
fn names_of_series_command_no_terminal_and_no_log() {
    let hostile = |n: u32| {
        let mut run = run(n, level(n));
        run.targets[0].name = "::error::\u{1b}[2J\u{202e}x".to_owned();
        run.revision.commit = Some("::stop-commands::\u{7}".to_owned());
        run
    };
    let dir = past((1..41).map(hostile));
    for verb in ["points", "points --format json", "export --format csv"] {
        let out = dir.run(&format!("history {verb}")).check(0, &[]).out;
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{verb}: {out:?}");
        assert!(!out.lines().any(|line| line.trim_start().starts_with("::")), "{verb}: {out}");
    }
}
