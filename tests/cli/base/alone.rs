//! What only the head has: no change to judge, which is told loudly, and limits that hold.

use super::Project;

/// A benchmark `b` that runs what is in `bench.sh`, its wall time held to the limit.
fn config(limit: &str) -> String {
    format!(
        "version: 1
project: p
benchmarks:
  old: {{ command: {{ run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 }} }}
  b: {{ command: {{ run: [sh, bench.sh], warmup: 0, samples: 3 }} }}
paired: {{ pairs: 8 }}
gates:
  - {{ series: 'old/wall', regression: {{ max: 10000% }} }}
  - {{ series: 'b/wall', regression: {{ max: 10000% }} }}
  - {{ series: 'b/wall', limit: {{ max: {limit} }} }}
reports: [ {{ json: bundle.json }} ]
"
    )
}

/// Verdict and reason of each gate.
fn judged(project: &Project) -> Vec<String> {
    let bundle = project.dir.json("bundle.json");
    let judgements = bundle["judgements"].as_array().expect("judgements");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    judgements
        .iter()
        .map(|one| format!("{}: {}", text(&one["verdict"]), text(&one["reason"]["code"])))
        .collect()
}

#[test]
fn a_new_benchmark_has_no_baseline_and_holds_its_limits() {
    let project = Project::of(&[(".gitignore", "bundle.json\n.pacegate\n")]);
    project.commit(&[("bench.sh", "exit 0"), ("gates.yaml", &config("1h"))]);
    let told = ["NO-BASELINE", "b/wall", "`b` could not be compared", "if this change adds it"];
    project.run("run --base HEAD~1").check(0, &told);
    let of_new = judged(&project).split_off(1);
    assert_eq!(of_new, ["no-baseline: no-baseline", "pass: within-limit"]);
    project.run("run --base HEAD~1 --strict").check(4, &told);

    project.commit(&[("gates.yaml", &config("1us"))]);
    project.run("run --base HEAD~2").check(1, &["FAIL", "b/wall"]);
}

#[test]
fn a_base_that_cannot_be_measured_is_named() {
    let breaks = "echo no such flag >&2; exit 3";
    let project = Project::of(&[(".gitignore", "bundle.json\n.pacegate\n")]);
    project.commit(&[("bench.sh", breaks), ("gates.yaml", &config("1h"))]);
    project.commit(&[("bench.sh", "exit 0")]);
    let told = ["NO-BASELINE", "`b` could not be compared (base: run 1 of 8 exited with code 3)"];
    project.run("run --base HEAD~1").check(0, &told);
    assert_eq!(judged(&project)[1..], ["no-baseline: no-baseline", "pass: within-limit"]);
    project.run("run --base HEAD~1 --strict").check(4, &told);

    // In the other direction it is the head that fails.
    project.commit(&[("bench.sh", breaks)]);
    project.run("run --base HEAD~1").check(5, &["ERROR", "head: run 1 of 8 exited with code 3"]);
}

#[test]
fn what_is_the_same_in_both_builds_is_measured_without_a_base() {
    let outside = config("1h").replace("run: [sh, bench.sh]", "cwd: /, run: ['true']");
    let project = Project::of(&[(".gitignore", "bundle.json\n.pacegate\n")]);
    project.commit(&[("gates.yaml", &outside)]);
    let told = ["NO-BASELINE", "`b` could not be compared", "both builds would be the same"];
    project.run("run --base HEAD").check(0, &told);
    assert_eq!(judged(&project)[1..], ["no-baseline: no-baseline", "pass: within-limit"]);
}
