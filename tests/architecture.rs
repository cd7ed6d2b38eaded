//! Which module may name which, held as a table: a new edge edits the table, so that it is seen.
//!
//! Sources are read as tokens, so comments and strings never count, and paths within macros do.
//! Unit tests are held to the table like the code around them; a test that needs more of the library
//! than its module may know belongs in `tests/`.

#[path = "support/paths.rs"]
mod paths;
#[path = "support/tree.rs"]
mod tree;

use paths::{Path, paths};
use std::collections::{BTreeMap, BTreeSet};

/// Modules of the library (and `bin`, the command), and those that each may name. Every module may
/// name itself; `lib.rs` only declares them and is not held to the table.
const MAY_NAME: [(&str, &[&str]); 16] = [
    ("stats", &[]),
    ("git", &[]),
    ("hook", &["git"]),
    ("model", &[]),
    ("exit", &["model"]),
    ("config", &["model"]),
    ("measure", &["model", "config", "stats", "git"]),
    ("store", &["model", "git"]),
    ("analyze", &["model", "stats"]),
    ("gate", &["model", "config"]),
    ("report", &["model"]),
    ("publish", &["model", "report"]),
    ("serve", &["model", "store", "analyze", "gate", "report"]),
    ("error", &["model", "config", "measure", "store", "report", "publish", "exit"]),
    (
        "pipeline",
        &[
            "stats", "model", "config", "measure", "store", "analyze", "gate", "report", "publish",
            "serve", "exit", "error",
        ],
    ),
    // Of `measure` only what a command line is for: the launcher child, the stop, the progress.
    ("bin", &["pipeline", "config", "measure", "report", "publish", "exit", "error", "hook"]),
];

/// Rows of modules that are not built yet.
const PLANNED: [&str; 1] = ["serve"];

/// Modules that compute and never touch the world: the same input gives the same result.
const PURE: [&str; 5] = ["stats", "model", "analyze", "gate", "report"];

/// What touches the world, as parts of paths.
const WORLD: [&str; 11] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "tokio",
    "Instant",
    "SystemTime",
    "now_utc",
    "now_local",
    "now_v7",
];

/// Crates that only one place may name, so that replacing one is the work of one place.
const OWNED: [(&str, &str); 8] = [
    ("clap", "src/bin/"),
    ("hyper", "src/measure/"),
    ("indicatif", "src/bin/"),
    ("junit_report", "src/report/"),
    ("octocrab", "src/publish/"),
    ("procfs", "src/measure/"),
    ("rusqlite", "src/store/"),
    ("serde_yaml", "src/config/"),
];

/// The longest a file may be.
const MAX_LINES: usize = 500;

/// Files that may be longer, and why.
const LONG: [(&str, &str); 2] = [
    ("tests/report/bundles.rs", "data: one bundle for each kind of outcome"),
    (
        "tests/shop.rs",
        "a table of requests: every endpoint, flag and bad input of the demo service",
    ),
];

#[test]
fn every_module_names_only_what_the_table_allows() {
    let exported = exports(&tree::read("src/lib.rs"));
    let found: Vec<String> = tree::files("src")
        .iter()
        .filter(|file| file.ends_with(".rs") && *file != "src/lib.rs")
        .flat_map(|file| violations(file, &tree::read(file), &exported))
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_module_has_a_row_and_every_row_a_module() {
    let there: BTreeSet<String> = tree::files("src")
        .iter()
        .filter(|file| *file != "src/lib.rs")
        .map(|file| module(file).to_owned())
        .collect();
    for name in &there {
        assert!(
            MAY_NAME.iter().any(|(module, _)| module == name),
            "module `{name}` has no row: add it to MAY_NAME in tests/architecture.rs, with the modules it may name"
        );
        assert!(
            !PLANNED.contains(&name.as_str()),
            "module `{name}` is built: take it off PLANNED in tests/architecture.rs"
        );
    }
    for (name, may) in MAY_NAME {
        assert!(
            there.contains(name) || PLANNED.contains(&name),
            "no module `{name}` is there: take its row off MAY_NAME in tests/architecture.rs"
        );
        for other in may {
            assert!(
                MAY_NAME.iter().any(|(module, _)| module == other),
                "row `{name}` allows `{other}`, which has no row"
            );
        }
    }
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    const VAGUE: [&str; 7] = ["util", "utils", "helper", "helpers", "misc", "common", "manager"];
    for file in tree::files("").iter().filter(|file| file.ends_with(".rs")) {
        let lines = tree::read(file).lines().count();
        let reason = LONG.iter().find(|(long, _)| long == file);
        assert!(
            lines <= MAX_LINES || reason.is_some(),
            "{file} has {lines} lines: split it by ideas, or name it in LONG in tests/architecture.rs with a reason"
        );
        assert!(
            lines > MAX_LINES || reason.is_none(),
            "{file} has only {lines} lines: take it off LONG in tests/architecture.rs"
        );
        let vague = file.split(['/', '.']).find(|part| VAGUE.contains(part));
        assert!(vague.is_none(), "{file}: name it for what it holds, not `{}`", vague.unwrap());
    }
    for (long, _) in LONG {
        assert!(tree::root().join(long).is_file(), "{long} is gone: take it off LONG");
    }
    let lines = tree::read("src/bin/pacegate/main.rs").lines().count();
    assert!(
        lines < 60,
        "main.rs has {lines} lines: it should read as the pipeline, in less than 60"
    );
}

/// The sentence for each path in a source file that the tables forbid.
fn violations(file: &str, source: &str, exported: &BTreeMap<String, String>) -> Vec<String> {
    let module = module(file);
    let may = MAY_NAME.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, may)| may);
    let mut found = Vec::new();
    for Path { line, segments } in paths(source, depth(file)) {
        let own_crate = if module == "bin" { "pacegate" } else { "crate" };
        if segments[0] == own_crate && segments.len() > 1 {
            let named = exported.get(&segments[1]).unwrap_or(&segments[1]).as_str();
            if ["*", "self"].contains(&named) {
                found.push(format!(
                    "{file}:{line}: `{module}` names the whole crate at once; name each module, so that its edges are seen"
                ));
            } else if named != module && !may.contains(&named) {
                found.push(format!(
                    "{file}:{line}: `{module}` names `{named}`, and may not; move the shared part to a module that both may name, or allow the edge in MAY_NAME in tests/architecture.rs and say why"
                ));
            }
        }
        let path = segments.join("::");
        let touches = |part: &&&str| format!("::{path}::").contains(&format!("::{part}::"));
        if PURE.contains(&module)
            && let Some(part) = WORLD.iter().find(touches)
        {
            found.push(format!(
                "{file}:{line}: `{module}` names `{part}`, and is to compute only; take what it gives as an argument"
            ));
        }
        if let Some((name, place)) = OWNED.iter().find(|(name, _)| *name == segments[0])
            && !file.starts_with(place)
        {
            found.push(format!("{file}:{line}: the crate `{name}` is named only in {place}"));
        }
    }
    found
}

/// The module of the library that a file belongs to: `src/gate/rule.rs` is `gate`'s.
fn module(file: &str) -> &str {
    let inner = file.strip_prefix("src/").unwrap_or(file);
    inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
}

/// How many modules deep a file's own module is below the top: 1 for `src/gate/mod.rs`.
fn depth(file: &str) -> usize {
    let parts = file.trim_start_matches("src/").trim_end_matches("/mod.rs").split('/');
    parts.count()
}

/// Which module each item that `lib.rs` lifts to the top comes from: `Error` is `error`'s.
fn exports(lib: &str) -> BTreeMap<String, String> {
    paths(lib, 0)
        .into_iter()
        .filter(|path| MAY_NAME.iter().any(|(module, _)| path.segments[0] == *module))
        .filter_map(|path| Some((path.segments.last()?.clone(), path.segments[0].clone())))
        .collect()
}

mod tests {
    use super::*;

    fn check(file: &str, source: &str, expected: &[(usize, &str)]) {
        let exported = exports("pub use error::{Error, Kind};");
        let found = violations(file, source, &exported);
        assert_eq!(found.len(), expected.len(), "{source}\n{found:#?}");
        for (sentence, (line, named)) in found.iter().zip(expected) {
            assert!(sentence.starts_with(&format!("{file}:{line}: ")), "{sentence}");
            assert!(sentence.contains(&format!("`{named}`")), "{named}: {sentence}");
        }
    }

    #[test]
    fn allowed_edges_pass() {
        check("src/gate/rule.rs", "use crate::config::Rule;\nuse crate::gate::judge;", &[]);
        check("src/bin/pacegate/run.rs", "use crate::args::Args; use pacegate::Error;", &[]);
        check("src/stats/rank.rs", "use super::quantile; use std::collections::BTreeMap;", &[]);
    }

    #[test]
    fn forbidden_edges_are_caught_however_they_are_written() {
        check("src/stats/rank.rs", "\nuse crate::model::Unit;", &[(2, "model")]);
        check("src/gate/rule.rs", "fn f() -> crate::store::Id { g() }", &[(1, "store")]);
        check(
            "src/gate/rule.rs",
            "use crate::{\n    model::{Run, Unit},\n    analyze::compare as c,\n};",
            &[(3, "analyze")],
        );
        check("src/gate/rule.rs", "use super::super::store;", &[(1, "store")]);
        check("src/gate/rule.rs", "mod tests { use super::super::super::store; }", &[(1, "store")]);
        check(
            "src/model/run.rs",
            "fn f() { println!(\"{}\", crate::stats::median(x)) }",
            &[(1, "stats")],
        );
        check(
            "src/report/view.rs",
            "#[cfg(test)] mod tests { use crate::gate::judge; }",
            &[(1, "gate")],
        );
        check("src/store/git.rs", "use crate::Kind;", &[(1, "error")]);
        check("src/bin/pacegate/run.rs", "use pacegate::stats;", &[(1, "stats")]);
        check("src/exit.rs", "use crate::report as words;", &[(1, "report")]);
        check(
            "src/store/git.rs",
            "use crate::*; use crate as house;",
            &[(1, "store"), (1, "store")],
        );
    }

    #[test]
    fn comments_and_strings_do_not_count() {
        check(
            "src/stats/rank.rs",
            "/// As [`crate::model::Unit`].\n// crate::model\nconst A: &str = \"crate::model\";\npub(crate) fn f() {}",
            &[],
        );
    }

    #[test]
    fn pure_modules_do_not_touch_the_world() {
        check("src/analyze/shift.rs", "use std::{fmt, fs};", &[(1, "std::fs")]);
        check("src/report/view.rs", "let now = std::time::Instant::now();", &[(1, "Instant")]);
        check("src/store/sqlite.rs", "use std::fs;", &[]);
    }

    #[test]
    fn a_crate_with_an_owner_is_named_there_only() {
        check("src/config/yaml.rs", "use serde_yaml::Options;", &[]);
        check("src/pipeline.rs", "use rusqlite::Connection;", &[(1, "rusqlite")]);
    }
}
