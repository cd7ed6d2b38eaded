//! What every workflow, recipe and the action keep to.

use crate::tree;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The workflows of this repository, and those that others are to copy.
fn workflows() -> Vec<String> {
    let mut files = tree::files(".github/workflows");
    files.extend(tree::files("docs/recipes/github"));
    assert!(files.len() >= 8, "{files:?}");
    files
}

fn document(file: &str) -> Value {
    serde_yaml::from_str(&tree::read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Each value below a key, wherever it stands.
fn below<'a>(key: &str, value: &'a Value) -> Vec<&'a Value> {
    let inner: Vec<&Value> = match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    let mut found: Vec<&Value> = value.get(key).into_iter().collect();
    found.extend(inner.into_iter().flat_map(|inner| below(key, inner)));
    found
}

/// S1: what a `${{ … }}` becomes would be read as script.
#[test]
fn no_script_holds_an_expression() {
    let mut scripts = 0;
    for file in workflows().into_iter().chain(["action.yml".to_owned()]) {
        for run in below("run", &document(&file)) {
            let script = run.as_str().unwrap_or_else(|| panic!("{file}: {run}"));
            assert!(!script.contains("${{"), "{file}: pass it by `env:`\n{script}");
            scripts += 1;
        }
    }
    assert!(scripts >= 15, "{scripts}");
}

/// S2: a tag can be moved.
#[test]
fn actions_are_pinned_by_commit_and_say_their_version() {
    for file in workflows() {
        let text = tree::read(&file);
        let uses = text
            .lines()
            .filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("uses: "));
        let mut pinned = 0;
        for used in uses.filter(|used| !used.starts_with("./")) {
            let (commit, version) = used
                .split_once('@')
                .and_then(|(_, rest)| rest.split_once(" # v"))
                .unwrap_or_else(|| panic!("{file}: `{used}` is to be `action@commit # vX.Y.Z`"));
            let whole = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(whole, "{file}: `{commit}` is no full commit");
            assert_eq!(version.split('.').count(), 3, "{file}: `v{version}` is not exact");
            pinned += 1;
        }
        assert!(pinned > 0, "{file} uses no action, so it cannot work");
    }
}

/// S3: nothing is permitted but what a job names, nothing is left behind, nothing runs on.
#[test]
fn workflows_hold_the_least_they_need() {
    for file in workflows() {
        let workflow = document(&file);
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{file}: permissions");
        assert!(workflow["concurrency"]["group"].is_string(), "{file}: concurrency");
        for (name, job) in workflow["jobs"].as_object().expect("jobs") {
            assert!(job["timeout-minutes"].is_u64(), "{file}: {name} has no timeout");
            assert!(job["permissions"].is_object(), "{file}: {name} has no permissions");
            for step in job["steps"].as_array().expect("steps") {
                let checks_out =
                    step["uses"].as_str().is_some_and(|u| u.starts_with("actions/checkout@"));
                assert!(
                    !checks_out || step["with"]["persist-credentials"] == false,
                    "{file}: {name} leaves its token in the repository"
                );
            }
        }
    }
}

/// S37: what runs the code of dependencies can write nothing.
#[test]
fn what_builds_a_release_cannot_publish_it() {
    let release = document(".github/workflows/release.yml");
    for (name, job) in release["jobs"].as_object().expect("jobs") {
        let permissions = job["permissions"].as_object().expect("permissions");
        let writes = permissions.values().any(|scope| scope == "write");
        let text = job.to_string();
        let builds = text.contains("cargo") || text.contains("actions/checkout@");
        assert!(writes != builds, "{name}: it is to build or to write");
    }
}

#[test]
fn the_job_for_gitlab_installs_the_version_it_is_of() {
    let plain = tree::read("templates/pacegate.gitlab-ci.yml");
    let component = tree::read("templates/pacegate/template.yml");
    for (text, key) in [(&plain, "PACEGATE_VERSION"), (&component, "default")] {
        let line = format!("{key}: \"{}\"\n", env!("CARGO_PKG_VERSION"));
        assert!(text.contains(&line), "{line}");
    }
}

/// The releases of a table of checksums, each with the targets that it has archives for.
fn releases(table: &str, targets: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut releases = BTreeMap::<String, BTreeSet<String>>::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (sum, name) = line.split_once("  ").unwrap_or_else(|| panic!("{line}"));
        let digits = sum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        assert!(sum.len() == 64 && digits, "{line}");
        let name = name.strip_prefix("pacegate-").and_then(|name| name.strip_suffix(".tar.gz"));
        let name = name.unwrap_or_else(|| panic!("{line}"));
        let of = |target: &&String| name.ends_with(&format!("-{target}"));
        let target = targets.iter().find(of).unwrap_or_else(|| panic!("{line}: no such target"));
        let version = &name[..name.len() - target.len() - 1];
        assert!(version.split('.').count() >= 3, "{line}");
        let new = releases.entry(version.to_owned()).or_default().insert(target.clone());
        assert!(new, "{line}: listed twice");
    }
    releases
}

/// What is listed last is what the action installs on any machine that binaries are built for.
#[test]
fn each_release_is_listed_whole() {
    let release = document(".github/workflows/release.yml");
    let built = &release["jobs"]["build"]["strategy"]["matrix"]["include"];
    let built = built.as_array().expect("a matrix").iter();
    let targets: BTreeSet<String> =
        built.map(|one| one["target"].as_str().expect("a target").to_owned()).collect();
    assert!(targets.len() >= 4, "{targets:?}");
    let table = tree::read("checksums.txt");
    assert!(table.ends_with('\n'), "what is added begins a line");
    let sample: String = targets
        .iter()
        .map(|target| format!("{}  pacegate-1.2.3-rc.1-{target}.tar.gz\n", "a".repeat(64)))
        .collect();
    for (version, listed) in releases(&(table + &sample), &targets) {
        assert_eq!(listed, targets, "{version}");
    }
}

/// The environment of the parent can be read, so that no text may promise more than `SECURITY.md` does.
#[test]
fn no_text_promises_that_a_token_is_out_of_reach() {
    assert!(tree::read("SECURITY.md").contains("/proc/PID/environ"));
    let action = document("action.yml");
    let docs = tree::read("docs/github.md");
    let row = docs.lines().find(|line| line.starts_with("| `github-token`")).expect("a row");
    for text in [action["inputs"]["github-token"]["description"].as_str().expect("a text"), row] {
        assert!(text.contains("not handed to") && !text.contains("never"), "{text}");
    }
}

/// The component and the file to include are one job.
#[test]
fn both_forms_for_gitlab_do_the_same() {
    let component = tree::read("templates/pacegate/template.yml");
    let component: Value =
        serde_yaml::from_str(component.split("\n---\n").nth(1).expect("two documents"))
            .expect("YAML");
    let plain = document("templates/pacegate.gitlab-ci.yml");
    let (component, plain) = (&component["$[[ inputs.job-name ]]"], &plain[".pacegate"]);
    for key in ["before_script", "script", "rules", "artifacts", "allow_failure"] {
        assert!(!plain[key].is_null(), "{key}");
        assert_eq!(component[key], plain[key], "{key}");
    }
}
