//! Commands in the docs and in what is shipped for CI: each is one that the command line takes.

use crate::dir::Dir;
use std::path::Path;

/// Documents, of which code blocks count, and files that are code altogether.
const DOCUMENTS: [&str; 3] = ["docs/github.md", "docs/gitlab.md", "docs/other-ci.md"];
const FILES: [&str; 3] = [
    "templates/pacegate.gitlab-ci.yml",
    "templates/pacegate/template.yml",
    ".pre-commit-hooks.yaml",
];

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What stands between fences.
fn code(document: &str) -> String {
    document.split("\n```").skip(1).step_by(2).collect::<Vec<_>>().join("\n")
}

/// The arguments of each `pacegate VERB …` in a text.
fn commands(text: &str) -> Vec<Vec<String>> {
    let ends = |c: char| "'\";|>&)]\n".contains(c);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let calls = lines.flat_map(|line| line.split("pacegate ").skip(1));
    calls
        .map(|call| call.split(ends).next().unwrap_or_default().split(' ').map(str::to_owned))
        .map(|words| words.filter(|word| !word.is_empty()).collect::<Vec<_>>())
        .filter(|words| words.first().is_some_and(|verb| VERBS.contains(&verb.as_str())))
        .collect()
}

const VERBS: [&str; 8] = ["ci", "check", "completions", "hook", "man", "publish", "report", "run"];

#[test]
fn documented_commands_are_there() {
    let dir = Dir::new();
    let texts =
        DOCUMENTS.iter().map(|file| code(&read(file))).chain(FILES.iter().map(|file| read(file)));
    let found: Vec<Vec<String>> = texts.flat_map(|text| commands(&text)).collect();
    assert!(found.len() >= 15, "{found:#?}");
    for words in found {
        // Help is printed when all before it was understood.
        dir.run(&format!("{} --help", words.join(" "))).check(0, &["Usage: pacegate"]);
    }
}
