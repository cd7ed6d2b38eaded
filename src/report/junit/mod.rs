//! The report as JUnit XML, which CI systems show as a list of tests.
//!
//! The default dialect says all it can to GitLab, GitHub actions and Jenkins alike. The strict one
//! keeps to the elements and attributes that every published schema of Jenkins' xUnit plugin
//! accepts: no `file`, no properties of a test case, no attribute of `skipped`.

mod case;
mod finish;

use super::escape;
use super::number::NBSP;
use super::phrase::Phrase;
use super::view::View;
use finish::Property;
use junit_report::{OffsetDateTime, Report, TestSuite};
use time::UtcOffset;

/// Which readers a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// For GitLab, GitHub actions and other lenient readers.
    Lenient,
    /// For readers that validate.
    Strict,
}

/// Draws a view as a document with one suite.
pub(crate) fn draw(view: &View<'_>, dialect: Dialect) -> Result<String, junit_report::Error> {
    let cases = case::all(view, dialect);
    let properties: Vec<Vec<Property>> = cases.iter().map(|case| case.properties.clone()).collect();
    let suite = TestSuite {
        name: attribute(&view.project),
        package: "pacegate".to_owned(),
        timestamp: timestamp(view.bundle.run.started),
        hostname: "localhost".to_owned(),
        testcases: cases.into_iter().map(|case| case.test).collect(),
        system_out: Some(content(&summary(view))),
        system_err: None,
    };
    let mut report = Report::new();
    report.add_testsuite(suite.clone());
    let mut bytes = Vec::new();
    report.write_xml(&mut bytes)?;
    finish::finish(&bytes, &suite, &suite_properties(view), &properties)
}

/// In UTC and whole seconds: readers know no other form, and years beyond four digits have none.
fn timestamp(started: OffsetDateTime) -> OffsetDateTime {
    started
        .checked_to_offset(UtcOffset::UTC)
        .filter(|utc| (0..=9999).contains(&utc.year()))
        .and_then(|utc| utc.replace_nanosecond(0).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn summary(view: &View<'_>) -> String {
    let mut lines = vec![format!("{}: {}.", view.verdict(), view.sentence.text()), String::new()];
    let mut facts = |name: &str, texts: &[Phrase]| {
        lines.extend(texts.iter().map(|text| format!("{name:<9} {}", text.text())));
    };
    facts("to do", &view.advice);
    facts("note", &view.notes);
    facts("census", &[Phrase::plain(view.census.as_str())]);
    facts("baseline", std::slice::from_ref(&view.baseline));
    facts("run", std::slice::from_ref(&view.run));
    facts("machine", std::slice::from_ref(&view.machine));
    lines.push(String::new());
    lines.join("\n")
}

fn suite_properties(view: &View<'_>) -> Vec<Property> {
    let bundle = view.bundle;
    let run = &bundle.run;
    let texts = [
        ("verdict", Some(bundle.verdict.name().to_owned())),
        ("exit-code", Some(bundle.exit_code.to_string())),
        ("tool", Some(format!("pacegate {}", bundle.tool))),
        ("run", Some(run.id.to_string())),
        ("commit", run.revision.commit.clone()),
        ("branch", run.revision.branch.clone()),
        ("baseline", Some(view.baseline.text())),
        ("census", Some(view.census.clone())),
        ("machine", Some(view.machine.text())),
        ("policy", Some(bundle.policy.path.clone())),
        ("policy-sha256", Some(bundle.policy.sha256.clone())),
        ("strict", Some(bundle.policy.strict.to_string())),
    ];
    texts
        .into_iter()
        .filter_map(|(name, value)| Some(Property::new(name, &escape::prose(&value?))))
        .collect()
}

/// Text for an attribute.
fn attribute(text: &str) -> String {
    escape::xml(text).replace(NBSP, " ")
}

/// Text for a CDATA section.
fn content(text: &str) -> String {
    escape::cdata(text).replace(NBSP, " ")
}

/// A phrase with a full stop, for an attribute.
fn sentence(phrase: &Phrase) -> String {
    format!("{}.", attribute(&phrase.text()))
}
