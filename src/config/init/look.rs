//! Looking at a repository: bounded and tolerant, since what is there may be anything.

use super::{Repository, cargo, node};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// The most that is read of one file, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The most entries that are read of one directory.
const MAX_ENTRIES: usize = 1000;
/// Where load tests are usually kept.
const LOAD_TEST_DIRECTORIES: [&str; 6] = ["", "k6", "load", "loadtest", "perf", "tests/load"];

/// Looks for what can be measured in the repository at `dir`.
///
/// What is missing, unreadable, malformed or too large counts as not there.
pub fn look(dir: &Path) -> Repository {
    let mut found = Repository { script_runner: "npm", ..Repository::default() };
    node::look(dir, &mut found);
    cargo::look(dir, &mut found);
    if found.name.trim().is_empty() {
        // `.` has no name before it is made absolute.
        let absolute = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        found.name = absolute.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    found.load_tests = LOAD_TEST_DIRECTORIES
        .into_iter()
        .flat_map(|below| {
            let names = names(&dir.join(below)).into_iter().filter(|name| is_load_test(name));
            names.map(move |name| {
                format!("{below}{}{name}", if below.is_empty() { "" } else { "/" })
            })
        })
        .collect();
    found
}

fn is_load_test(name: &str) -> bool {
    let script = [".js", ".ts", ".mjs"].iter().any(|ending| name.ends_with(ending));
    (script && name.split(['.', '-', '_']).any(|part| part == "k6"))
        || (name.starts_with("locustfile") && name.ends_with(".py"))
}

/// The text of a file, where it is one, small enough and UTF-8.
pub(super) fn text(path: &Path) -> Option<String> {
    // Opening a pipe would wait for a writer.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    let read = File::open(path).ok()?.take(MAX_BYTES + 1).read_to_string(&mut text).ok()?;
    (read as u64 <= MAX_BYTES).then_some(text)
}

/// The names in a directory, sorted.
pub(super) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().take(MAX_ENTRIES).flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
