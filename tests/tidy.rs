//! House rules that are plain tests: they need no tool, and say what to do.

#[path = "support/tree.rs"]
mod tree;

use pulldown_cmark::{Event, Parser, Tag};
use std::path::Path;

/// Snapshots and lock files hold what a program wrote, licences what their authors did.
fn is_ours(file: &str) -> bool {
    const TEXT: [&str; 8] = [".rs", ".md", ".toml", ".yaml", ".yml", ".json", ".sh", ".html"];
    let text = TEXT.iter().any(|end| file.ends_with(end)) || file == ".ci/run";
    text && !file.ends_with("package-lock.json")
}

#[test]
fn text_is_clean() {
    // Written in pieces, so that this file keeps its own rules.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
    let machines = ["/ho", "/wo", "/ro", "/Us"].iter().zip(["me/", "rk/", "ot/", "ers/"]);
    let machines: Vec<String> = machines.map(|(a, b)| format!("{a}{b}")).collect();
    let mut found = Vec::new();
    for file in tree::files("").iter().filter(|file| is_ours(file)) {
        let text = tree::read(file);
        for (number, line) in (1..).zip(text.lines()) {
            let mut say = |what: String| found.push(format!("{file}:{number}: {what}"));
            if line.trim_end() != line {
                say("space at the end of the line; remove it".to_owned());
            }
            if line.contains('\t') {
                say("a tab; write spaces, or `\\t` in a string".to_owned());
            }
            if let Some(mark) = marks.iter().find(|mark| line.contains(**mark)) {
                say(format!("`{mark}`; do it now, or file an issue"));
            }
            if let Some(path) = machines.iter().find(|path| line.contains(path.as_str())) {
                say(format!("`{path}`; a path of one machine means nothing on another"));
            }
        }
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            found.push(format!("{file}: end it with one line break"));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_source_says_what_it_is() {
    for file in tree::files("").iter().filter(|file| file.ends_with(".rs")) {
        let text = tree::read(file);
        assert!(
            text.starts_with("//! "),
            "{file}: begin with `//!` and one sentence on the module"
        );
    }
}

#[test]
fn links_to_files_resolve() {
    let mut links = 0;
    for file in tree::files("").iter().filter(|file| file.ends_with(".md")) {
        let text = tree::read(file);
        let folder = tree::root().join(file).parent().map(Path::to_owned).unwrap_or_default();
        for event in Parser::new(&text) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            let target = dest_url.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                links += 1;
                assert!(folder.join(target).exists(), "{file}: no file `{target}` is there");
            }
        }
    }
    assert!(links > 0, "no link was found, so none was checked");
}

#[test]
fn the_changelog_has_this_version_once() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    let changelog = tree::read("CHANGELOG.md");
    let count = changelog.lines().filter(|line| line.starts_with(&heading)).count();
    assert_eq!(count, 1, "CHANGELOG.md needs exactly one heading `{heading}`");
}

#[test]
fn dependencies_are_sorted_and_used() {
    let manifest = tree::read("Cargo.toml");
    let sources = |folders: &[&str]| -> String {
        let files = tree::files("").into_iter();
        let inside = |file: &String| folders.iter().any(|folder| file.starts_with(folder));
        files.filter(|file| file.ends_with(".rs") && inside(file)).map(|f| tree::read(&f)).collect()
    };
    let library = sources(&["src/"]);
    let all = sources(&["src/", "tests/", "benches/", "examples/"]);
    let mut checked = 0;
    for section in manifest.split("\n[").filter(|s| s.lines().next().is_some_and(is_dependencies)) {
        let heading = section.lines().next().unwrap_or_default();
        let code = if heading.contains("dev-dependencies") { &all } else { &library };
        let names: Vec<&str> = section
            .lines()
            .skip(1)
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| Some(line.split_once(['.', ' ', '='])?.0))
            .collect();
        assert!(names.is_sorted(), "[{heading}: sort it by name: {names:?}");
        for name in names {
            let path = name.replace('-', "_");
            let named =
                code.contains(&format!("{path}::")) || code.contains(&format!("use {path}"));
            assert!(named, "[{heading}: no code names `{name}`; remove it");
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} dependencies were found in Cargo.toml");
}

/// Tests that the security policy names, as `file::name`.
#[test]
fn the_security_policy_names_tests_that_are_there() {
    let policy = tree::read("SECURITY.md");
    let named: Vec<(&str, &str)> = policy
        .split('`')
        .filter(|part| part.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        .filter_map(|part| part.split_once(".rs::"))
        .collect();
    assert!(named.len() > 50, "the table is there: {named:?}");
    for (file, name) in named {
        let text = tree::read(&format!("{file}.rs"));
        assert!(text.contains(&format!("fn {name}(")), "{file}.rs has no test `{name}`");
    }
}

fn is_dependencies(heading: &str) -> bool {
    heading.trim_end_matches(']').ends_with("dependencies")
}
