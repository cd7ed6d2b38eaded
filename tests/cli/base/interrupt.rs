//! Ctrl-C and SIGTERM while both builds are made or measured: exit 130, nothing left, and the next run goes.

use super::Project;
use crate::dir::{Ended, free_port};
use crate::interrupt::{is_gone, pid, send, wait_for};
use crate::shop_binary;
use nix::sys::signal::Signal;
use std::process::Stdio;

const CONFIG: &str = "version: 1
project: p
build: [ [sh, build.sh] ]
benchmarks:
  b: { command: { run: [sh, bench.sh], warmup: 0, samples: 3 } }
paired: { pairs: 8 }
gates: [ { series: 'b/wall', regression: { max: 10000% } } ]
";

/// A project whose base ends neither its build nor, from the fifth time on, its benchmark, unless it is told
/// to hurry.
fn project(stuck: &str) -> Project {
    let project = Project::of(&[(".gitignore", ".pacegate\n"), ("gates.yaml", CONFIG)]);
    let cache = project.cache.root().display();
    let wait = format!("[ -e {cache}/hurry ] || {{ echo $$ > {cache}/pid; sleep 60; }}");
    let counted =
        format!("echo x >> {cache}/count; [ $(grep -c x {cache}/count) -lt 5 ] || {wait}");
    let (build, bench) = match stuck {
        "build" => (wait, String::new()),
        _ => (String::new(), counted),
    };
    project.commit(&[("build.sh", &build), ("bench.sh", &bench)]);
    project.commit(&[("build.sh", ""), ("bench.sh", "")]);
    project
}

/// Runs side by side with the parent, and sends a signal once `ready`.
fn interrupted(project: &Project, signal: Signal, ready: impl FnOnce()) -> Ended {
    let mut command = project.command("run --base HEAD~1");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start");
    ready();
    send(&child, signal);
    Ended::new(child.wait_with_output().expect("wait for the command"))
}

/// Interrupts a project that is stuck, and then runs it to its end.
fn check(stuck: &str, signal: Signal, told: &[&str]) -> Project {
    let project = project(stuck);
    let mut running = None;
    let ready = || running = Some(pid(&project.cache, "pid"));
    interrupted(&project, signal, ready).check(130, told);
    assert!(running.is_some_and(is_gone), "{stuck}: it has ended");
    project.cache.write("hurry", "");
    project
}

#[test]
fn building_the_base_is_ended_and_its_tree_can_be_used_again() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let project = check("build", signal, &["interrupted before anything was measured"]);
        assert!(!project.dir.path(".pacegate/pairs.jsonl").exists(), "there is nothing to keep");
        project.run("run --base HEAD~1").check(0, &["measured side by side"]);
    }
}

#[test]
fn checking_out_the_base_is_ended_with_its_filters() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let project = project("build");
        let cache = project.cache.root().display();
        let smudge = format!("[ -e {cache}/hurry ] || {{ echo $$ > {cache}/pid; sleep 60; }}; cat");
        project.git(&["config", "filter.slow.smudge", &smudge]);
        project.commit(&[(".gitattributes", "*.slow filter=slow\n"), ("a.slow", "x")]);
        project.commit(&[("note", "")]);
        let mut running = None;
        let ready = || running = Some(pid(&project.cache, "pid"));
        interrupted(&project, signal, ready).check(130, &["interrupted before anything"]);
        wait_for("the end of the filter", || running.is_some_and(is_gone).then_some(()));
        project.cache.write("hurry", "");
        project.run("run --base HEAD~1").check(0, &["measured side by side"]);
    }
}

#[test]
fn pairs_are_kept_as_far_as_they_came() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let project = check("bench", signal, &["INCONCLUSIVE", "b/wall", "interrupted"]);
        let pairs = project.dir.read(".pacegate/pairs.jsonl");
        let (header, pairs) = pairs.split_once('\n').expect("a header");
        assert!(header.contains("\"b/wall\""), "{header}");
        let of_wall = pairs.lines().take_while(|line| line.starts_with("{\"pair\""));
        assert_eq!(of_wall.count(), 4);
        let stored = project.run("check latest --format json");
        let bundle: serde_json::Value = serde_json::from_str(&stored.out).expect("a bundle");
        assert_eq!(bundle["run"]["cut_short"], true);
        project.run("run --base HEAD~1").check(0, &["measured side by side"]);
    }
}

#[test]
fn a_service_of_either_build_is_ended() {
    let port = free_port();
    let config = format!(
        "version: 1
project: p
services:
  shop: {{ command: [{:?}, --port, '{port}', --products, '20'], ready: 'http://127.0.0.1:{port}/health' }}
loads:
  browse:
    service: shop
    arrivals: {{ rate: 50/s, for: 60s, warmup: 0s }}
    steps: [ {{ get: /products/1 }} ]
paired: {{ segment: 60s }}
gates: [ {{ series: '*', regression: {{}} }} ]
",
        shop_binary::path()
    );
    let project = Project::of(&[(".gitignore", ".pacegate\n"), ("gates.yaml", &config)]);
    project.commit(&[]);
    let answers =
        || wait_for("the shop", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    interrupted(&project, Signal::SIGINT, || drop(answers())).check(130, &[]);
    std::net::TcpListener::bind(("127.0.0.1", port)).expect("the shop has left its port");
}
