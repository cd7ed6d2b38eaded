//! `doctor`: what it tells of this machine, whichever that is, and what it refuses.

use crate::dir::Dir;

/// A benchmark that works, one that does not, and a gate of its own for the first.
const CONFIG: &str = "version: 1
project: p
build: [ [sh, -c, 'echo built >> built'] ]
benchmarks:
  quick: { command: { run: [sh, -c, 'echo run >> runs'], cleanup: [touch, clean], warmup: 2 } }
  broken: { command: { run: [sh, -c, 'echo why >&2; exit 3'], warmup: 0 } }
  benches: { criterion: { command: [cargo, bench] } }
gates:
  - { series: 'quick/wall', regression: { max: 10% } }
  - { series: 'quick/wall', regression: { max: 20%, floor: 1ms } }
paired: { pairs: 20, time: 1min }
";

#[test]
fn a_machine_is_looked_at_without_a_configuration() {
    let dir = Dir::new();
    let ended = dir.run("doctor --time 3s --record new/pairs.jsonl");
    let grades = ["QUIET", "USABLE", "NOISY", "UNKNOWN"];
    assert!(grades.iter().any(|grade| ended.out.starts_with(grade)), "{}", ended.out);
    ended.check(0, &["workload/wall", "pairs", "as measured", "machine"]);
    let replayed = dir.run("check --replay new/pairs.jsonl");
    assert_ne!(replayed.code, Some(2), "{replayed:?}");
    assert!(replayed.out.contains("workload/wall"), "{replayed:?}");
}

#[test]
fn benchmarks_are_looked_at_as_a_build_would_judge_them() {
    let dir = Dir::with(CONFIG);
    let ended = dir.run("doctor --time 3s --target quick --target b* --format json");
    let ended = ended.check(5, &[]);
    let all: serde_json::Value = serde_json::from_str(&ended.out).expect("one JSON document");
    assert_eq!((&all["format"], &all["version"]), (&"pacegate-diagnosis".into(), &1.into()));
    assert_eq!(all["cut_short"], false);
    assert!(all["surroundings"]["cores"].as_u64().is_some_and(|cores| cores > 0), "{all}");

    let [quick] = &all["examined"].as_array().expect("a list")[..] else { panic!("{all}") };
    assert_eq!((&quick["series"], &quick["limit"]), (&"quick/wall".into(), &0.1.into()));
    let pairs = quick["pairs"].as_u64().expect("a number");
    // Twice a pair, and twice to warm up.
    let runs = dir.read("runs").lines().count() as u64;
    assert_eq!(runs, 2 * pairs + 2);
    if pairs >= 8 {
        assert_eq!(quick["false_alarms"]["experiments"], 1000);
        assert_eq!(quick["false_alarms"]["pairs"], pairs.min(20));
        let budgets = quick["budgets"].as_array().expect("a list");
        let counts: Vec<_> = budgets.iter().filter_map(|budget| budget["pairs"].as_u64()).collect();
        assert_eq!(counts, [8, 20, 50, 100]);
        assert_eq!(budgets[1]["configured"], true);
    }
    let [failure] = &all["failures"].as_array().expect("a list")[..] else { panic!("{all}") };
    assert_eq!(failure["target"], "broken");
    assert!(failure["error"].as_str().is_some_and(|error| error.contains("why")), "{failure}");
    assert_eq!(dir.read("built"), "built\n");
    assert!(dir.path("clean").exists());
}

#[test]
fn nothing_measured_is_no_success() {
    let dir = Dir::with(CONFIG);
    dir.run("doctor --time 1s --target broken").check(
        5,
        &["ERROR", "Nothing could be measured", "broken", "run 1 exited with code 3", "why"],
    );
    // What was measured is told all the same.
    let some = dir.run("doctor --time 2s --target broken --target quick");
    some.check(5, &["quick", "broken", "run 1 exited with code 3"]);
    let unbuilt = CONFIG.replace("echo built >> built", "exit 7");
    let dir = Dir::with(&unbuilt);
    dir.run("doctor --time 1s --target quick").check(5, &["while building it", "code 7"]);
    assert!(!dir.path("runs").exists());
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_measured() {
    let dir = Dir::with(CONFIG);
    let check = |args: &str, texts: &[&str]| {
        dir.run(&format!("doctor {args}")).check(2, texts);
        assert!(!dir.path("built").exists(), "{args}");
    };
    check("--time 0s", &["--time", "more than no time"]);
    check("--time soon", &["`soon` is not a number"]);
    check("--time -1s", &["-1"]);
    check("--time 25h", &["24h at most"]);
    check("--time 5MiB", &["not a time"]);
    check("--time 5", &["the time `5` has no unit"]);
    check("--target quack", &["`--target quack` matches no command", "`quick`, `broken`"]);
    check("--target benches", &["matches no command benchmark"]);
    check("--target [", &["`--target [` is not a glob"]);
    check("--target quick --record gates.yaml/x", &["failed to prepare `gates.yaml/x`"]);
    check("--target quick --record .", &["failed to prepare `.`", "directory"]);
    check("--config absent.yaml", &["absent.yaml", "failed to read"]);
    dir.write("gates.yaml", CONFIG.replace("max: 10%", "max: much"));
    check("", &["gates.yaml", "`much`"]);
    Dir::new().run("doctor --target x").check(2, &["gates.yaml: failed to read"]);
}
