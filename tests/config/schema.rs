//! The JSON Schema against the reader: it accepts what the reader accepts, and refuses what is wrong
//! in form.

use crate::accepted;
use crate::support::{GATES, HEAD, benchmarks, command, gates, load, parse, step};
use pacegate::{config, report};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;

static VALIDATOR: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&config::schema()).unwrap());

/// The file as editors see it.
pub(crate) fn document(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[track_caller]
pub(crate) fn accepts(name: &str, text: &str) {
    if let Err(error) = VALIDATOR.validate(&document(text)) {
        panic!("{name}: {error} at {}", error.instance_path());
    }
}

#[test]
fn it_is_a_schema_of_draft_2020_12() {
    let schema = config::schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
}

#[test]
fn it_accepts_what_the_reader_accepts() {
    for (name, text) in accepted::all() {
        accepts(name, &text);
    }
}

#[test]
fn it_refuses_what_is_wrong_in_form() {
    let top = |text: &str| format!("{HEAD}{text}\n{GATES}");
    for (name, text) in [
        ("list", "[]".to_owned()),
        ("no gates", HEAD.to_owned()),
        ("empty gates", format!("{HEAD}gates: []")),
        ("version of tomorrow", format!("version: 2\nproject: shop\n{GATES}")),
        ("unknown key", top("benchmark: {}")),
        ("unknown key below", command("sampels: 5")),
        ("text for a list", benchmarks("  a: { command: { run: cargo bench } }")),
        ("no program", benchmarks("  a: { command: { run: [] } }")),
        ("no benchmark", benchmarks("  a: {}")),
        (
            "two benchmarks",
            benchmarks("  a: { command: { run: [x] }, criterion: { command: [x] } }"),
        ),
        ("text for a number", command("samples: many")),
        ("no samples", command("samples: 0")),
        ("parsecs", command("timeout: 250 parsecs")),
        ("negative", command("timeout: -1")),
        ("a time without a unit", command("timeout: 5")),
        ("a text of one", command("timeout: \"5\"")),
        ("star within a variable", command("pass_env: [\"A*B\"]")),
        ("store", top("store: postgres://h/db")),
        ("two rules", gates("  - { series: \"*\", limit: { max: 1 }, regression: {} }")),
        ("no rule", gates("  - { series: \"*\" }")),
        ("empty limit", gates("  - { series: \"*\", limit: {} }")),
        ("severity", gates("  - { series: \"*\", regression: {}, severity: warning }")),
        ("rate", load("{ rate: 5ms, for: 1s }", "[ { get: / } ]")),
        ("no step", load("{ rate: 5/s, for: 1s }", "[]")),
        ("two methods", step("{ get: /, post: / }")),
        ("no method", step("{ name: x }")),
        ("status", step("{ get: /, expect: { status: 20 } }")),
        ("day", top("waivers: [ { series: \"*\", reason: x, until: tomorrow } ]")),
        ("a command for a list of them", top("build: [cargo, build]")),
        ("an empty command", top("build: [ [] ]")),
        ("too few pairs", top("paired: { pairs: 7 }")),
        ("report", top("reports: [ { html: a.html } ]")),
        ("two reports in one", top("reports: [ { json: a, text: b } ]")),
    ] {
        assert!(parse(&text).is_err(), "{name}: the reader refuses it");
        assert!(!VALIDATOR.is_valid(&document(&text)), "{name}: the schema refuses it");
    }
}

/// The copy that editors read; `PACEGATE_BLESS=1` rewrites it.
#[test]
fn the_checked_in_copy_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gates.schema.json");
    let text = report::json_document(&config::schema()).unwrap();
    if std::env::var_os("PACEGATE_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(checked_in, text, "it is stale; run the tests once with PACEGATE_BLESS=1");
}
