//! A first `gates.yaml` for repositories of every kind.

use crate::schema::accepts;
use crate::support::today;
use pacegate::config::{self, BenchmarkKind, Plan, init, look};
use proptest::prelude::*;
use std::path::Path;

/// A repository with these files, named `shop`.
struct Tree {
    dir: tempfile::TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Tree { dir: tempfile::tempdir().unwrap() };
        std::fs::create_dir(tree.path()).unwrap();
        for (name, text) in files {
            let path = tree.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        tree
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("shop")
    }

    fn init(&self) -> String {
        init(&look(&self.path()))
    }
}

/// What the file means; it is valid for the reader and for the schema.
#[track_caller]
fn loaded(name: &str, text: &str) -> Plan {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gates.yaml");
    std::fs::write(&path, text).unwrap();
    let (plan, _) =
        config::load(&path, today()).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    accepts(name, text);
    plan
}

/// The file with every example taken up. A `#` with one space after it begins prose.
fn uncommented(text: &str) -> String {
    let line = |line: &str| {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        match rest.strip_prefix('#') {
            Some(example)
                if !example.is_empty()
                    && (!example.starts_with(' ') || example.starts_with("  ")) =>
            {
                format!("{indent}{example}\n")
            }
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(line).collect()
}

fn argv(plan: &Plan) -> Vec<String> {
    let command = |kind: &BenchmarkKind| match kind {
        BenchmarkKind::Command(command) => command.run.argv.join(" "),
        BenchmarkKind::Criterion(criterion) => criterion.command.argv.join(" "),
    };
    plan.benchmarks
        .iter()
        .map(|benchmark| format!("{}: {}", benchmark.name, command(&benchmark.kind)))
        .collect()
}

/// The file is as in the snapshot, runs these commands, and stays valid with all of its examples.
#[track_caller]
fn check(name: &str, files: &[(&str, &str)], commands: &[&str]) {
    let text = Tree::new(files).init();
    let plan = loaded(name, &text);
    assert_eq!(plan.project, "shop");
    assert_eq!(argv(&plan), commands);
    assert!(plan.gates.len() >= plan.benchmarks.len());
    let with_examples = uncommented(&text);
    let more = loaded(name, &with_examples);
    assert!(
        more.benchmarks.len() > plan.benchmarks.len() && more.loads.len() == 1,
        "{with_examples}"
    );
    assert!(
        !with_examples.contains("\n#v") && text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    insta::assert_snapshot!(name, text);
}

const CRITERION: &str = r#"
[package]
name = "shop"

[dev-dependencies]
criterion = "0.8"

[[bench]]
name = "parse"
harness = false

[[bench]]
name = "query"
harness = false
"#;

#[test]
fn nothing_at_all() {
    check("nothing", &[], &["example: sleep 0.05"]);
}

#[test]
fn criterion_benches() {
    check(
        "criterion",
        &[
            ("Cargo.toml", CRITERION),
            ("benches/parse.rs", ""),
            ("benches/old.rs", ""),
            ("src/main.rs", ""),
        ],
        &["parse: cargo bench --bench parse", "query: cargo bench --bench query"],
    );
}

#[test]
fn a_workspace() {
    check(
        "workspace",
        &[
            ("Cargo.toml", "[workspace]\nmembers = ['crates/*', 'tool', '../outside', '/outside']"),
            ("package.json", r#"{"name": "shop"}"#),
            ("crates/lex/Cargo.toml", &CRITERION.replace("\"shop\"", "\"lex\"")),
            ("crates/not-a-crate.txt", ""),
            ("tool/Cargo.toml", "[package]\nname = 'tool'\n[dependencies]\nclap = '4'"),
            ("tool/src/main.rs", ""),
        ],
        &[
            "lex-parse: cargo bench -p lex --bench parse",
            "lex-query: cargo bench -p lex --bench query",
        ],
    );
}

#[test]
fn a_program_with_help() {
    check(
        "program",
        &[
            (
                "Cargo.toml",
                "[package]\nname = 'shop'\n[dependencies]\nclap = '4'\n[[bin]]\nname = 'shopctl'",
            ),
            ("src/main.rs", ""),
        ],
        &["shopctl: ./target/release/shopctl --help"],
    );
}

/// It may be a server that never ends, so it is no benchmark yet.
#[test]
fn a_program_of_which_nothing_is_known() {
    check(
        "server",
        &[("Cargo.toml", "[package]\nname = 'shop'"), ("src/main.rs", "")],
        &["example: sleep 0.05"],
    );
}

#[test]
fn scripts() {
    let package = r#"{"name": "shop", "scripts": {"bench": "node b.js", "start": "node s.js", "test": "jest"}}"#;
    check(
        "scripts",
        &[
            ("package.json", package),
            ("pnpm-lock.yaml", ""),
            ("k6/buy.k6.js", ""),
            ("locustfile.py", ""),
        ],
        &["bench: pnpm run bench"],
    );
}

#[test]
fn scripts_without_a_benchmark() {
    let package = r#"{"name": "shop", "scripts": {"test": "echo \"Error: no test specified\" && exit 1", "build": "tsc"}}"#;
    check("build_script", &[("package.json", package)], &["build: npm run build"]);
}

/// What cannot be read counts as not there.
#[test]
fn broken_files() {
    let large = format!("{CRITERION}# {}", "x".repeat(1 << 20));
    for (name, text) in [
        ("Cargo.toml", "[package"),
        ("Cargo.toml", "package = 3\nworkspace = []\nbench = {}\nbin = 'x'"),
        ("Cargo.toml", "[package]\nname = 3\n[[bench]]\nname = []"),
        ("Cargo.toml", large.as_str()),
        ("Cargo.toml/directory", ""),
        ("package.json", "{"),
        ("package.json", "[]"),
        ("package.json", r#"{"name": 3, "scripts": ["bench"]}"#),
        ("package.json", r#"{"scripts": {"bench": null}}"#),
    ] {
        let plan = loaded(name, &Tree::new(&[(name, text)]).init());
        assert_eq!(
            (plan.project.as_str(), argv(&plan)),
            ("shop", vec!["example: sleep 0.05".to_owned()]),
            "{text}"
        );
    }
    let missing = init(&look(Path::new("/nonexistent/shop")));
    assert_eq!(loaded("missing", &missing).project, "shop");
}

/// Names that are no plain text in YAML, or would be more than a name if they were written as they
/// are.
const HOSTILE: [&str; 22] = [
    "null",
    "~",
    "true",
    "1e3",
    "-",
    "--",
    "a: b",
    "a #b",
    "# a",
    "'",
    "\"",
    "\\",
    "a\nstore: sqlite:evil",
    "a\r\nb",
    "\"\nstore: \"sqlite:evil",
    "*a",
    "&a b",
    "!!binary x",
    "%YAML",
    "{a: [",
    "\u{2028}gates: []",
    "\u{feff}\u{1b}[31m\u{202e}",
];

/// The file for a repository in which everything has this name; it says what it says for any name.
fn check_name(name: &str) {
    // JSON's texts are TOML's, but for this one.
    let quoted = serde_json::json!(name).to_string().replace('\u{7f}', "\\u007f");
    let manifest = CRITERION.replace("\"shop\"", &quoted).replace("\"query\"", &quoted)
        + &format!("[[bin]]\nname = {quoted}\n[dependencies]\nclap = '4'\n");
    let package =
        serde_json::json!({ "name": name, "scripts": { "bench": name, name: name } }).to_string();
    for files in [
        &[("Cargo.toml", manifest.as_str())][..],
        &[("package.json", package.as_str())],
        &[("Cargo.toml", &manifest), ("package.json", &package)],
    ] {
        let text = Tree::new(files).init();
        let plan = loaded(name, &text);
        // White space may be trimmed or folded, and characters dropped that cannot be shown.
        let solid = |text: &str| -> String {
            let kept = |c: &char| !c.is_whitespace() && plan.project.contains(*c);
            text.chars().filter(kept).collect()
        };
        let (all, kept) = (solid(name), solid(&plan.project));
        let is_name = all == kept || (name.chars().count() > 120 && all.starts_with(&kept));
        let is_stand_in = ["project", "shop"].contains(&plan.project.as_str());
        assert!(is_name || is_stand_in, "{:?} of {name:?}", plan.project);
        let ordinary = loaded("ordinary", &Tree::new(&[]).init());
        assert_eq!(
            (&plan.reports.len(), plan.loads.len(), plan.services.len()),
            (&ordinary.reports.len(), 0, 0)
        );
        assert!(
            format!("{:?}", plan.store).ends_with(".pacegate/history.db\")"),
            "{:?}",
            plan.store
        );
        assert!(plan.benchmarks.len() <= 3);
        loaded(name, &uncommented(&text));
    }
}

#[test]
fn hostile_names() {
    HOSTILE.into_iter().for_each(check_name);
    // The last character that is kept is a space, and the only one.
    check_name(&format!("{} xx", "x".repeat(119)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_name(name in "\\PC{0,150}|[\\x00-\\x7f\u{85}\u{2028}\u{feff}é]{1,30}|[-:,{}\\[\\]*&!|>'\"%@`#?~ \na1.]{1,20}") {
        check_name(&name);
    }
}

/// Files may be named in any way too; only comments tell of them.
#[cfg(target_os = "linux")]
#[test]
fn hostile_files() {
    let names = HOSTILE.map(|name| {
        (format!("benches/{name}.rs"), format!("k6/{name}.k6.js"), format!("src/bin/{name}.rs"))
    });
    let files: Vec<(&str, &str)> = names
        .iter()
        .flat_map(|(bench, k6, bin)| [(bench.as_str(), ""), (k6.as_str(), ""), (bin.as_str(), "")])
        .chain([("Cargo.toml", CRITERION)])
        .collect();
    let text = Tree::new(&files).init();
    assert_eq!(loaded("files", &text).benchmarks.len(), 2);
    loaded("files", &uncommented(&text));
}

/// A pipe where a file is looked for must not be waited for.
#[cfg(unix)]
#[test]
fn a_pipe_is_not_a_file() {
    let tree = Tree::new(&[]);
    nix::unistd::mkfifo(&tree.path().join("Cargo.toml"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_eq!(loaded("pipe", &tree.init()).benchmarks.len(), 1);
}
