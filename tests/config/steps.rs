//! The file of accepted steps: what it may say, and how it is told what it must not.

use crate::schema::document;
use crate::support::{GATES, HEAD, rendered, today};
use pacegate::config::{self, AcceptedStep, ConfigError, accepted_path};
use pacegate::report;
use std::path::Path;
use std::sync::LazyLock;

static VALIDATOR: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&config::accepted_schema()).unwrap());

/// The accepted steps of a configuration beside which this text lies.
fn load(text: &str) -> Result<Vec<AcceptedStep>, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("gates.yaml");
    std::fs::write(&config, format!("{HEAD}{GATES}")).unwrap();
    std::fs::write(accepted_path(&config), text).unwrap();
    config::load(&config, today()).map(|(plan, _)| plan.accepted)
}

/// One step, with a part of it changed.
fn with(part: &str, to: &str) -> String {
    let step =
        "{ series: 'parse/*', commit: abcdef01, time: 2026-11-25T10:30:00Z, reason: 'see #12' }";
    format!("version: 1\nsteps:\n  - {}\n", step.replace(part, to))
}

#[test]
fn steps_are_read() {
    let check = |text: &str, expected: usize| {
        assert_eq!(load(text).unwrap().len(), expected, "{text}");
        let document = document(text);
        assert!(VALIDATOR.is_valid(&document), "{document}");
    };
    check("version: 1\nsteps: []\n", 0);
    check(&with("", ""), 1);
    check(&with("abcdef01", "1234567"), 1);
    check(&with("abcdef01", &format!("'{}'", "0A".repeat(32))), 1);
    check(&with("10:30:00Z", "10:30:00.25+05:30"), 1);
    let step = &load(&with("abcdef01", "ABCDEF01")).unwrap()[0];
    assert_eq!((step.commit.as_str(), step.reason.as_str()), ("abcdef01", "see #12"));
    assert!(step.series.matches("parse/time") && !step.series.matches("index/time"));
    assert_eq!(step.time.unix_timestamp(), 1_795_602_600);
}

#[test]
fn what_is_refused_reads_well() {
    let cases = [
        ("nothing", String::new()),
        ("no list", "version: 1\n".to_owned()),
        ("version of tomorrow", "version: 2\nsteps: []\n".to_owned()),
        ("unknown key", with("reason", "because")),
        ("no time", with("time: 2026-11-25T10:30:00Z, ", "")),
        ("twice", with("commit", "series")),
        ("no commit", with("abcdef01", "main")),
        ("too short a hash", with("abcdef01", "abcdef")),
        ("a day", with("T10:30:00Z", "")),
        ("no such day", with("11-25", "11-31")),
        ("no glob", with("parse/*", "parse/[")),
        ("empty reason", with("see #12", "  ")),
    ];
    let mut told = String::new();
    for (name, text) in cases {
        let error = load(&text).expect_err(name);
        let path = error.path().display().to_string();
        assert!(path.ends_with("gates.accepted.yaml"), "{path}");
        told += &format!("--- {name}\n{}\n", rendered(&error).replace(&path, "PATH").trim_end());
    }
    insta::assert_snapshot!(told);
}

/// The copy that editors read; `PACEGATE_BLESS=1` rewrites it.
#[test]
fn the_checked_in_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/accepted.schema.json");
    let text = report::json_document(&config::accepted_schema()).unwrap();
    if std::env::var_os("PACEGATE_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(checked_in, text, "it is stale; run the tests once with PACEGATE_BLESS=1");
}
