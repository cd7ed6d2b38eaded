//! Everything that is refused, in the words that a person reads.
//!
//! Each snapshot holds the errors of one topic.

use crate::support::{GATES, HEAD, benchmarks, command, gates, load, parse, rendered, step, today};
use pacegate::config;
use std::path::Path;

/// Every text is refused, at a place, and reads as in the snapshot.
#[track_caller]
fn check(topic: &str, cases: &[(&str, String)]) {
    let mut told = String::new();
    for (name, text) in cases {
        let error = parse(text).expect_err(name);
        assert!(error.line().is_some(), "{name} has a place");
        assert!(error.span().is_some_and(|span| !span.is_empty()), "{name} is underlined");
        told += &format!("--- {name}\n{}\n", rendered(&error).trim_end());
    }
    insta::assert_snapshot!(topic, told);
}

fn file(text: &str) -> String {
    format!("{HEAD}{text}\n{GATES}")
}

#[test]
fn keys() {
    check(
        "keys",
        &[
            ("unknown at the top", file("benchmark: {}")),
            ("unknown below", command("sampels: 5")),
            ("unknown, near nothing", step("{ get: /, zebra: 1 }")),
            ("unknown with an escape", file("\"\\e[31m\": 1")),
            ("twice", file("project: shop2")),
            (
                "name twice",
                benchmarks("  a: { command: { run: [x] } }\n  a: { command: { run: [y] } }"),
            ),
            ("twice in a body", step("{ post: /, json: { a: 1, a: 2 } }")),
            ("no version", format!("project: shop\n{GATES}")),
            ("no gates", HEAD.to_owned()),
            ("nothing to run", benchmarks("  a: { command: {} }")),
            ("no steps", file("loads:\n  a:\n    arrivals: { rate: 1/s, for: 1s }")),
            ("version of tomorrow", format!("version: 2\nproject: shop\n{GATES}")),
            ("users, not yet", file("loads: { a: { users: { count: 20 } } }")),
        ],
    );
}

#[test]
fn kinds() {
    check(
        "kinds",
        &[
            ("top is a list", "- a\n".to_owned()),
            ("top is a text", "hello\n".to_owned()),
            ("top is null", "null\n".to_owned()),
            ("TOML", "[package]\nname = \"shop\"\n".to_owned()),
            ("HTML", "<!DOCTYPE html>\n<html></html>\n".to_owned()),
            ("version is a text", format!("version: one\nproject: shop\n{GATES}")),
            ("project is missing", format!("version: 1\nproject:\n{GATES}")),
            ("project is a list", format!("version: 1\nproject: [a]\n{GATES}")),
            ("gates is a map", format!("{HEAD}gates: {{ series: a }}\n")),
            ("a gate is a text", gates("  - parse/wall")),
            ("limit is a number", gates("  - { series: \"*\", limit: 250ms }")),
            ("regression is a number", gates("  - series: \"*\"\n    regression: 5%")),
            ("strict is yes", gates("  - { series: \"*\", regression: { strict: yes } }")),
            (
                "severity is unknown",
                gates("  - { series: \"*\", regression: {}, severity: warning }"),
            ),
            (
                "severity is a list",
                gates("  - { series: \"*\", regression: {}, severity: [warn] }"),
            ),
            ("a benchmark is nothing", benchmarks("  a:")),
            ("a benchmark is a text", benchmarks("  a: cargo bench")),
            ("a benchmark is flat", benchmarks("  a: { run: [x] }")),
            ("a benchmark is empty", benchmarks("  a: {}")),
            (
                "a benchmark is two",
                benchmarks("  a:\n    command: { run: [x] }\n    criterion: { command: [x] }"),
            ),
            ("a command is a line", benchmarks("  a: { command: { run: cargo bench } }")),
            ("a command is empty", benchmarks("  a: { command: { run: [] } }")),
            ("an argument is null", benchmarks("  a: { command: { run: [x, null] } }")),
            ("an argument is a list", benchmarks("  a: { command: { run: [[x]] } }")),
            ("samples are a text", command("samples: many")),
            ("samples are negative", command("samples: -3")),
            ("samples are too many", command("samples: 99999999999")),
            ("exit code is none", command("ok_exit: [256]")),
            ("environment is a list", command("env: [A=B]")),
            ("a report is a path", file("reports: [ a.json ]")),
            ("a report is unknown", file("reports: [ { html: a.html } ]")),
            ("a report is two", file("reports:\n  - json: a.json\n    junit: a.xml")),
            ("branches are one", file("baseline: { branches: main }")),
        ],
    );
}

#[test]
fn yaml() {
    let bomb =
        |from: char, to: char| format!("{to}: &{to} [{}]", vec![format!("*{from}"); 9].join(","));
    let bomb: Vec<String> = ('a'..'g').zip('b'..='g').map(|(from, to)| bomb(from, to)).collect();
    let many_anchors: Vec<String> = (0..101).map(|n| format!("&a{n} x")).collect();
    let many_aliases = vec!["*a"; 201].join(",");
    check(
        "yaml",
        &[
            ("not closed", format!("{HEAD}gates: [ {{ series: a, limit: {{ max: 1 }}\n")),
            ("closed by another", format!("{HEAD}gates: [ {{ series: a ]\n")),
            ("quote not closed", format!("{HEAD}gates: [ {{ series: \"a }} ]\n")),
            ("star without quotes", gates("  - series: *\n    regression: {}")),
            (
                "star and more without quotes",
                gates("  - series: */latency/p95\n    regression: {}"),
            ),
            ("at sign", gates("  - series: @shop\n    regression: {}")),
            ("percent sign in front", gates("  - series: \"*\"\n    regression: { max: %5 }")),
            ("colon in a value", file("store: sqlite: a.db")),
            ("no space after a colon", file("store:sqlite")),
            ("no space after a quoted text", gates("  - { series: \"*\"regression: {} }")),
            ("unknown escape", file("store: \"sqlite:C:\\q\"")),
            ("tab", format!("{HEAD}gates:\n\t- series: a\n")),
            ("not aligned", gates("  - series: a\n   regression: {}")),
            ("one key too deep", file(" store: sqlite:a.db")),
            ("several documents", format!("{HEAD}{GATES}---\n{HEAD}{GATES}")),
            ("unknown tag", file("store: !secret a")),
            ("unknown alias", file("store: *path")),
            ("alias of itself", format!("{HEAD}gates: &a [ *a ]\n")),
            ("merge of a number", command("<<: 3")),
            ("merge of a map with other keys", command("env: &e { A: 1 }, <<: *e")),
            (
                "alias bomb",
                step(&format!("{{ post: /, json: {{ a: &a [x], {} }} }}", bomb.join(", "))),
            ),
            ("many anchors", step(&format!("{{ post: /, json: [{}] }}", many_anchors.join(",")))),
            ("many aliases", step(&format!("{{ post: /, json: [ &a x, {many_aliases} ] }}"))),
            (
                "too deep",
                step(&format!("{{ post: /, json: {}{} }}", "[".repeat(70), "]".repeat(70))),
            ),
            (
                "too many values",
                format!("{HEAD}gates:\n{}", "- { series: a, regression: {} }\n".repeat(5000)),
            ),
            ("control character", file("store: a\u{1b}[31mb")),
            ("zero byte", file("store: a\0b")),
            ("escape in a value", file("store: \"a\\e[31m\"")),
            ("text turned around", file("store: \"a\u{202e}b\"")),
            ("wide letters before it", file("store: '日本語' @")),
            ("Windows lines", file("store: @").replace('\n', "\r\n")),
            ("very long line", file(&format!("store: {}", "x".repeat(600)))),
        ],
    );
}

#[test]
fn quantities() {
    let limit = |max: &str| gates(&format!("  - {{ series: \"*\", limit: {{ max: {max} }} }}"));
    let share =
        |max: &str| gates(&format!("  - {{ series: \"*\", regression: {{ max: {max} }} }}"));
    let arrivals = |text: &str| load(&format!("{{ {text} }}"), "[ { get: / } ]");
    check(
        "quantities",
        &[
            ("parsecs", arrivals("rate: 50/s, for: 250 parsecs")),
            ("letter case", limit("64mib")),
            ("ambiguous", limit("5m")),
            ("separators", limit("\"1,000\"")),
            ("two units", limit("5ms/s")),
            ("not a number", limit(".nan")),
            ("infinite", limit(".inf")),
            ("negative", limit("-5ms")),
            ("too large", limit("1e400")),
            ("a list", limit("[1ms]")),
            ("forgotten percent sign", share("5")),
            ("a time for a share", share("5ms")),
            ("a time for a rate", arrivals("rate: 5ms, for: 2s")),
            ("rate of zero", arrivals("rate: 0/s, for: 2s")),
            ("rate beyond reach", arrivals("rate: 1e9/s, for: 2s")),
            ("no time at all", arrivals("rate: 50/s, for: 0s")),
            ("too long", arrivals("rate: 50/s, for: 3d")),
            ("too long a timeout", command("timeout: 1e9d")),
            ("no connection", arrivals("rate: 50/s, for: 2s, connections: 0")),
            ("seed of nothing", arrivals("rate: 50/s, for: 2s, seed: 3")),
            ("unknown spacing", arrivals("rate: 50/s, for: 2s, spacing: gauss")),
        ],
    );
}

/// A load that is sent somewhere, and asks for nothing.
const LOAD: &str = "loads:\n  browse:\n    url: http://h\n    arrivals: { rate: 1/s, for: 1s }";

#[test]
fn loads() {
    let sent_by = |engine: &str, step: &str| {
        let steps = format!("steps: [ {{ get: / {step} }} ]");
        file(&format!("loads:\n  a:\n    url: http://h\n    {engine}\n    {steps}"))
    };
    let service = |keys: &str| file(&format!("services:\n  shop: {{ command: [shop], {keys} }}"));
    let sent_to = |to: &str| {
        file(&format!(
            "services: {{ shop: {{ command: [x], ready: http://h/ }} }}\nloads:\n  browse:\n    {to}\n    \
             arrivals: {{ rate: 1/s, for: 1s }}\n    steps: [ {{ get: / }} ]"
        ))
    };
    check(
        "loads",
        &[
            ("unknown service", sent_to("service: shpo")),
            ("nowhere to send", sent_to("timeout: 1s")),
            ("URL with a path", sent_to("url: http://127.0.0.1/api")),
            ("not a URL", service("ready: 127.0.0.1:80")),
            ("https", service("ready: https://127.0.0.1/")),
            ("another scheme", service("ready: ftp://127.0.0.1/")),
            ("password", service("ready: http://me:secret@127.0.0.1/")),
            ("port", service("ready: http://127.0.0.1:99999/")),
            ("no method", step("{ name: x }")),
            ("two methods", step("{ get: /, post: / }")),
            ("not a path", step("{ get: products }")),
            ("space in a path", step("{ get: /a b }")),
            ("two steps of a name", step("{ get: / }, { get: / }")),
            ("no step", load("{ rate: 1/s, for: 1s }", "[]")),
            ("no HTTP status", step("{ get: /, expect: { status: 20 } }")),
            ("status in words", step("{ get: /, expect: { status: ok } }")),
            ("one of the statuses", step("{ get: /, expect: { status: [200, 1e9] } }")),
            ("two bodies", step("{ post: /, json: 1, body: x }")),
            ("NaN in a body", step("{ post: /, json: { a: .nan } }")),
            ("header name", step("{ get: /, headers: { \"x y\": 1 } }")),
            ("header value", step("{ get: /, headers: { x: \"a\\nb\" } }")),
            (
                "steps and journeys",
                file(&format!(
                    "{LOAD}\n    steps: [ {{ get: / }} ]\n    journeys: {{ a: {{ steps: [ {{ get: /a }} ] }} }}"
                )),
            ),
            ("neither", file(LOAD)),
            (
                "weight",
                file(&format!(
                    "{LOAD}\n    journeys: {{ a: {{ weight: 0, steps: [ {{ get: / }} ] }} }}"
                )),
            ),
            ("no journey", file(&format!("{LOAD}\n    journeys: {{}}"))),
            (
                "a step's name in two journeys",
                file(&format!(
                    "{LOAD}\n    journeys: {{ a: {{ steps: [ {{ get: / }} ] }}, b: {{ steps: [ {{ get: / }} ] }} }}"
                )),
            ),
            (
                "a variable that nobody sets",
                step("{ get: \"/${ids}\", extract: { id: \"$.id\" } }"),
            ),
            (
                "misspelt variable",
                step("{ get: /, extract: { id: \"$.id\" } }, { get: \"/${ids}\" }"),
            ),
            ("variable not closed", step("{ get: \"/${id\" }")),
            ("variable in a body", step("{ post: /, json: { a: \"${1}\" } }")),
            ("JSON path", step("{ get: /, extract: { id: \"$.items[\" } }")),
            ("regular expression", step("{ get: /, extract: { id: \"regex:(\" } }")),
            ("no source", step("{ get: /, extract: { id: items } }")),
            ("name of a variable", step("{ get: /, extract: { \"a b\": $.a } }")),
            ("expected JSON path", step("{ get: /, expect: { json: { items: 1 } } }")),
            ("size in time", step("{ get: /, expect: { size: 5s } }")),
            ("range of thinking", step("{ get: /, think: 3s..1s }")),
            ("thinks too long", step("{ get: /, think: 1h }")),
            (
                "table of what",
                file(&format!(
                    "{LOAD}\n    steps: [ {{ get: / }} ]\n    data: [ {{ file: users.txt }} ]"
                )),
            ),
            ("nobody sends", sent_by("distributed: { users: 1, for: 1s, workers: 0 }", "")),
            ("too many users", sent_by("distributed: { users: 100001, for: 1s }", "")),
            ("listens nowhere", sent_by("distributed: { users: 1, for: 1s, listen: here }", "")),
            (
                "a path that no worker reads",
                sent_by("distributed: { users: 1, for: 1s }", ", extract: { id: \"$..id\" }"),
            ),
            (
                "users here and elsewhere",
                sent_by("users: { count: 1, for: 1s }\n    distributed: { users: 1, for: 1s }", ""),
            ),
            ("script and steps", sent_by("k6: { script: a.js }", "")),
            (
                "not in whole seconds",
                file(
                    "loads: { a: { url: \"http://h\", locust: { file: a.py, users: 1, for: 1500ms } } }",
                ),
            ),
            (
                "a comma in a path",
                file(
                    "loads: { a: { url: \"http://h\", locust: { file: \"a,b.py\", users: 1, for: 1s } } }",
                ),
            ),
            (
                "too many redirects",
                file(&format!("{LOAD}\n    steps: [ {{ get: / }} ]\n    redirects: 21")),
            ),
            (
                "stages and a rate",
                load(
                    "{ rate: 1/s, for: 1s, stages: [ { rate: 1/s, for: 1s } ] }",
                    "[ { get: / } ]",
                ),
            ),
            ("no rate", load("{ for: 1s }", "[ { get: / } ]")),
            ("no stage", load("{ stages: [] }", "[ { get: / } ]")),
            (
                "stage without a rate",
                load("{ stages: [ { from: 1/s, for: 1s } ] }", "[ { get: / } ]"),
            ),
            (
                "stages without a journey",
                load("{ stages: [ { rate: 0/s, for: 1s } ] }", "[ { get: / } ]"),
            ),
            (
                "stages of more than an hour",
                load(
                    "{ stages: [ { rate: 1/s, for: 31min }, { to: 9/s, for: 30min } ] }",
                    "[ { get: / } ]",
                ),
            ),
            ("threads", load("{ rate: 1/s, for: 1s, threads: 0 }", "[ { get: / } ]")),
            ("protocol", load("{ rate: 1/s, for: 1s, protocol: http3 }", "[ { get: / } ]")),
            ("header of the engine", step("{ get: /, headers: { Content-Length: 5 } }")),
        ],
    );
}

#[test]
fn names() {
    check(
        "names",
        &[
            ("space", benchmarks("  a b: { command: { run: [x] } }")),
            ("out of the tree", benchmarks("  ../a: { command: { run: [x] } }")),
            ("null", benchmarks("  ~: { command: { run: [x] } }")),
            ("list", benchmarks("  [a]: { command: { run: [x] } }")),
            (
                "of two targets",
                file(
                    "benchmarks: { a: { command: { run: [x] } } }\nloads:\n  a:\n    url: http://h\n    \
                     arrivals: { rate: 1, for: 1s }\n    steps: [ { get: / } ]",
                ),
            ),
            (
                "below a criterion benchmark",
                benchmarks(
                    "  a: { criterion: { command: [x] } }\n  a/b: { command: { run: [x] } }",
                ),
            ),
            ("of the project", format!("version: 1\nproject: \"  \"\n{GATES}")),
            ("variable with a value", command("env: { \"A=B\": c }")),
            ("variable without a value", command("env: { A: }")),
            ("variables passed, all", command("pass_env: [\"*\"]")),
            ("variables passed, star within", command("pass_env: [\"A*B\"]")),
            ("variables passed, with a value", command("pass_env: [A=1]")),
            ("variables passed, empty", command("pass_env: [\"\"]")),
            ("variables passed, as a text", command("pass_env: HOME")),
        ],
    );
}

#[test]
fn policy() {
    let waiver = |keys: &str| file(&format!("waivers:\n  - {{ series: \"*\", {keys} }}"));
    check(
        "policy",
        &[
            ("no gates", format!("{HEAD}gates: []\n")),
            ("gate that matches nothing", gates("  - { series: prase/wall, regression: {} }")),
            ("gate near nothing", gates("  - { series: zebra/wall, regression: {} }")),
            ("gate without a series", gates("  - { regression: {} }")),
            ("gate on an empty series", gates("  - { series: \"\", regression: {} }")),
            ("not a glob", gates("  - { series: \"parse/[\", regression: {} }")),
            ("two rules", gates("  - series: \"*\"\n    limit: { max: 1 }\n    regression: {}")),
            ("no rule", gates("  - { series: \"*\" }")),
            ("empty limit", gates("  - { series: \"*\", limit: {} }")),
            ("min above max", gates("  - { series: \"*\", limit: { min: 5ms, max: 1ms } }")),
            ("two kinds of unit", gates("  - { series: \"*\", limit: { min: 5ms, max: 1% } }")),
            ("expired waiver", waiver("reason: x, until: 2026-11-22")),
            ("day that is none", waiver("reason: x, until: 2027-02-30")),
            ("day in another form", waiver("reason: x, until: 31.1.2027")),
            ("waiver without a reason", waiver("reason: \"\", until: 2027-01-31")),
            ("waiver without an end", waiver("reason: x")),
            ("two reports to a path", file("reports: [ { json: a }, { junit: ./a } ]")),
            ("report over the store", file("store: sqlite:a.db\nreports: [ { json: a.db } ]")),
            ("report without a path", file("reports: [ { json: \"\" } ]")),
            ("unknown store", file("store: postgres://h/db")),
            ("branch that is none", file("store: git:a..b")),
            ("remote that is none", file("store: git:perf@--upload-pack=x")),
            ("no branch", file("baseline: { branches: [] }")),
            ("no run", file("baseline: { runs: 0 }")),
            ("release of another form", file("baseline: { release: --all }")),
            (
                "no release to compare with",
                gates("  - { series: \"*\", regression: { against: release } }"),
            ),
            (
                "neither baseline nor release",
                gates("  - { series: \"*\", regression: { against: main } }"),
            ),
        ],
    );
}

#[test]
fn paired() {
    check(
        "paired",
        &[
            ("base of two words", file("base: origin main")),
            ("base that is a flag", file("base: --all")),
            ("no base", file("base: \"\"")),
            ("one command for a list of them", file("build: [cargo, build]")),
            ("a line for a command", file("build: [ cargo build ]")),
            ("empty command", file("build: [ [] ]")),
            ("commands without end", file(&format!("build: [ {} ]", "[x], ".repeat(101)))),
            ("too few pairs to decide", file("paired: { pairs: 7 }")),
            ("too many pairs", file("paired: { pairs: 1000 }")),
            ("no time", file("paired: { time: 0s }")),
            ("time in parsecs", file("paired: { time: 5 parsecs }")),
            ("time without a unit", file("paired: { time: 5 }")),
            ("no segment", file("paired: { segment: 0 }")),
            ("too long a segment", file("paired: { segment: 2h }")),
        ],
    );
}

/// What is found before there is any YAML to read.
#[test]
fn files() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("empty.yaml"), "").unwrap();
    std::fs::write(path("comments.yaml"), "\u{feff}# later\n\n---\n").unwrap();
    std::fs::write(path("latin1.yaml"), b"version: 1\nproject: caf\xe9\n").unwrap();
    std::fs::write(path("binary.yaml"), [0x7f, b'E', b'L', b'F', 0, 1, 2, 0xff]).unwrap();
    std::fs::write(path("large.yaml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    std::fs::create_dir(path("directory.yaml")).unwrap();
    let mut told = String::new();
    for name in ["missing", "empty", "comments", "latin1", "binary", "large", "directory"] {
        let error = config::load(&path(&format!("{name}.yaml")), today()).unwrap_err();
        let shown = rendered(&error).replace(&dir.path().display().to_string(), "DIR");
        told += &format!("--- {name}\n{}\n", shown.trim_end());
    }
    insta::assert_snapshot!("files", told);
}

#[test]
fn one_line_names_the_place() {
    let error = parse(&file("benchmark: {}")).unwrap_err();
    assert_eq!(error.to_string(), "gates.yaml:3:1: unknown key `benchmark`");
    assert_eq!(
        (error.path(), error.line(), error.column()),
        (Path::new("gates.yaml"), Some(3), Some(1))
    );
    assert_eq!(error.span(), Some(25..34));
}
