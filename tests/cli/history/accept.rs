//! Accepting a known step: earlier runs are no baseline from then on.

use super::past::{CONFIG, at, commit, git, objects, past, put, repository, run, target};
use crate::dir::Dir;
use pacegate::model::{Run, Verdict};

const STEP: u32 = 11;

/// A repository of ten runs around 1 s, and one of 1.3 s that failed; gives the commits.
fn slower() -> (Dir, Vec<String>) {
    let dir = Dir::with(CONFIG);
    repository(&dir);
    let commits: Vec<String> = (0..=STEP).map(|_| commit(&dir)).collect();
    let before = (1..STEP).map(|n| (at(&commits[n as usize], run(n, 1.0)), Verdict::Pass));
    put(&dir, before);
    put(&dir, [(at(&commits[STEP as usize], run(STEP, 1.3)), Verdict::Fail)]);
    (dir, commits)
}

fn accept(dir: &Dir, series: &str, commit: &str) {
    let mut command = dir.command(&format!("history accept {series} --commit {commit} --reason"));
    let ended = command.arg("checks every signature, see #12").output().expect("run the command");
    let out = String::from_utf8(ended.stdout).expect("UTF-8");
    assert!(ended.status.success() && out.contains("gates.accepted.yaml"), "{out}");
}

#[test]
fn an_accepted_step_begins_a_new_baseline() {
    let (dir, commits) = slower();
    dir.run("check").check(1, &["FAIL", "parse/time is 30 % slower"]);
    accept(&dir, "parse/*", "HEAD");
    let file = dir.read("gates.accepted.yaml");
    assert!(file.contains(&commits[STEP as usize]) && file.contains("see #12"), "{file}");
    dir.run("check").check(0, &["NO-BASELINE", "no run on this side of an accepted step"]);
    dir.run("check --strict").check(4, &[]);

    let next = |n: u32, level| {
        put(&dir, [(at(&commit(&dir), run(n, level)), Verdict::Pass)]);
    };
    for n in 12..15 {
        next(n, 1.3);
    }
    dir.run("check").check(0, &["INCONCLUSIVE", "2 of the 5 baseline runs needed"]);
    for n in 15..18 {
        next(n, 1.3);
    }
    let note = "compared with 5 baseline runs on its side of the step accepted at";
    dir.run("check").check(0, &["PASS", note, "10 on the other side were passed over"]);
    let regime = &dir.json("bundle.json")["comparisons"][0]["regime"];
    assert_eq!(regime["border"]["why"], "accepted");
    assert_eq!(regime["border"]["commit"], commits[STEP as usize].as_str());
    assert_eq!((regime["runs"].as_u64(), regime["passed_over"].as_u64()), (Some(5), Some(10)));
    // The new level is held to, as the old one was.
    next(18, 2.0);
    dir.run("check").check(1, &["FAIL", "compared with 6 baseline runs on its side of the step"]);
}

#[test]
fn it_concerns_the_series_that_it_names_alone() {
    let two = |n: u32, level: f64| {
        let mut run = run(n, level);
        run.targets.push(target("index", "time", run.targets[0].elapsed * level));
        run
    };
    let dir = past((1..STEP).map(|n| two(n, 1.0)).chain([two(STEP, 1.3)]));
    dir.write("gates.yaml", CONFIG.replace("parse/*", "*/time"));
    accept(&dir, "parse/time", &format!("{STEP:040x}"));
    dir.run("check").check(1, &["FAIL", "index/time is 30 % slower"]);
    let judgements = dir.json("bundle.json")["judgements"].clone();
    assert_eq!(judgements[0]["verdict"], "no-baseline");
}

#[test]
fn without_a_repository_stored_runs_tell_what_came_later() {
    // All of these commits are unknown to git, and the step was committed long after its run.
    let dir = past((1..STEP).map(|n| run(n, 1.0)).chain((STEP..STEP + 6).map(|n| run(n, 1.3))));
    accept(&dir, "parse/*", &format!("{STEP:040x}"));
    let written = dir.read("gates.accepted.yaml");
    let later = written.replace("2026-01-01T00:11:00Z", "2027-01-01T00:00:00Z");
    dir.write("gates.accepted.yaml", &later);
    dir.run("check").check(0, &["PASS", "compared with 5 baseline runs"]);
    // Without a run at the commit its time decides.
    let unmeasured = |text: &str| text.replace(&format!("{STEP:040x}"), &"abc1".repeat(10));
    dir.write("gates.accepted.yaml", unmeasured(&later));
    dir.run("check").check(1, &["FAIL", "set aside"]);
    dir.write("gates.accepted.yaml", unmeasured(&written));
    dir.run("check").check(0, &["PASS", "the step accepted at abc1abc1"]);
}

#[test]
fn a_branch_from_before_the_step_is_compared_with_runs_from_before_it() {
    let dir = Dir::with(CONFIG);
    repository(&dir);
    let commits: Vec<String> = (0..14).map(|_| commit(&dir)).collect();
    let level = |n: u32| if n < 8 { 1.0 } else { 0.5 };
    put(&dir, (1..14).map(|n| (at(&commits[n as usize], run(n, level(n))), Verdict::Pass)));
    git(&dir, &format!("checkout -q -b topic {}", commits[6]));
    let mut topic = at(&commit(&dir), run(14, 1.0));
    (topic.trusted, topic.revision.branch) = (false, Some("topic".to_owned()));
    put(&dir, [(topic, Verdict::Pass)]);
    accept(&dir, "parse/*", &commits[8]);
    dir.run("check").check(0, &["PASS", "compared with 7 baseline runs", "6 on the other side"]);
}

#[test]
fn a_run_at_an_accepted_step_is_never_pruned() {
    let (dir, commits) = slower();
    accept(&dir, "parse/*", &commits[3]);
    let again = at(&commits[3], Run { started: run(9, 1.0).started, ..run(40, 1.0) });
    put(&dir, [(again, Verdict::Pass)]);
    dir.run("history prune --keep 2")
        .check(0, &["8 runs removed; 4 runs stay, 1 of them since a release or an accepted step"]);
    let left = objects(&dir.run("history list --format json").out);
    assert_eq!(left[3]["commit"], commits[3].as_str());
    assert_eq!(left[3]["started"], "2026-01-01T00:03:00Z");
}

#[test]
fn what_cannot_be_accepted_is_told() {
    let (dir, commits) = slower();
    let check = |arguments: &str, texts: &[&str]| {
        dir.run(&format!("history accept {arguments}")).check(2, texts);
        assert!(!dir.path("gates.accepted.yaml").exists());
    };
    check("parse/* --commit HEAD", &["--reason"]);
    check("parse/* --reason x", &["--commit"]);
    check("parse/* --commit HEAD --reason=", &["say what made the step"]);
    check("parse/[ --commit HEAD --reason x", &["`parse/[` is not a glob"]);
    check(
        "parse/tme --commit HEAD --reason x",
        &["matches no stored series", "the nearest is `parse/time`"],
    );
    check("parse/* --commit nowhere --reason x", &["no commit `nowhere`"]);
    check("parse/* --commit --all --reason x", &["--commit"]);
    check("parse/* --commit=--all --reason x", &["no commit `--all`"]);
    check("parse/* --commit 000000 --reason x", &["no commit `000000`"]);
    accept(&dir, "parse/*", &commits[2]);
    dir.run(&format!("history accept parse/* --commit {} --reason y", commits[2]))
        .check(2, &["is accepted from that commit on already"]);
}

#[test]
fn a_file_that_is_not_in_order_is_told_with_its_place() {
    let (dir, _) = slower();
    for (text, message) in [
        ("version: 1\nsteps:\n  - { series: x, comit: abcdef01 }\n", "unknown key `comit`"),
        ("version: 2\nsteps: []\n", "version 2"),
        ("steps: {", "gates.accepted.yaml"),
    ] {
        dir.write("gates.accepted.yaml", text);
        for verb in
            ["check", "run", "history list", "history accept parse/* --commit HEAD --reason x"]
        {
            dir.run(verb).check(2, &["gates.accepted.yaml", message]);
        }
    }
    dir.write("gates.accepted.yaml", "version: 1\nsteps: []\n");
    dir.run("history accept parse/* --commit HEAD --reason x")
        .check(2, &["no line can be added", "add it to `steps`"]);
    dir.write("gates.yaml", CONFIG.replace("bundle.json", "gates.accepted.yaml"));
    dir.run("check").check(2, &["the configuration or the history lies there"]);
}
