//! The JSON documents and their checked-in schemas.

use crate::{bundles, hostile};
use pacegate::model::Bundle;
use pacegate::report::{self, Format, Options, Style, escape, render};
use serde_json::Value;
use std::path::Path;

fn json(bundle: &Bundle) -> String {
    render(bundle, Format::Json, &Options { columns: 80, style: Style::Plain }).unwrap()
}

#[test]
fn a_bundle_comes_back_from_json() {
    for (name, bundle) in bundles::all() {
        let text = json(&bundle);
        assert!(text.ends_with("}\n"), "{name}");
        assert_eq!(serde_json::from_str::<Bundle>(&text).unwrap(), bundle, "{name}");
    }
}

#[test]
fn hostile_text_comes_back_and_commands_nobody() {
    let poisoned = hostile::Poisoned::new();
    for text in hostile::TEXTS {
        let bundle = poisoned.with(text);
        let json = json(&bundle);
        assert_eq!(serde_json::from_str::<Bundle>(&json).unwrap(), bundle, "{text:?}");
        let hidden = |c: char| c != '\n' && (c.is_control() || escape::is_deceptive(c));
        assert!(!json.contains(hidden) && !json.contains("##"), "{json}");
        assert!(!json.lines().any(|line| line.trim_start().starts_with("::")), "{json}");
    }
}

#[test]
fn json_reads_well() {
    insta::assert_snapshot!("json__first_run", json(&bundles::first_run()));
}

#[test]
fn documents_keep_to_their_schemas() {
    let bundle_schema = jsonschema::validator_for(&report::bundle_schema()).unwrap();
    let run_schema = jsonschema::validator_for(&report::run_schema()).unwrap();
    for (name, bundle) in bundles::all() {
        let document: Value = serde_json::from_str(&json(&bundle)).unwrap();
        if let Err(error) = bundle_schema.validate(&document) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
        assert!(run_schema.is_valid(&document["run"]), "{name}");
        assert!(!run_schema.is_valid(&document), "a bundle is no run");
    }
    assert!(!bundle_schema.is_valid(&serde_json::json!({"format": "pacegate-bundle"})));
}

/// The copies that editors and other tools read; `PACEGATE_BLESS=1` rewrites them.
#[test]
fn checked_in_schemas_are_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (file, schema) in [
        ("bundle.schema.json", report::bundle_schema()),
        ("diagnosis.schema.json", report::diagnosis_schema()),
        ("run.schema.json", report::run_schema()),
        ("segment.schema.json", report::segment_schema()),
    ] {
        let path = docs.join(file);
        let text = report::json_document(&schema).unwrap();
        if std::env::var_os("PACEGATE_BLESS").is_some() {
            std::fs::create_dir_all(&docs).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(checked_in == text, "{file} is stale; run the tests once with PACEGATE_BLESS=1");
    }
}
