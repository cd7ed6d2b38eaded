//! Pairs of commands: interleaved, followed as long as needed, and told apart when a build fails.

use crate::repository::{PARENT, Repository, in_full};
use pacegate::config::{BenchmarkKind, CommandPlan, Plan};
use pacegate::measure::Event;
use pacegate::measure::paired::{PairedError, PairedMeasured, Progress};
use pacegate::model::{Build, Data, Failure, PairedSeries, Stage, Target};
use std::cell::RefCell;
use std::time::Duration;

/// The values of a target's metric.
#[track_caller]
fn values(targets: &[Target], target: &str, metric: &str) -> Vec<f64> {
    let target = targets.iter().find(|other| other.name == target).unwrap();
    match &target.measurement(metric).unwrap().data {
        Data::Sample(sample) => {
            assert!(sample.processes().iter().all(|values| values.len() == 1));
            sample.values().collect()
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn series<'a>(measured: &'a PairedMeasured, id: &str) -> &'a PairedSeries {
    measured.series.iter().find(|series| series.series.to_string() == id).unwrap()
}

fn errors(failures: &[Failure]) -> Vec<(&str, &str)> {
    failures.iter().map(|failure| (&*failure.target, &*failure.error)).collect()
}

/// A benchmark that runs the script, which notes in `notes` what it is.
fn noting(repository: &Repository) -> BenchmarkKind {
    let mut kind = repository.benchmark("exec sh ./bench.sh");
    if let BenchmarkKind::Command(plan) = &mut kind {
        let notes = repository.folder.path().join("notes");
        plan.run.env.insert("NOTES".into(), notes.to_str().unwrap().into());
    }
    kind
}

fn note(word: &str) -> String {
    format!("echo {word} >> $NOTES\n")
}

#[test]
fn a_pair_is_a_process_of_each_build_in_an_order_drawn_for_it() {
    let repository = Repository::of("bench.sh", &note("base"), &note("head"));
    let plan = repository.plan(vec![("b", noting(&repository))]);
    let measured = repository.measure(&plan).unwrap();

    let wall = series(&measured, "b/wall");
    assert_eq!(wall.pairs.len(), 8);
    let base: Vec<f64> = wall.pairs.iter().map(|pair| pair.base).collect();
    let head: Vec<f64> = wall.pairs.iter().map(|pair| pair.head).collect();
    assert_eq!(values(&measured.base, "b", "wall"), base);
    assert_eq!(values(&measured.head.targets, "b", "wall"), head);

    let order = wall.pairs.iter().flat_map(|pair| [pair.first, pair.first.other()]);
    let order: Vec<String> = order.map(|build| build.to_string()).collect();
    assert_eq!(repository.folder.read("notes").lines().collect::<Vec<_>>(), order);
    for build in [Build::Base, Build::Head] {
        assert!(wall.pairs.iter().any(|pair| pair.first == build), "{order:?}");
    }
    let metrics: Vec<String> = measured.series.iter().map(|s| s.series.to_string()).collect();
    assert_eq!(metrics, ["b/wall", "b/user", "b/sys", "b/memory", "b/faults", "b/switches"]);
    assert_eq!(measured.base_revision.commit, Some(repository.git(&["rev-parse", PARENT])));
    assert!(measured.head.failures.is_empty() && measured.incomparable.is_empty());
    assert!(!measured.head.cut_short && !measured.head.targets[0].cut_short);
}

#[test]
fn what_is_compared_with_stored_runs_is_defined_as_without_a_base() {
    let repository = Repository::of("bench.sh", "", "");
    let mut kind = noting(&repository);
    if let BenchmarkKind::Command(plan) = &mut kind {
        plan.run.argv.push(repository.path().join("bench.sh").to_str().unwrap().to_owned());
    }
    let plan = repository.plan(vec![("b", kind)]);
    let paired = repository.measure(&plan).unwrap();
    let alone = crate::support::measured(&plan);
    assert_eq!(paired.head.targets[0].definition, alone.targets[0].definition);
    assert_eq!(paired.base[0].definition, alone.targets[0].definition);
}

#[test]
fn each_build_is_warmed_up_once_prepared_for_each_run_and_cleaned_up_at_the_end() {
    let repository = Repository::of("name", "base", "head");
    let notes = repository.folder.path().join("notes");
    let noting =
        |what: &str| repository.shell(&format!("echo {what} $(cat name) >> {}", notes.display()));
    let plan = CommandPlan {
        prepare: Some(noting("prepare")),
        cleanup: Some(noting("cleanup")),
        warmup: 2,
        ..repository.folder.benchmark(noting("run"))
    };
    let plan = repository.plan(vec![("b", BenchmarkKind::Command(plan))]);
    let measured = repository.measure(&plan).unwrap();
    assert_eq!(series(&measured, "b/wall").pairs.len(), 8);
    let notes = repository.folder.read("notes");
    let count = |line: &str| notes.lines().filter(|other| *other == line).count();
    for build in ["base", "head"] {
        assert_eq!(count(&format!("run {build}")), 10, "{notes}");
        assert_eq!(count(&format!("prepare {build}")), 10, "{notes}");
        assert_eq!(count(&format!("cleanup {build}")), 1, "{notes}");
    }
    assert!(notes.lines().rev().take(2).all(|line| line.starts_with("cleanup")), "{notes}");
}

/// The pairs that each of two benchmarks gets when `decided` says of a series with so many pairs how far
/// it is, and what the progress calls the legs.
#[track_caller]
fn follow(
    change: impl Fn(&mut Plan),
    decided: impl Fn(&str, usize) -> Progress,
    expected: [usize; 2],
    legs: &[&str],
) {
    let repository = Repository::of("x", "1", "2");
    let bench = || repository.benchmark("exit 0");
    let mut plan = repository.plan(vec![("a", bench()), ("b", bench())]);
    plan.paired.pairs = 30;
    change(&mut plan);
    let decided = |series: &PairedSeries| match &*series.series.metric {
        "wall" => decided(&series.series.target, series.pairs.len()),
        _ => Progress::Ungated,
    };
    let told = repository.told(&plan, PARENT, &decided, |_, _| {});
    let measured = told.result.unwrap();
    let found = ["a/wall", "b/wall"].map(|id| series(&measured, id).pairs.len());
    assert_eq!(found, expected);
    let started = told.events.iter().filter_map(|event| match event {
        Event::Started { name, .. } if !name.starts_with("check out") => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(started.collect::<Vec<_>>(), legs);
}

#[test]
fn a_series_is_followed_until_it_is_decided() {
    follow(|_| (), |_, _| Progress::Ungated, [8, 8], &["a", "b"]);
    follow(|_| (), |_, _| Progress::Settled, [8, 8], &["a", "b"]);
    let at = |pairs| if pairs < 16 { Progress::Undecided } else { Progress::Settled };
    follow(
        |_| (),
        |target, pairs| at(pairs * if target == "a" { 1 } else { 2 }),
        [16, 8],
        &["a", "b"],
    );
}

#[test]
fn what_stays_undecided_takes_all_pairs() {
    follow(|_| (), |_, _| Progress::Undecided, [30, 30], &["a", "b"]);
    follow(|plan| plan.paired.pairs = 10, |_, _| Progress::Undecided, [10, 10], &["a", "b"]);
}

#[test]
fn what_is_flagged_is_measured_again_when_all_were_measured_once() {
    let decided = |target: &str, pairs| match (target, pairs) {
        ("a", ..16) => Progress::Flagged,
        _ => Progress::Settled,
    };
    follow(|_| (), decided, [16, 8], &["a", "b", "a, again"]);
    follow(|_| (), |_, _| Progress::Flagged, [30, 30], &["a", "b", "a, again", "b, again"]);
}

#[test]
fn what_is_decided_is_looked_at_again_when_all_were_measured() {
    let others = std::cell::Cell::new(false);
    let decided = |target: &str, pairs| {
        others.set(others.get() || target == "b");
        if others.get() && pairs < 16 { Progress::Undecided } else { Progress::Settled }
    };
    follow(|_| (), decided, [16, 16], &["a", "b", "a, again"]);
}

#[test]
fn time_ends_at_the_first_look_at_the_earliest() {
    let hurry = |plan: &mut Plan| plan.paired.time = Duration::from_nanos(1);
    follow(hurry, |_, _| Progress::Undecided, [8, 8], &["a", "b"]);
    follow(hurry, |_, _| Progress::Flagged, [8, 8], &["a", "b"]);
}

#[test]
fn a_series_is_looked_at_after_planned_numbers_of_pairs() {
    let repository = Repository::of("x", "1", "2");
    let mut plan = repository.plan(vec![("a", repository.benchmark("exit 0"))]);
    plan.paired.pairs = 22;
    let looks = RefCell::new(vec![]);
    let decided = |series: &PairedSeries| {
        if series.series.metric == "wall" {
            looks.borrow_mut().push(series.pairs.len());
        }
        Progress::Undecided
    };
    repository.told(&plan, PARENT, &decided, |_, _| {}).result.unwrap();
    let mut looks = looks.into_inner();
    looks.dedup();
    assert_eq!(looks, [8, 12, 16, 20, 22]);
}

/// What is told of a benchmark that runs `bench.sh`, when that is so in base and head. A head that does not
/// fail is measured alone, as often as a first look needs.
#[track_caller]
fn fails(base: &str, head: &str, incomparable: &[&str], failures: &[&str]) {
    let repository = Repository::of("bench.sh", base, head);
    if base == "absent" {
        repository.git(&["rm", "-q", "bench.sh"]);
        repository.commit(&[]);
        repository.commit(&[("bench.sh", head)]);
    }
    let others = || repository.benchmark("exit 0");
    let plan = repository.plan(vec![
        ("before", others()),
        ("b", noting(&repository)),
        ("after", others()),
    ]);
    let measured = repository.measure(&plan).unwrap();
    let check = |found: &[Failure], expected: &[&str]| {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (failure, expected) in found.iter().zip(expected) {
            assert_eq!((&*failure.target, failure.stage), ("b", Stage::Measure));
            assert!(failure.error.contains(expected), "{failure:?}");
        }
    };
    check(&measured.incomparable, incomparable);
    check(&measured.head.failures, failures);
    let names = |targets: &[Target]| {
        targets.iter().map(|target| target.name.clone()).collect::<Vec<_>>().join(" ")
    };
    let alone = failures.is_empty();
    let head = if alone { "before b after" } else { "before after" };
    assert_eq!((&*names(&measured.head.targets), &*names(&measured.base)), (head, "before after"));
    if alone {
        assert_eq!(values(&measured.head.targets, "b", "wall").len(), 8);
    }
    assert!(measured.series.iter().all(|series| series.series.target != "b"));
}

#[test]
fn it_is_told_in_which_build_a_benchmark_fails() {
    fails(
        "echo no such flag >&2; exit 3",
        "exit 0",
        &["base: run 1 of 8 exited with code 3\nlast lines of its output:\n  no such flag"],
        &[],
    );
    fails("exit 0", "exit 4", &[], &["head: run 1 of 8 exited with code 4"]);
    fails("exit 3", "exit 4", &[], &["head: run 1 of 8 exited with code 4"]);
    fails("absent", "exit 0", &["base: run 1 of 8 exited with code"], &[]);
}

#[test]
fn a_head_that_fails_later_gives_nothing_either() {
    let at_fifth = "echo x >> $NOTES; [ $(grep -c x $NOTES) -lt 5 ]";
    fails("exit 0", at_fifth, &[], &["head: run 5 of 8 exited with code 1"]);
}

#[test]
fn a_base_that_fails_later_leaves_the_pairs_before_it() {
    let at_fifth = "echo x >> $NOTES; [ $(grep -c x $NOTES) -lt 5 ]";
    let repository = Repository::of("bench.sh", at_fifth, "exit 0");
    let plan = repository.plan(vec![("b", noting(&repository))]);
    let measured = repository.measure(&plan).unwrap();
    let [("b", error)] = errors(&measured.incomparable)[..] else { panic!("{measured:?}") };
    assert!(error.contains("base: run 5 of 8 exited with code 1"), "{error}");
    assert!(measured.series.iter().all(|series| series.pairs.len() == 4), "{measured:?}");
    assert_eq!(values(&measured.head.targets, "b", "wall").len(), 4);
}

#[test]
fn a_benchmark_outside_of_the_repository_is_measured_alone() {
    let repository = Repository::of("x", "1", "2");
    let outside =
        BenchmarkKind::Command(repository.folder.benchmark(repository.folder.shell("exit 0")));
    let plan = repository.plan(vec![("in", repository.benchmark("exit 0")), ("out", outside)]);
    let measured = repository.measure(&plan).unwrap();
    let [("out", error)] = errors(&measured.incomparable)[..] else { panic!("{measured:?}") };
    assert!(error.contains("lies outside of the repository"), "{error}");
    assert_eq!(measured.head.failures, []);
    // Measured as without a base.
    assert_eq!(values(&measured.head.targets, "out", "wall").len(), 3);
    assert_eq!((measured.head.targets.len(), measured.base.len()), (2, 1));
}

/// A plan that builds by `build.sh`, and measures what that made.
fn built(repository: &Repository) -> Plan {
    let mut plan = repository.plan(vec![("b", repository.benchmark("exec sh ./out/prog"))]);
    plan.build = vec![repository.shell("mkdir -p out"), repository.shell("exec sh ./build.sh")];
    plan
}

#[test]
fn both_are_built_before_they_are_measured_and_the_base_incrementally() {
    let build = "echo exit > out/prog; cat name >> out/built";
    let repository = Repository::of("name", "base\n", "head\n");
    let once = format!("[ ! -e stray ] && touch stray; {build}");
    repository.git(&["reset", "-q", "--hard", PARENT]);
    repository.commit(&[(".gitignore", "out\n"), ("build.sh", &once)]);
    repository.commit(&[("name", "head\n"), ("build.sh", build)]);
    let plan = built(&repository);
    for _ in 0..2 {
        assert_eq!(repository.measure(&plan).unwrap().head.targets.len(), 1);
    }
    assert_eq!(repository.folder.read("repo/out/built"), "head\nhead\n");
    let of_base = std::fs::read_to_string(repository.tree().join("out/built")).unwrap();
    assert_eq!(of_base, "base\nbase\n", "what is built stays, and nothing else does");
}

#[test]
fn it_is_told_which_build_fails() {
    let check = |base: &str, head: &str, expected: Build, text: &str| {
        let repository = Repository::of("build.sh", base, head);
        let error = repository.measure(&built(&repository)).unwrap_err();
        let PairedError::Build { build, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*build, expected);
        assert_eq!(in_full(&error), text);
    };
    let fails = "echo undefined symbol; exit 2";
    let log = "exited with code 2\nlast lines of its output:\n  undefined symbol";
    let told =
        |build: &str| format!("failed to build the {build}: `sh -c exec sh ./build.sh` {log}");
    check(fails, "exit 0", Build::Base, &told("base"));
    check("exit 0", fails, Build::Head, &told("head"));
    check(fails, fails, Build::Head, &told("head"));
}

#[test]
fn without_a_base_a_failed_build_is_told_of_every_target() {
    let repository = Repository::of("build.sh", "", "echo undefined symbol; exit 2");
    let mut plan = built(&repository);
    plan.benchmarks.push(plan.benchmarks[0].clone());
    plan.benchmarks[1].name = "c".to_owned();
    let measured = crate::support::measured(&plan);
    assert!(measured.failures.iter().all(|failure| failure.stage == Stage::Build));
    assert_eq!(
        errors(&measured.failures),
        [
            (
                "b",
                "`sh -c exec sh ./build.sh` exited with code 2\nlast lines of its output:\n  undefined symbol"
            ),
            ("c", "the build failed, as told of `b`"),
        ]
    );
    assert!(measured.targets.is_empty() && !measured.cut_short);
}

#[test]
fn an_interrupt_keeps_the_pairs_until_then() {
    let repository = Repository::of("x", "1", "2");
    let bench = || repository.benchmark("exit 0");
    let mut plan = repository.plan(vec![("a", bench()), ("b", bench()), ("c", bench())]);
    plan.paired.pairs = 30;
    let decided = |series: &PairedSeries| match &*series.series.target {
        "a" => Progress::Settled,
        _ => Progress::Undecided,
    };
    let told = repository.told(&plan, PARENT, &decided, |event, stop| {
        if matches!(event, Event::Progress { name, note, .. } if name == "b" && note.starts_with("pair 10 ")) {
            stop.ask();
        }
    });
    let measured = told.result.unwrap();
    assert!(measured.head.cut_short && measured.head.failures.is_empty());
    assert_eq!(["a/wall", "b/wall"].map(|id| series(&measured, id).pairs.len()), [8, 10]);
    let cut: Vec<bool> = measured.head.targets.iter().map(|target| target.cut_short).collect();
    assert_eq!(cut, [false, true], "what was decided is whole");
}

#[test]
fn an_interrupt_keeps_what_the_head_gave_alone() {
    let repository = Repository::of("bench.sh", "exit 3", "exit 0");
    let plan = repository.plan(vec![("b", repository.benchmark("exec sh ./bench.sh"))]);
    let told = repository.told(&plan, PARENT, &|_| Progress::Ungated, |event, stop| {
        if matches!(event, Event::Progress { note, .. } if note == "head alone, 4 of 8") {
            stop.ask();
        }
    });
    let measured = told.result.unwrap();
    assert_eq!(values(&measured.head.targets, "b", "wall").len(), 4);
    assert!(measured.head.cut_short && measured.head.targets[0].cut_short);
    assert_eq!((measured.head.failures.len(), measured.incomparable.len()), (0, 1));
}

#[test]
fn an_interrupt_while_building_ends_it() {
    let repository = Repository::of("build.sh", "", "exec sleep 1000");
    let told =
        repository.told(&built(&repository), PARENT, &|_| Progress::Ungated, |event, stop| {
            if matches!(event, Event::Started { name, .. } if name.contains("build.sh")) {
                stop.ask();
            }
        });
    assert!(matches!(told.result, Err(PairedError::Interrupted)));
}
