//! Text for a terminal with foreign text in it.

use crate::{bundles, hostile};
use pacegate::model::*;
use pacegate::report::{Format, Options, Style, escape, render};

/// What a report must be whatever the bundle holds: text and our own colours, no line that a CI system
/// takes for a command, nothing that hides or reorders.
fn check(bundle: &Bundle) {
    for style in [Style::Plain, Style::Colour] {
        let text = render(bundle, Format::Text, &Options { columns: 80, style }).unwrap();
        let plain = match style {
            Style::Plain => text,
            Style::Colour => without_colours(&text),
        };
        assert!(plain.len() < 200_000, "{} bytes", plain.len());
        for line in plain.lines() {
            assert!(
                !line.contains(|c: char| c.is_control() || escape::is_deceptive(c)),
                "{line:?}"
            );
            assert!(!line.trim_start().starts_with("::") && !line.contains("##"), "{line}");
        }
    }
}

/// Takes colours and weights away, and nothing else that begins with an escape.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (codes, rest) = part.split_once('m').unwrap();
        assert!(codes.chars().all(|c| c.is_ascii_digit() || c == ';'), "{codes:?}");
        plain.push_str(rest);
    }
    plain
}

#[test]
fn hostile_text_stays_text() {
    for (_, bundle) in bundles::all() {
        check(&bundle);
    }
    check(&hostile::everything());
    let poisoned = hostile::Poisoned::new();
    for text in hostile::TEXTS {
        check(&poisoned.with(text));
    }
    for unit in ["x", "##", "::", "\x1b[31m", "\u{202e}"] {
        check(&hostile::huge(unit));
    }
}
