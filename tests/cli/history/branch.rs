//! A history on a branch of the repository, and copies between stores.

use super::past::{CONFIG, git, objects, past, repository, run};
use crate::dir::Dir;
use std::path::Path;

/// A configuration that measures something short.
const MEASURING: &str = "version: 1
project: p
store: \"git:\"
benchmarks: { nothing: { command: { run: ['true'], warmup: 0, samples: 5 } } }
gates: [ { series: 'nothing/wall', limit: { max: 60s } } ]
";

fn repository_with(config: &str) -> Dir {
    let dir = Dir::with(config);
    repository(&dir);
    dir
}

#[test]
fn a_run_is_kept_on_the_branch_and_shared_through_the_remote() {
    let dir = repository_with(MEASURING);
    git(&dir, "clone -q --bare . remote.git");
    git(&dir, "remote add origin ./remote.git");
    dir.run("history list")
        .check(2, &["no run of project `p` is stored in `git:pacegate-history`"]);
    for _ in 0..2 {
        dir.run("run").check(0, &[]);
    }
    let listed = objects(&dir.run("history list --format json").check(0, &[]).out);
    assert_eq!(listed.len(), 2);
    let url = format!("file://{}", dir.path("remote.git").display());
    git(&dir, &format!("clone -q --depth=1 -b main {url} clone"));
    let clone = dir.path("clone/gates.yaml");
    let there = dir.run(&format!("history list --format json --config {}", clone.display()));
    assert_eq!(objects(&there.check(0, &[]).out), listed);
    dir.run(&format!("history prune --keep 1 --config {}", clone.display())).check(0, &[]);
    assert_eq!(objects(&dir.run("history list --format json").check(0, &[]).out), listed[..1]);
    assert_eq!(git(&dir, "status --porcelain -uno"), "");
}

#[test]
fn what_is_not_pushed_is_told_and_kept() {
    let dir = repository_with(MEASURING);
    git(&dir, "clone -q --bare . remote.git");
    git(&dir, "remote add origin ./remote.git");
    git(&dir, "remote set-url --push origin ./gone.git");
    dir.run("run").check(5, &["kept in the local branch", "git push origin pacegate-history"]);
    git(&dir, "remote set-url --delete --push origin ./gone.git");
    dir.run("run").check(0, &[]);
    assert_eq!(objects(&dir.run("history list --format json").check(0, &[]).out).len(), 2);
}

#[test]
fn a_history_is_copied_both_ways_and_comes_back_as_it_was() {
    let dir = past((1..121).map(|n| run(n, 1.0)));
    repository(&dir);
    let exported = dir.run("history export").check(0, &[]).out;
    let (file, branch) = ("sqlite:.pacegate/history.db", "git:perf/history@.");
    dir.run(&format!("history copy {file} {branch}"))
        .check(0, &["Copied 120 runs", "0 were there already"]);
    let again = dir.run(&format!("history copy {file} {branch} --format json")).check(0, &[]);
    assert_eq!(objects(&again.out), [serde_json::json!({ "written": 0, "there": 120 })]);
    dir.run(&format!("history copy {branch} sqlite:back.db")).check(0, &["Copied 120 runs"]);
    for store in [branch, "sqlite:back.db"] {
        dir.write("gates.yaml", format!("{CONFIG}store: {store:?}\n"));
        assert!(dir.run("history export").check(0, &[]).out == exported, "{store}");
    }
    assert!(!Path::new(&dir.path("perf")).exists());
}

#[test]
fn what_cannot_be_copied_is_told() {
    let dir = past([run(1, 1.0)]);
    let file = "sqlite:.pacegate/history.db";
    dir.run(&format!("history copy {file} git:a..b")).check(2, &["not the name of a branch"]);
    dir.run(&format!("history copy {file} postgres://x")).check(2, &["is not a store"]);
    dir.run(&format!("history copy {file} git:")).check(5, &["no repository"]);
    dir.run(&format!("history copy sqlite:none.db {file}")).check(2, &["no run of project `p`"]);
    assert!(!dir.path("none.db").exists());
    dir.write("empty.db", "");
    dir.run(&format!("history copy sqlite:empty.db {file}")).check(5, &["it is empty"]);
}
