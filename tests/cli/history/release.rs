//! Creep: small steps that each pass, and together do not, seen against the last release.

use super::past::{CONFIG, at, commit, git, past, put, repository, run};
use crate::dir::Dir;
use pacegate::model::Verdict;

const GATES: &str = "version: 1
project: p
reports: [ { json: bundle.json }, { markdown: report.md }, { junit: junit.xml } ]
gates:
  - { series: 'parse/*', regression: { max: 10% } }
  - { series: 'parse/*', regression: { max: 10%, against: release } }
baseline: { runs: 10, release: v1.2 }
";

const RELEASE: u32 = 11;

/// A repository that released `v1.2` after eleven runs of one level; each of the thirty commits since
/// is slower by half a percent.
fn creeping() -> (Dir, Vec<String>) {
    let dir = Dir::with(GATES);
    repository(&dir);
    let commits: Vec<String> = (0..42).map(|_| commit(&dir)).collect();
    git(&dir, &format!("tag v1.2 {}", commits[RELEASE as usize]));
    let level = |n: u32| 1.005_f64.powi(n.saturating_sub(RELEASE) as i32);
    put(&dir, (1..42).map(|n| (at(&commits[n as usize], run(n, level(n))), Verdict::Pass)));
    (dir, commits)
}

fn verdicts(dir: &Dir) -> Vec<String> {
    let bundle = dir.json("bundle.json");
    let judgements = bundle["judgements"].as_array().expect("judgements");
    judgements.iter().map(|one| one["verdict"].as_str().expect("a verdict").to_owned()).collect()
}

#[test]
fn creep_fails_against_the_release_though_every_step_passes() {
    let (dir, commits) = creeping();
    let said =
        "parse/time is 16 % slower (between 15 % and 18 %) than the release, over the limit of 10%";
    dir.run("check").check(1, &["FAIL", said, "vs release v1.2"]);
    assert_eq!(verdicts(&dir), ["pass", "fail"]);
    let bundle = dir.json("bundle.json");
    let release = &bundle["release"];
    assert_eq!(release["commit"], commits[RELEASE as usize].as_str());
    assert_eq!(release["baseline_runs"].as_array().map(Vec::len), Some(10));
    assert_eq!(release["comparisons"][0]["base"]["runs"], 10);
    assert_eq!(bundle["judgements"][1]["kind"], "creep");
    for report in ["report.md", "junit.xml"] {
        assert!(dir.read(report).contains("vs release"), "{report}");
    }
    for n in [12, 18, 24] {
        let id = super::past::id(n).to_string();
        dir.run(&format!("check {id}")).check(0, &["PASS"]);
        assert_eq!(verdicts(&dir), ["pass", "pass"], "{n}");
    }
}

#[test]
fn a_waiver_excuses_creep_up_to_its_ceiling() {
    let (dir, _) = creeping();
    for (ceiling, code) in [("20%", 0), ("12%", 1)] {
        let waiver = format!(
            "waivers: [ {{ series: '*', reason: x, ceiling: {ceiling}, until: 2999-01-31 }} ]"
        );
        dir.write("gates.yaml", format!("{GATES}{waiver}\n"));
        dir.run("check").check(code, &[]);
    }
}

#[test]
fn where_the_release_has_no_runs_there_is_no_baseline() {
    let (dir, commits) = creeping();
    let check = |release: &str, texts: &[&str]| {
        dir.write("gates.yaml", GATES.replace("v1.2", release));
        dir.run("check").check(0, &[&["NO-BASELINE"], texts].concat());
        assert_eq!(verdicts(&dir), ["pass", "no-baseline"]);
    };
    check("v9", &["git knows no commit of this name here", "a shallow clone lacks"]);
    check(
        &commits[0],
        &["40 runs stored, none of the release or of a commit before it", "check the release out"],
    );
    // Three runs do not tell how much runs differ.
    dir.write("gates.yaml", GATES.replace("v1.2", &commits[3]));
    dir.run("check").check(0, &["INCONCLUSIVE", "3 of the 5 baseline runs needed", "2 more times"]);
    // A step that was accepted since is no creep.
    dir.write("gates.yaml", GATES);
    dir.run(&format!("history accept parse/* --commit {} --reason x", commits[20])).check(0, &[]);
    dir.run("check").check(0, &["NO-BASELINE", "it is held to the next release again"]);
}

#[test]
fn a_branch_or_a_commit_may_be_the_release_and_time_tells_where_git_cannot() {
    let (dir, commits) = creeping();
    git(&dir, &format!("branch stable {}", commits[RELEASE as usize]));
    for release in ["stable", "HEAD~30", &commits[RELEASE as usize][..12]] {
        dir.write("gates.yaml", GATES.replace("v1.2", release));
        dir.run("check").check(1, &["than the release"]);
    }
    // Outside a repository.
    let level = |n: u32| 1.005_f64.powi(n.saturating_sub(RELEASE) as i32);
    let dir = past((1..42).map(|n| run(n, level(n))));
    dir.write("gates.yaml", GATES.replace("v1.2", &format!("{RELEASE:040x}")));
    dir.run("check").check(1, &["is 16 % slower (between 15 % and 18 %) than the release"]);
}

#[test]
fn the_runs_of_the_release_are_never_pruned() {
    let (dir, _) = creeping();
    dir.run("history prune --keep 3")
        .check(0, &["28 runs removed; 13 runs stay, 10 of them since"]);
    dir.run("check").check(1, &["than the release"]);
}

#[test]
fn files_that_are_compared_have_no_release() {
    let dir = past([run(1, 1.0), run(2, 1.0)]);
    let exported = dir.run("history export").check(0, &[]).out;
    for (name, line) in ["a.json", "b.json"].iter().zip(exported.lines()) {
        dir.write(name, line);
    }
    dir.write("gates.yaml", GATES);
    dir.run("check --baseline a.json --head b.json")
        .check(0, &["the other one has no baseline", "it was not compared"]);
}

#[test]
fn a_release_must_be_named_before_it_is_compared_with() {
    let dir = Dir::new();
    for (text, message) in [
        (CONFIG.replace("10%", "10%, against: release"), "no release is named"),
        (GATES.replace("v1.2", "--all"), "names no commit"),
        (GATES.replace("v1.2", "'a b'"), "names no commit"),
        (GATES.replace("against: release", "against: v1.2"), "v1.2"),
    ] {
        dir.write("gates.yaml", text);
        dir.run("check").check(2, &[message]);
    }
}
