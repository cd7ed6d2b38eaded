//! What `package.json` tells.

use super::Repository;
use super::look::text;
use serde_json::Value;
use std::path::Path;

/// Scripts that can be measured, or that start something that can.
const SCRIPTS: [&str; 6] = ["bench", "benchmark", "perf", "build", "test", "start"];
/// What `npm init` writes where there is no test.
const NO_TEST: &str = "no test specified";
/// Lock files, with what writes them.
const RUNNERS: [(&str, &str); 4] =
    [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun")];

pub(super) fn look(dir: &Path, found: &mut Repository) {
    let package = text(&dir.join("package.json"));
    let Some(package) = package.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
        return;
    };
    if let Some(name) = package["name"].as_str() {
        found.name = name.to_owned();
    }
    let is_there = |name: &&str| {
        package["scripts"][*name].as_str().is_some_and(|script| !script.contains(NO_TEST))
    };
    found.scripts = SCRIPTS.into_iter().filter(is_there).collect();
    if let Some((_, runner)) = RUNNERS.iter().find(|(lock, _)| dir.join(lock).is_file()) {
        found.script_runner = runner;
    }
}
