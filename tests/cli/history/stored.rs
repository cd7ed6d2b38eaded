//! Listing, showing, exporting and pruning.

use super::past::{CONFIG, id, machine, objects, past, put, run, target};
use crate::dir::Dir;
use pacegate::model::{Failure, Run, Stage, Verdict};

/// Three runs: the newest failed on another machine, the middle one is of a branch.
fn three() -> Dir {
    let dir = past([run(1, 1.0)]);
    let mut topic = run(2, 1.0);
    (topic.trusted, topic.revision.branch) = (false, Some("topic".to_owned()));
    topic.revision.dirty = true;
    let failed = Run { environment: machine("other"), ..run(3, 2.0) };
    put(&dir, [(topic, Verdict::Inconclusive), (failed, Verdict::Fail)]);
    dir
}

#[test]
fn runs_are_listed_newest_first() {
    let dir = three();
    let listed = objects(&dir.run("history list --format json").check(0, &[]).out);
    let column = |name: &str| listed.iter().map(|run| run[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("id"), [3, 2, 1].map(|n| id(n).to_string()));
    assert_eq!(column("verdict"), ["fail", "inconclusive", "pass"]);
    assert_eq!(column("baseline"), [false, false, true]);
    assert_eq!(column("trusted"), [true, false, true]);
    assert_eq!(column("branch"), ["main", "topic", "main"]);
    assert_eq!(column("targets"), [1, 1, 1]);
    assert_eq!(listed[0]["environment"]["cpu"], "other");
    assert_eq!(listed[0]["started"], "2026-01-01T00:03:00Z");
    assert_eq!(
        objects(&dir.run("history list --limit 2 --format json").check(0, &[]).out),
        listed[..2]
    );

    let text = dir.run("history list").check(0, &["machine 1: other, 2 cores"]).out;
    let first = text.lines().nth(1).expect("a run");
    assert_eq!(
        first.split_whitespace().collect::<Vec<_>>(),
        ["00000000-0003", "2026-01-01", "00:03", "00000000", "main", "1", "fail", "no", "1"]
    );
    assert_eq!(text.lines().count(), 6, "{text}");
    // No run of the configuration's branches is left.
    dir.write("gates.yaml", format!("{CONFIG}baseline: {{ branches: [trunk] }}\n"));
    let listed = objects(&dir.run("history list --format json").check(0, &[]).out);
    assert!(listed.iter().all(|run| run["baseline"] == false));
}

#[test]
fn a_run_is_shown_by_its_id_its_start_or_as_the_latest() {
    let dir = three();
    for which in [id(2).to_string().as_str(), "00000000-0002"] {
        let shown =
            objects(&dir.run(&format!("history show {which} --format json")).check(0, &[]).out);
        assert_eq!(shown[0]["id"], id(2).to_string());
        assert_eq!(shown[0]["series"][0]["series"], "parse/time");
        assert_eq!(shown[0]["series"][0]["unit"], "s");
        assert!((shown[0]["series"][0]["value"].as_f64().expect("a value") - 0.998).abs() < 1e-12);
    }
    dir.run("history show 00000000-0002")
        .check(0, &["branch topic", "uncommitted", "feeds no baseline", "parse/time", "998 ms"]);
    dir.run("history show latest").check(0, &["fail, feeds no baseline", "other, 2 cores"]);
    dir.run("history show 0").check(2, &["`0` begins the id of several runs"]);
    dir.run("history show f").check(2, &["no stored run of project `p`", "the newest is"]);
}

#[test]
fn what_could_not_be_measured_is_shown() {
    let failure = Failure {
        target: "index".into(),
        stage: Stage::Measure,
        error: "exit status 3\n\nsorry".into(),
    };
    let dir = past([Run { failures: vec![failure], ..run(1, 1.0) }]);
    dir.run("history show latest")
        .check(0, &["not measured: index (while measuring)", "exit status 3 sorry"]);
    let shown = objects(&dir.run("history show latest --format json").check(0, &[]).out);
    assert_eq!(shown[0]["failures"][0]["stage"], "measure");
}

#[test]
fn everything_that_is_stored_comes_out_and_can_be_judged() {
    let dir = three();
    let lines = dir.run("history export").check(0, &[]).out;
    let exported: Vec<Run> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a run")).collect();
    assert_eq!(exported.iter().map(|run| run.id).collect::<Vec<_>>(), [1, 2, 3].map(id));
    assert_eq!(exported[0], run(1, 1.0));
    for (name, line) in ["a.json", "b.json"].iter().zip(lines.lines()) {
        dir.write(name, line);
    }
    dir.run("check --baseline a.json --head b.json").check(0, &["parse/time"]);
}

#[test]
fn old_runs_are_pruned() {
    let dir = three();
    let left = || dir.run("history list --format json").out.lines().count();
    // The only run that feeds the baseline stays, however many newer ones do not.
    dir.run("history prune --keep 1 --dry-run")
        .check(0, &["00000000-0002", "1 run would be removed; 2 runs stay"]);
    assert_eq!(left(), 3);
    let gone = objects(&dir.run("history prune --keep 1 --format json").check(0, &[]).out);
    assert_eq!(gone.len(), 1);
    assert_eq!((gone[0]["id"].as_str(), left()), (Some(id(2).to_string().as_str()), 2));
    dir.run("history prune --keep 1").check(0, &["0 runs removed; 2 runs stay"]);
    dir.run("history prune --older-than 100000d").check(0, &["0 runs removed"]);
    dir.run("history prune --older-than 1ns").check(0, &["2 runs removed; 0 runs stay"]);
    dir.run("history list").check(2, &["no run of project `p` is stored in", "history.db"]);
}

#[test]
fn what_is_to_be_pruned_must_be_said() {
    let dir = three();
    for (arguments, text) in [
        ("", "--keep"),
        ("--keep 2 --older-than 3d", "cannot be used with"),
        ("--keep 0", "0 is not in 1"),
        ("--keep -1", "--keep"),
        ("--older-than 0d", "that is all runs"),
        ("--older-than 90", "the time `90` has no unit; write `90ms`, `90s`, `90min` or `90d`"),
        ("--older-than 0", "that is all runs"),
        ("--older-than soon", "soon"),
    ] {
        dir.run(&format!("history prune {arguments}")).check(2, &[text]);
    }
    assert_eq!(dir.run("history list --format json").out.lines().count(), 3);
}

#[test]
fn without_a_history_every_verb_says_where_it_would_be() {
    let dir = Dir::with(CONFIG);
    let verbs = ["list", "show latest", "export", "prune --keep 3"];
    for verb in verbs {
        dir.run(&format!("history {verb}")).check(
            2,
            &["no run of project `p` is stored in", ".pacegate/history.db", "pacegate run"],
        );
    }
    dir.run("check").check(2, &["no run of project `p` is stored in"]);
    assert!(!dir.path(".pacegate").exists(), "looking makes no history");
    for verb in verbs {
        dir.run(&format!("history {verb} --config nowhere.yaml")).check(2, &["nowhere.yaml"]);
    }
    dir.write(
        ".pacegate/history.db",
        "no database, by far not one of the sort that is needed here",
    );
    for verb in verbs {
        dir.run(&format!("history {verb}")).check(5, &["not an SQLite database"]);
    }
}

#[test]
fn runs_of_other_projects_are_neither_seen_nor_removed() {
    let dir = past([run(1, 1.0)]);
    put(&dir, [(Run { project: "q".into(), ..run(2, 1.0) }, Verdict::Pass)]);
    assert_eq!(dir.run("history list --format json").out.lines().count(), 1);
    dir.run("history show 00000000-0002").check(2, &["no stored run"]);
    dir.run("history prune --older-than 1ns").check(0, &["1 run removed; 0 runs stay"]);
    dir.write("gates.yaml", CONFIG.replace("project: p", "project: q"));
    assert_eq!(dir.run("history export").check(0, &[]).out.lines().count(), 1);
}

#[test]
fn what_a_run_is_called_commands_no_terminal_and_no_log() {
    let mut hostile = run(1, 1.0);
    let name = "::error::\u{1b}[31m##vso[x]\u{202e}\nx";
    hostile.revision.branch = Some(name.to_owned());
    hostile.revision.commit = Some(name.to_owned());
    hostile.environment.cpu = name.to_owned();
    hostile.targets = vec![target("::set-env\u{1b}[2J\u{7}", "t", 1.0)];
    let dir = past([hostile]);
    for verb in
        ["list", "show latest", "export", "prune --keep 1", "prune --older-than 1ns --dry-run"]
    {
        for format in ["text", "json"] {
            let format =
                if verb == "export" { String::new() } else { format!(" --format {format}") };
            let out = dir.run(&format!("history {verb}{format}")).check(0, &[]).out;
            assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{verb}: {out:?}");
            let commands = |line: &str| line.trim_start().starts_with("::") || line.contains("##");
            assert!(!out.lines().any(commands), "{verb}: {out}");
        }
    }
}

#[test]
fn a_damaged_history_is_told_whatever_is_asked_of_it() {
    let dir = past((1..60).map(|n| run(n, 1.0)));
    let whole = std::fs::read(dir.path(".pacegate/history.db")).expect("the store");
    let verbs = [
        "list",
        "show latest",
        "points",
        "accept parse/* --commit 0000000001 --reason x",
        "export",
        "export --format csv",
        "prune --keep 3",
    ];
    for size in [whole.len() / 2, 5000, 100] {
        for verb in verbs {
            dir.write(".pacegate/history.db", &whole[..size]);
            dir.run(&format!("history {verb}")).check(5, &["history.db", "store"]);
        }
    }
}
