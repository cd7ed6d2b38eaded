//! What all of these tests need.

use miette::{GraphicalReportHandler, GraphicalTheme};
use pacegate::config::{self, ConfigError, Plan};
use std::path::Path;

pub(crate) const HEAD: &str = "version: 1\nproject: shop\n";
pub(crate) const GATES: &str = "gates: [ { series: \"*\", regression: {} } ]\n";

/// The day on which these tests take place.
pub(crate) fn today() -> time::Date {
    time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap()
}

pub(crate) fn parse(text: &str) -> Result<Plan, ConfigError> {
    config::parse(text, Path::new("gates.yaml"), Path::new("/repo"), today())
}

/// The error as a terminal of 100 columns without colour shows it.
pub(crate) fn rendered(error: &ConfigError) -> String {
    let mut out = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut out, error)
        .unwrap();
    out
}

/// A file with these benchmarks.
pub(crate) fn benchmarks(text: &str) -> String {
    format!("{HEAD}benchmarks:\n{text}\n{GATES}")
}

/// A file with one command benchmark that has these further keys.
pub(crate) fn command(keys: &str) -> String {
    benchmarks(&format!("  start:\n    command: {{ run: [shop], {keys} }}"))
}

/// A file with one load, sent to a running service.
pub(crate) fn load(arrivals: &str, steps: &str) -> String {
    format!(
        "{HEAD}loads:\n  browse:\n    url: http://127.0.0.1:80\n    arrivals: {arrivals}\n    \
         steps: {steps}\n{GATES}"
    )
}

/// A file with one load of one step.
pub(crate) fn step(step: &str) -> String {
    load("{ rate: 50/s, for: 2s }", &format!("[ {step} ]"))
}

/// A file with these gates, and a benchmark for them.
pub(crate) fn gates(text: &str) -> String {
    format!("{HEAD}benchmarks: {{ parse: {{ command: {{ run: [shop] }} }} }}\ngates:\n{text}\n")
}
