//! Test cases: one a judgement, and one a target that could not be measured.

use super::finish::Property;
use super::{Dialect, attribute, content, sentence};
use crate::model::Verdict;
use crate::report::phrase::Phrase;
use crate::report::view::{FailureView, Row, View};
use crate::report::{escape, number, sentence as sentences};
use junit_report::{Duration, TestCase, TestResult};
use std::collections::{HashMap, HashSet};

/// More than a day is no measuring time that a reader could use.
const LONGEST: f64 = 1e6;

/// A test case and what the writer of the format cannot hold.
pub(super) struct Case {
    pub(super) test: TestCase,
    pub(super) properties: Vec<Property>,
}

/// Every test case: judgements in an order that does not depend on what was measured, so that
/// names stay the same from run to run; then targets that could not be measured.
///
/// A build that fails has at least one case that is not green, and a build without cases has one.
pub(super) fn all(view: &View<'_>, dialect: Dialect) -> Vec<Case> {
    let mut rows: Vec<&Row<'_>> = view.rows.iter().collect();
    rows.sort_by_key(|row| (row.judgement.gate, &row.judgement.series));
    let shares = shares(view);
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|row| of_row(view, row, dialect, &shares))
        .chain(view.failures.iter().map(|failure| of_failure(view, failure)))
        .collect();
    let red = cases.iter().any(|case| case.test.is_failure() || case.test.is_error());
    if cases.is_empty() || (view.bundle.exit_code != 0 && !red) {
        cases.push(of_build(view));
    }
    let mut taken = HashSet::new();
    for Case { test, .. } in &mut cases {
        // Readers keep only the first of two cases of one name.
        let first = test.name.clone();
        let mut copy = 1;
        while !taken.insert((test.classname.clone(), test.name.clone())) {
            copy += 1;
            test.name = format!("{first} ({copy})");
        }
        test.filepath = match dialect {
            Dialect::Lenient => Some(attribute(&view.file)),
            Dialect::Strict => None,
        };
    }
    cases
}

fn of_row(
    view: &View<'_>,
    row: &Row<'_>,
    dialect: Dialect,
    shares: &HashMap<&str, Duration>,
) -> Case {
    let judgement = row.judgement;
    let verdict = judgement.verdict;
    let message = sentences::with_verdict(row);
    let text = content(&body(view, row, &message));
    let (type_, message) = (judgement.reason.code().to_owned(), sentence(&message));
    let cause = Some(text.clone());
    let (result, system_out) = match (verdict, view.bundle.policy.strict, dialect) {
        (Verdict::Improved | Verdict::Pass | Verdict::Warn, _, _) => {
            (TestResult::Success, Some(text))
        }
        (Verdict::Fail | Verdict::Missing, _, _)
        | (Verdict::Inconclusive | Verdict::NoBaseline, true, _) => {
            (TestResult::Failure { type_, message, cause }, None)
        }
        (Verdict::Error, _, _) => (TestResult::Error { type_, message, cause }, None),
        (Verdict::Inconclusive | Verdict::NoBaseline, false, Dialect::Lenient) => {
            (TestResult::SkippedWithCause { type_, message, cause }, None)
        }
        (Verdict::Inconclusive | Verdict::NoBaseline, false, Dialect::Strict) => {
            (TestResult::Skipped, Some(text))
        }
    };
    let time = shares.get(judgement.series.target.as_str()).copied().unwrap_or(Duration::ZERO);
    Case {
        test: TestCase {
            name: attribute(&name(row)),
            time,
            result,
            classname: Some(class(view, &escape::name(&judgement.series.target))),
            filepath: None,
            system_out,
            system_err: None,
        },
        properties: match dialect {
            Dialect::Lenient if row.matters() => numbers(row),
            Dialect::Lenient | Dialect::Strict => Vec::new(),
        },
    }
}

/// GitLab shows this as the suite, and Jenkins the part before the last dot as the package.
fn class(view: &View<'_>, target: &str) -> String {
    attribute(&format!("{}.{target}", view.project))
}

/// `latency/p95: max 5% worse`
fn name(row: &Row<'_>) -> String {
    let series = &row.judgement.series;
    let metric = match series.statistic {
        _ if series.metric.is_empty() => return row.rule.clone(),
        Some(statistic) => format!("{}/{}", escape::name(&series.metric), statistic.name()),
        None => escape::name(&series.metric),
    };
    format!("{metric}: {}", row.rule)
}

/// All that is known of a row; of a plain pass only its numbers.
fn body(view: &View<'_>, row: &Row<'_>, message: &Phrase) -> String {
    let mut lines = vec![format!("{}.", message.text()), String::new()];
    let mut fact = |name: &str, text: String| lines.push(format!("{name:<9} {text}"));
    match (row.base_quantity(), row.head_quantity()) {
        (Some(base), Some(head)) => {
            fact("base", base);
            fact("head", head);
        }
        (_, Some(head)) => fact("value", head),
        _ => {}
    }
    match (&row.change, &row.interval) {
        (Some(change), Some(interval)) => fact("change", format!("{change} ({interval})")),
        (Some(change), None) => fact("change", change.clone()),
        (None, Some(interval)) => fact("interval", interval.clone()),
        (None, None) => {}
    }
    fact("rule", row.rule.clone());
    fact("reason", format!("{} [{}]", row.reason.text(), row.judgement.reason.code()));
    if let Some(size) = row.comparison.and_then(|c| c.detectable).filter(|size| *size > 0.0) {
        fact("visible", format!("changes of {} or more", number::percent(size)));
    }
    if row.matters() {
        fact("baseline", view.baseline.text());
        if let Some(advice) = &row.advice {
            fact("to do", advice.text());
        }
        for note in row.notes.iter().filter_map(|number| view.notes.get(number - 1)) {
            fact("note", note.text());
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The numbers of a comparison, unscaled, for programs.
fn numbers(row: &Row<'_>) -> Vec<Property> {
    let Some(comparison) = row.comparison else { return Vec::new() };
    let effect = comparison.effect;
    [
        ("base", Some(comparison.base.value)),
        ("head", Some(comparison.head.value)),
        ("effect", effect.map(|e| e.estimate)),
        ("effect-lo", effect.and_then(|e| e.lo)),
        ("effect-hi", effect.and_then(|e| e.hi)),
        ("p-worse", Some(comparison.p_worse)),
        ("detectable", comparison.detectable),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(Property::new(name, &value?.to_string())))
    .collect()
}

/// What each judgement took: its target's time, shared by the judgements on it.
fn shares<'v>(view: &View<'v>) -> HashMap<&'v str, Duration> {
    let mut counts: HashMap<&str, f64> = HashMap::new();
    for row in &view.rows {
        *counts.entry(row.judgement.series.target.as_str()).or_default() += 1.0;
    }
    view.bundle
        .run
        .targets
        .iter()
        .filter_map(|target| {
            let name = target.name.as_str();
            let seconds = target.elapsed / counts.get(name)?;
            // Whole milliseconds, since strict readers take three decimals; NaN becomes 0.
            Some((name, Duration::milliseconds((seconds.clamp(0.0, LONGEST) * 1e3) as i64)))
        })
        .collect()
}

fn of_failure(view: &View<'_>, failure: &FailureView) -> Case {
    let first = failure.lines.first().map_or("no message", String::as_str);
    let message =
        format!("{} could not be measured, while {}: {first}", failure.target, failure.stage);
    let result = TestResult::Error {
        type_: "measuring-failed".to_owned(),
        message: attribute(&message),
        cause: Some(content(&format!("{message}\n\n{}\n", failure.lines.join("\n")))),
    };
    bare(class(view, &failure.target), "measuring", result)
}

/// Stands for the build where no other case says that it is not well.
fn of_build(view: &View<'_>) -> Case {
    let result = TestResult::Error {
        type_: view.verdict().name().to_owned(),
        message: sentence(&view.sentence),
        cause: None,
    };
    bare(attribute(&view.project), "verdict", result)
}

fn bare(class: String, name: &str, result: TestResult) -> Case {
    Case {
        test: TestCase {
            name: name.to_owned(),
            time: Duration::ZERO,
            result,
            classname: Some(class),
            filepath: None,
            system_out: None,
            system_err: None,
        },
        properties: Vec::new(),
    }
}
