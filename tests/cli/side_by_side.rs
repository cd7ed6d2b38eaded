//! `run --base` on real repositories: a slowdown fails by name, and a replay says the same.

use crate::project::Project;

/// Counts up to a number: what a benchmark does.
fn count(to: u32) -> String {
    format!("i=0; while [ $i -lt {to} ]; do i=$((i + 1)); done\n")
}

/// Two benchmarks under wide limits, so that a busy machine does not matter.
const CONFIG: &str = "version: 1
project: p
benchmarks:
  left: { command: { run: [sh, left.sh], warmup: 0, samples: 5 } }
  right: { command: { run: [sh, right.sh], warmup: 0, samples: 5 } }
paired: { pairs: 20 }
gates:
  - { series: '*/wall', regression: { max: 400% } }
reports:
  - { json: bundle.json }
  - { markdown: report.md }
  - { junit: junit.xml }
";

/// A project with one commit.
fn counting() -> Project {
    let ignored = ".pacegate\nbundle.json\nreport.md\njunit.xml\n";
    let (left, right) = (count(10), count(10));
    Project::of(&[
        ("gates.yaml", CONFIG),
        (".gitignore", ignored),
        ("left.sh", &left),
        ("right.sh", &right),
    ])
}

/// Verdicts of the last bundle, by series.
fn verdicts(project: &Project) -> Vec<(String, String)> {
    let bundle = project.dir.json("bundle.json");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let judgements = bundle["judgements"].as_array().expect("judgements");
    let series =
        |id: &serde_json::Value| format!("{}/{}", text(&id["target"]), text(&id["metric"]));
    judgements.iter().map(|one| (series(&one["series"]), text(&one["verdict"]))).collect()
}

/// Verdicts of the recorded pairs, of the series that the bundle judged.
fn replayed(project: &Project, code: i32) -> Vec<(String, String)> {
    let replay = "check --replay .pacegate/pairs.jsonl --family --format json";
    let lines = project.run(replay).check(code, &[]).out;
    let judged: Vec<String> = verdicts(project).into_iter().map(|(series, _)| series).collect();
    let line = |line: &str| {
        let object: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
        let text = |field: &str| object[field].as_str().expect("a text").to_owned();
        (text("series"), text("verdict"))
    };
    lines.lines().map(line).filter(|(series, _)| judged.contains(series)).collect()
}

#[test]
fn a_slowdown_fails_by_name_everywhere_and_a_replay_says_the_same() {
    let project = counting();
    project.commit(&[("right.sh", &count(60_000))]);
    project.run("run --base HEAD~1").check(1, &["FAIL", "right/wall is", "times as slow"]);
    let verdicts = verdicts(&project);
    let failed: Vec<&str> = verdicts
        .iter()
        .filter(|(_, verdict)| verdict == "fail")
        .map(|(series, _)| &**series)
        .collect();
    assert_eq!(failed, ["right/wall"]);
    assert_eq!(replayed(&project, 1), verdicts);

    let junit = project.dir.read("junit.xml");
    assert!(junit.contains("failures=\"1\"") && junit.contains("measured side by side"), "{junit}");
    let markdown = project.dir.read("report.md");
    assert!(markdown.contains("❌ **FAIL**: `right/wall`"), "{markdown}");
    let base = project.git(&["rev-parse", "HEAD~1"]);
    assert!(markdown.contains(&format!("pacegate run --base {base} --only right")), "{markdown}");
}

#[test]
fn no_change_is_no_fail() {
    let project = counting();
    project.commit(&[("README", "nothing that is measured")]);
    project.run("run --base HEAD~1").check(0, &["baseline", "the merge base with HEAD~1"]);
    assert_eq!(replayed(&project, 0), verdicts(&project));
    project.run("run --base HEAD -q").check(0, &["base and head are the same code"]);
}

#[test]
fn a_program_that_no_build_makes_is_doubted() {
    let config = CONFIG
        .replace("[sh, right.sh]", "[sleep, '0']")
        .replace("paired:", "build: [[sh, left.sh]]\npaired:");
    let project = counting();
    project.commit(&[("gates.yaml", &config)]);
    let told = project.run("run -q --base HEAD~1").check(0, &["`right` runs the same `sleep`"]).out;
    assert!(!told.contains("`left` runs"), "{told}");
    let warnings = &project.dir.json("bundle.json")["run"]["warnings"];
    let is_doubt = |warning: &&serde_json::Value| warning["code"] == "same-program";
    assert_eq!(warnings.as_array().unwrap().iter().filter(is_doubt).count(), 1, "{warnings}");
}

#[test]
fn a_head_that_stands_on_the_configured_base_is_compared_with_stored_runs() {
    let project = counting();
    let config = format!("{CONFIG}base: main\n");
    project.commit(&[("gates.yaml", &config)]);
    project.run("run -q").check(0, &["NO-BASELINE", "no run of this project is stored yet"]);
    assert!(!project.dir.path(".pacegate/pairs.jsonl").exists());

    // An uncommitted change is one.
    project.dir.write("right.sh", count(60_000));
    project.run("run -q").check(1, &["FAIL", "right/wall", "the merge base with main"]);
    project.git(&["checkout", "-q", "-b", "topic"]);
    project.commit(&[]);
    project.run("run -q").check(1, &["FAIL", "right/wall", "the merge base with main"]);
    project.run("run -q --no-base").check(0, &["INCONCLUSIVE", "1 stored run"]);
    project.run("run -q --no-base --base main").check(2, &["cannot be used with"]);
    project.run("run -q --base nowhere").check(2, &["nowhere", "names no commit"]);
}

#[test]
fn a_new_benchmark_has_no_baseline_and_is_held_to_limits() {
    let project = counting();
    let with = |max: &str| {
        let config = CONFIG
            .replace(
                "paired:",
                "  new: { command: { run: [sh, new.sh], warmup: 0, samples: 3 } }\npaired:",
            )
            .replace(
                "gates:",
                &format!("gates:\n  - {{ series: new/wall, limit: {{ max: {max} }} }}"),
            );
        project.commit(&[("new.sh", &count(10)), ("gates.yaml", &config)]);
    };
    with("1min");
    project.run("run --base HEAD~1").check(
        0,
        &["NO-BASELINE", "new", "could not be compared", "nothing is wrong if this change adds it"],
    );
    let verdict = |series: &str, of: &str| (series.to_owned(), of.to_owned());
    assert_eq!(verdicts(&project)[0], verdict("new/wall", "pass"));
    assert!(verdicts(&project).contains(&verdict("new/wall", "no-baseline")));
    with("1us");
    project.run("run --base HEAD~2 -q").check(1, &["FAIL", "new/wall"]);
}

#[test]
fn the_recording_goes_where_it_is_asked_to() {
    let project = counting();
    let out = project.cache.path("new/out.jsonl");
    let record = format!("run -q --no-store --base HEAD --only left --record {}", out.display());
    project.run(&record).check(0, &[]);
    let text = std::fs::read_to_string(&out).expect("a recording");
    assert!(
        text.starts_with("{\"format\":\"pacegate-pairs\",\"version\":1,\"series\":\"left/wall\""),
        "{text}"
    );
    assert!(!text.contains("right/wall"));
    project.run("run --record out.jsonl --no-base").check(2, &["cannot be used with"]);
    let full = "run -q --no-store --base HEAD --only left --record /dev/full";
    project.run(full).check(6, &["pass", "/dev/full"]);
}

/// The files of the policy that the last bundle doubts.
fn doubted(project: &Project) -> Vec<String> {
    let bundle = project.dir.json("bundle.json");
    let warnings = bundle["run"]["warnings"].as_array().expect("warnings").iter();
    let changed = warnings.filter(|warning| warning["code"] == "policy-changed");
    changed.map(|warning| warning["path"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn a_change_that_loosens_what_it_is_judged_by_is_told_so() {
    let project = counting();
    let check = |reference: &str, told: bool, files: &[&str]| {
        let told_so = "this change adds, edits or removes `gates.yaml`, by which it is judged";
        let out = project.run(&format!("run -q --base {reference}")).check(0, &[]).out;
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(flat.contains(told_so), told, "{out}");
        assert_eq!(doubted(&project), files);
    };
    project.commit(&[("README", "nothing that is judged by")]);
    check("HEAD~1", false, &[]);

    project.commit(&[("gates.yaml", &CONFIG.replace("max: 400%", "max: 900%"))]);
    check("HEAD~1", true, &["gates.yaml"]);
    for (report, first) in [
        ("report.md", "**What to do**\n\n- review the policy: this change touches `gates.yaml`"),
        ("report.md", "1. this change adds, edits or removes"),
        ("junit.xml", "this change adds, edits or removes"),
    ] {
        let text = project.dir.read(report);
        assert!(text.contains(first), "{report}: {text}");
    }
    // The commit after it is judged by what is there already.
    project.commit(&[("README", "nothing again")]);
    check("HEAD~1", false, &[]);
    check("HEAD~2", true, &["gates.yaml"]);

    // What is not committed counts, too.
    let steps = "version: 1\nsteps:\n  - { series: left/wall, commit: abcdef01, time: 2026-01-01T00:00:00Z, reason: known }\n";
    project.dir.write("gates.accepted.yaml", steps);
    check("HEAD~1", false, &["gates.accepted.yaml"]);
    project.commit(&[]);
    check("HEAD", false, &[]);
    std::fs::remove_file(project.dir.path("gates.accepted.yaml")).expect("remove it");
    check("HEAD", false, &["gates.accepted.yaml"]);
}
