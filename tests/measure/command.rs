//! Command benchmarks.

use crate::support::{DAEMON, Folder, NOTE_PID, measured, observed, only_failure};
use pacegate::config::{BenchmarkKind, CommandPlan};
use pacegate::measure::{Event, Measured};
use pacegate::model::{Data, Stage, Target, Unit, Warning};
use std::time::Duration;

fn measure(folder: &Folder, plan: CommandPlan) -> Measured {
    measured(&folder.plan(vec![("it", BenchmarkKind::Command(plan))]))
}

fn target(folder: &Folder, plan: CommandPlan) -> Target {
    let measured = measure(folder, plan);
    assert!(measured.failures.is_empty(), "{measured:?}");
    measured.targets.into_iter().next().unwrap()
}

/// The values of a metric, each of which must be a process of its own.
fn values(target: &Target, metric: &str) -> Vec<f64> {
    let Data::Sample(sample) = &target.measurement(metric).unwrap().data else {
        panic!("a sample")
    };
    assert!(sample.processes().iter().all(|process| process.len() == 1));
    sample.values().collect()
}

#[track_caller]
fn check_figures(line: &str, metric: &str, least: f64, most: f64) {
    let folder = Folder::new();
    let target = target(&folder, folder.benchmark(folder.shell(line)));
    let values = values(&target, metric);
    assert_eq!(values.len(), 3);
    assert!(values.iter().all(|v| (least..=most).contains(v)), "{line}: {metric} {values:?}");
}

#[test]
fn figures_are_those_of_the_command() {
    const MB: f64 = 1e6;
    let sleep = "sleep 0.2";
    check_figures(sleep, "wall", 0.2, 30.0);
    check_figures(sleep, "user", 0.0, 0.1);
    let burn = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    check_figures(burn, "user", 0.01, 30.0);
    check_figures("dd if=/dev/zero of=/dev/null bs=1M count=2000 2>&1", "sys", 0.005, 30.0);
    // `tail` keeps what it may have to print.
    let hoard = "head -c 100000000 /dev/zero | tail -c 90000000";
    check_figures(hoard, "memory", 85.0 * MB, 300.0 * MB);
    check_figures(hoard, "faults", 5_000.0, 1e7);
    check_figures("for i in 1 2 3 4 5 6 7 8 9; do sleep 0.001; done", "switches", 9.0, 1e5);
}

#[test]
fn every_metric_has_its_unit_and_the_memory_of_the_measuring_process_is_not_in_it() {
    // Touched, so that it is resident while the command starts.
    let ballast = vec![1_u8; 300 << 20];
    let folder = Folder::new();
    let target = target(&folder, folder.benchmark(folder.shell("true")));
    assert_eq!(ballast.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 300 << 20);
    let metrics: Vec<_> = target
        .measurements
        .iter()
        .map(|measurement| (measurement.metric.name.as_str(), measurement.metric.unit.clone()))
        .collect();
    assert_eq!(
        metrics,
        [
            ("wall", Unit::Seconds),
            ("user", Unit::Seconds),
            ("sys", Unit::Seconds),
            ("memory", Unit::Bytes),
            ("faults", Unit::Count),
            ("switches", Unit::Count),
        ]
    );
    assert!(target.measurements.iter().all(|measurement| measurement.quantum > 0.0));
    let peaks = values(&target, "memory");
    assert!(peaks.iter().all(|peak| *peak < 100e6), "{peaks:?}");
    let floor = target.warnings.iter().find_map(|warning| match warning {
        Warning::MemoryFloor { floor } => Some(*floor),
        _ => None,
    });
    // A shell is smaller than any launcher.
    assert!(
        floor.is_some_and(|floor| peaks.iter().all(|peak| *peak <= floor * 1.05)),
        "{target:?}"
    );
}

#[track_caller]
fn fails(line: &str, expected: &[&str]) {
    let folder = Folder::new();
    let measured = measure(&folder, folder.benchmark(folder.shell(line)));
    let error = only_failure(&measured);
    for part in expected {
        assert!(error.contains(part), "{line}: {error}");
    }
    assert_eq!((&*measured.failures[0].target, measured.failures[0].stage), ("it", Stage::Measure));
}

#[test]
fn a_failing_run_is_told_with_its_number_end_and_output() {
    fails("echo no luck >&2; exit 3", &["run 1 of 3 exited with code 3", "\n  no luck"]);
    fails("kill -SEGV $$", &["run 1 of 3 was killed by SIGSEGV"]);
    // The second process finds what the first one left.
    fails("[ ! -e seen ] || exit 9; touch seen", &["run 2 of 3 exited with code 9"]);
    fails("yes | head -c 10000000 >&2; exit 1", &["exited with code 1\n", "\n  y\n"]);
}

#[test]
fn what_cannot_run_is_told_with_advice() {
    let folder = Folder::new();
    folder.write("text", "no program");
    folder.write("broken", "\u{0}\u{1}");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("broken"), executable).unwrap();
    let check = |argv: &[&str], expected: &str| {
        let measured = measure(&folder, folder.benchmark(folder.command(argv)));
        let error = only_failure(&measured);
        assert!(error.contains(expected), "{argv:?}: {error}");
    };
    check(&["sleeep", "1"], "failed to run `sleeep`: it is not in PATH; did you mean `sleep`?");
    check(&["sleep 1"], "write program and arguments as a list");
    check(&["./absent"], "build it first");
    check(&["./text"], "not executable");
    check(&["./broken"], "failed to run `./broken`: ");
    let mut elsewhere = folder.command(&["true"]);
    elsewhere.cwd = folder.path().join("nowhere");
    let measured = measure(&folder, folder.benchmark(elsewhere));
    assert!(only_failure(&measured).contains("its working directory"), "{measured:?}");
}

#[test]
fn chosen_exit_codes_count_as_success() {
    let folder = Folder::new();
    let plan = folder.benchmark(folder.shell("exit 4"));
    assert_eq!(
        values(&target(&folder, CommandPlan { ok_exit: vec![0, 4], ..plan }), "wall").len(),
        3
    );
}

#[test]
fn a_timeout_ends_the_whole_tree() {
    for stubborn in ["", "trap '' TERM; "] {
        let folder = Folder::new();
        let line = format!("{stubborn}{DAEMON}; {NOTE_PID}; sleep 1000");
        let plan = folder.benchmark(folder.shell(&line));
        let measured = measure(&folder, CommandPlan { timeout: Duration::from_secs(3), ..plan });
        let error = only_failure(&measured);
        assert!(error.contains("run 1 of 3 took longer than 3s and was ended"), "{error}");
        assert_eq!(folder.wait_until_gone(), 2);
    }
}

#[test]
fn what_outlives_the_command_is_ended_and_counted() {
    let folder = Folder::new();
    let target = target(&folder, folder.benchmark(folder.shell(DAEMON)));
    assert!(target.warnings.contains(&Warning::LeftBehind { count: 1 }), "{:?}", target.warnings);
    assert_eq!(folder.wait_until_gone(), 3);
}

#[test]
fn preparation_comes_before_every_run_and_cleanup_last_even_after_a_failure() {
    let order = |run: &str| {
        let folder = Folder::new();
        let plan = CommandPlan {
            prepare: Some(folder.shell("printf p >> order")),
            cleanup: Some(folder.shell("printf c >> order")),
            warmup: 1,
            samples: 2,
            ..folder.benchmark(folder.shell(run))
        };
        let measured = measure(&folder, plan);
        let kept = measured.targets.first().map_or(0, |target| values(target, "wall").len());
        (folder.read("order"), kept)
    };
    assert_eq!(order("printf r >> order"), ("prprprc".to_owned(), 2));
    assert_eq!(order("printf r >> order; exit 1"), ("prc".to_owned(), 0));
}

#[test]
fn failing_preparation_and_cleanup_are_failures() {
    let folder = Folder::new();
    let check = |plan: CommandPlan, expected: &str| {
        let measured = measure(&folder, plan);
        let error = only_failure(&measured);
        assert!(error.contains(expected), "{error}");
    };
    let plan = folder.benchmark(folder.shell("true"));
    let bad = Some(folder.shell("echo why; exit 2"));
    let broken = CommandPlan { prepare: bad.clone(), ..plan.clone() };
    check(
        broken,
        "`prepare` before process 1 exited with code 2\nlast lines of its output:\n  why",
    );
    check(CommandPlan { cleanup: bad, ..plan }, "`cleanup` exited with code 2");
}

#[test]
fn only_named_variables_reach_the_command() {
    let folder = Folder::new();
    let mut run = folder.shell("env > env");
    run.env.insert("OWN".into(), "1".into());
    let variables = |plan: CommandPlan| {
        target(&folder, plan);
        let text = folder.read("env");
        let names = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    // Whoever runs this test sets it.
    let ours = "CARGO_MANIFEST_DIR";
    assert!(std::env::var_os(ours).is_some());
    let plan = folder.benchmark(run.clone());
    let found = variables(plan);
    let has = |name: &str| found.iter().any(|own| own == name);
    assert!(has("PATH") && has("OWN") && !has(ours), "{found:?}");
    run.pass_env.push("CARGO_MANIFEST_*".into());
    assert!(variables(folder.benchmark(run)).contains(&ours.to_owned()));
}

#[test]
fn a_stop_keeps_the_values_so_far() {
    let folder = Folder::new();
    let plan = CommandPlan {
        samples: 1000,
        cleanup: Some(folder.shell("touch cleaned")),
        ..folder.benchmark(
            folder.shell(&format!("{NOTE_PID}; [ $(wc -l < pids) -le 3 ] || sleep 1000")),
        )
    };
    let plan = folder.plan(vec![
        ("it", BenchmarkKind::Command(plan.clone())),
        ("next", BenchmarkKind::Command(plan)),
    ]);
    // The third value is there and the fourth process sleeps, or soon will.
    let measured = observed(&plan, |event, stop| {
        if matches!(event, Event::Progress { note, .. } if note == "run 3 of 1000") {
            stop.ask();
        }
    });
    let [target] = &measured.targets[..] else { panic!("one target: {measured:?}") };
    assert!(measured.cut_short && target.cut_short && measured.failures.is_empty());
    assert_eq!(values(target, "wall").len(), 3);
    assert!(folder.path().join("cleaned").exists());
    folder.wait_until_gone();
}

#[test]
fn one_failing_benchmark_does_not_stop_the_next() {
    let folder = Folder::new();
    let kind = |line: &str| BenchmarkKind::Command(folder.benchmark(folder.shell(line)));
    let plan = folder.plan(vec![("bad", kind("exit 1")), ("good", kind("true"))]);
    let measured = measured(&plan);
    assert_eq!((measured.failures.len(), measured.targets.len()), (1, 1), "{measured:?}");
    assert_eq!(measured.targets[0].name, "good");
    assert!(!measured.cut_short && measured.elapsed > Duration::ZERO);
}
