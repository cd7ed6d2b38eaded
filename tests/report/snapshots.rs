//! The reports as a person sees them.

use crate::bundles;
use pacegate::report::{Format, Options, Style, render};

fn check(kind: &str, format: Format, options: Options) {
    for (name, bundle) in bundles::all() {
        let text = render(&bundle, format, &options).unwrap();
        insta::assert_snapshot!(format!("{kind}__{name}"), text);
    }
}

fn terminal(columns: usize, style: Style) -> Options {
    Options { columns, style }
}

#[test]
fn terminal_80() {
    check("terminal_80", Format::Text, terminal(80, Style::Plain));
}

#[test]
fn terminal_120() {
    check("terminal_120", Format::Text, terminal(120, Style::Plain));
}

#[test]
fn terminal_colour() {
    check("terminal_colour", Format::Text, terminal(80, Style::Colour));
}

#[test]
fn markdown() {
    check("markdown", Format::Markdown, terminal(80, Style::Plain));
}

/// Those that show every kind of result.
#[test]
fn junit() {
    for (kind, format) in [("junit", Format::Junit), ("junit_strict", Format::JunitStrict)] {
        for (name, bundle) in [
            ("fail", bundles::fail()),
            ("error", bundles::error()),
            ("first_run", bundles::first_run()),
            ("waived", bundles::waived()),
            ("paired", crate::paired::bundle()),
        ] {
            let text = render(&bundle, format, &terminal(80, Style::Plain)).unwrap();
            insta::assert_snapshot!(format!("{kind}__{name}"), text);
        }
    }
}

/// What GitLab reads, of the kinds that differ there.
#[test]
fn gitlab() {
    for (kind, format) in [
        ("codequality", Format::Codequality),
        ("openmetrics", Format::Openmetrics),
        ("load_performance", Format::LoadPerformance),
    ] {
        for (name, bundle) in [("fail", bundles::fail()), ("error", bundles::error())] {
            let text = render(&bundle, format, &terminal(80, Style::Plain)).unwrap();
            insta::assert_snapshot!(format!("{kind}__{name}"), text);
        }
    }
}

#[test]
fn reports_are_deterministic() {
    let options = terminal(80, Style::Colour);
    for (name, bundle) in bundles::all() {
        let copy = bundle.clone();
        for format in [
            Format::Text,
            Format::Json,
            Format::Junit,
            Format::JunitStrict,
            Format::Markdown,
            Format::Codequality,
            Format::Openmetrics,
            Format::LoadPerformance,
        ] {
            let draw = |bundle| render(bundle, format, &options).unwrap();
            assert_eq!(draw(&bundle), draw(&copy), "{name} as {format:?}");
        }
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    use unicode_width::UnicodeWidthStr;
    for (name, bundle) in bundles::all() {
        for columns in [60, 80, 100, 120, 200] {
            let text = render(&bundle, Format::Text, &terminal(columns, Style::Plain)).unwrap();
            for line in text.lines() {
                assert!(line.width() <= columns, "{name} at {columns}: {line}");
                assert_eq!(line, line.trim_end(), "{name}: trailing space");
            }
        }
    }
}
