//! What is not well as a code quality report, which GitLab shows in merge requests.
//!
//! GitLab compares the fingerprints of both branches and shows those that only one of them has. So a
//! fingerprint holds what stays the same from run to run (the gate, the series and how bad it is) and no
//! number that was measured.

use super::number::NBSP;
use super::view::{FailureView, Row, View};
use super::{json, sentence};
use crate::model::{GateKind, Verdict};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Draws a view as a list of issues, worst first; an empty one where all is well.
pub(crate) fn draw(view: &View<'_>) -> Result<String, serde_json::Error> {
    let mut copies: HashMap<String, usize> = HashMap::new();
    let mut issues: Vec<Issue> = rows(view).chain(view.failures.iter().map(of_failure)).collect();
    if issues.is_empty() && view.bundle.exit_code != 0 {
        issues.push(of_build(view));
    }
    for issue in &mut issues {
        view.file.clone_into(&mut issue.location.path);
        // Of two issues of one fingerprint GitLab keeps one.
        let copy = copies.entry(issue.fingerprint.clone()).or_default();
        *copy += 1;
        if *copy > 1 {
            issue.fingerprint = fingerprint(&[&issue.fingerprint, &copy.to_string()]);
        }
    }
    json::pretty(&issues)
}

fn rows(view: &View<'_>) -> impl Iterator<Item = Issue> {
    view.rows.iter().filter_map(|row| {
        let severity = severity(row.judgement.verdict)?;
        let check = match row.judgement.kind {
            GateKind::Limit => "limit",
            GateKind::Regression => "regression",
            GateKind::Creep => "creep",
        };
        let text = sentence::with_verdict(row).text();
        let mut issue = issue(check, severity, &text, &identity(row));
        issue.location.lines.begin = row.line;
        Some(issue)
    })
}

/// What a gate and its series are known by in every run.
fn identity<'r>(row: &'r Row<'_>) -> [&'r str; 4] {
    let series = &row.judgement.series;
    let statistic = series.statistic.map_or("", |statistic| statistic.name());
    [&row.judgement.rule, &series.target, &series.metric, statistic]
}

fn severity(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Improved | Verdict::Pass => None,
        Verdict::NoBaseline | Verdict::Inconclusive => Some("info"),
        Verdict::Warn => Some("minor"),
        Verdict::Error => Some("major"),
        Verdict::Missing | Verdict::Fail => Some("critical"),
    }
}

fn of_failure(failure: &FailureView) -> Issue {
    let first = failure.lines.first().map_or("no message", String::as_str);
    let text =
        format!("{} could not be measured, while {}: {first}", failure.target, failure.stage);
    issue("measuring", "major", &text, &[&failure.target])
}

/// Stands for a build that fails although no row does.
fn of_build(view: &View<'_>) -> Issue {
    let text = format!("{}: {}", view.verdict(), view.sentence.text());
    issue("verdict", "major", &text, &[])
}

fn issue(check_name: &'static str, severity: &'static str, text: &str, identity: &[&str]) -> Issue {
    Issue {
        description: format!("{}.", text.replace(NBSP, " ")),
        check_name,
        fingerprint: fingerprint(&[&[check_name, severity], identity].concat()),
        severity,
        location: Location { path: String::new(), lines: Lines { begin: 1 } },
    }
}

/// SHA-256 of parts whose borders count.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
