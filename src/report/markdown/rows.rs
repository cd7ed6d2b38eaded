//! Tables of judgements, with only the columns that say something.

use super::inline::Place;
use super::section::Section;
use crate::model::{NoBaselineWhy, Reason, Verdict};
use crate::report::layout::sparkline;
use crate::report::number::NBSP;
use crate::report::view::Row;
use crate::report::{escape, words};
use std::collections::BTreeMap;

/// The most runs in a sparkline.
const TREND: usize = 8;

/// A table whose rows may be left out from the end.
pub(super) fn table(rows: &[&Row<'_>]) -> Section {
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| rows.iter().any(|row| !(column.cell)(row).is_empty()))
        .collect();
    let has_base = rows.iter().any(|row| row.base.is_some());
    let titles: Vec<&str> = columns
        .iter()
        .map(|column| if column.title == VALUE && !has_base { "value" } else { column.title })
        .collect();
    let rules: Vec<&str> = columns.iter().map(|column| column.rule).collect();
    Section {
        head: format!("{}{}", line(&titles), line(&rules)),
        items: rows
            .iter()
            .map(|row| line(&columns.iter().map(|column| (column.cell)(row)).collect::<Vec<_>>()))
            .collect(),
        foot: String::new(),
        noun: "row",
    }
}

/// How many rows of every verdict, worst first, such as `1 fails, 8 pass`.
pub(super) fn tally(rows: &[&Row<'_>]) -> String {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.judgement.verdict).or_default() += 1;
    }
    let parts: Vec<_> =
        counts.iter().rev().map(|(verdict, n)| words::tally(*verdict, *n)).collect();
    parts.join(", ")
}

fn line(cells: &[impl AsRef<str>]) -> String {
    let mut out = String::new();
    for cell in cells {
        out.push_str("| ");
        out.push_str(cell.as_ref());
        out.push(' ');
    }
    out.push_str("|\n");
    out
}

struct Column {
    title: &'static str,
    rule: &'static str,
    cell: fn(&Row<'_>) -> String,
}

const VALUE: &str = "base → head";
const COLUMNS: [Column; 6] = [
    Column { title: "verdict", rule: ":--", cell: verdict },
    Column { title: "series", rule: ":--", cell: series },
    Column { title: VALUE, rule: "--:", cell: value },
    Column { title: "change", rule: ":--", cell: change },
    Column { title: "rule", rule: ":--", cell: rule },
    Column { title: "trend", rule: ":--", cell: trend },
];

fn verdict(row: &Row<'_>) -> String {
    word(row.judgement.verdict)
}

/// A verdict within a table.
pub(super) fn word(verdict: Verdict) -> String {
    let name = verdict.name();
    match verdict {
        Verdict::Fail | Verdict::Missing | Verdict::Error => format!("**{name}**"),
        _ => name.replace('-', "\u{2011}"),
    }
}

/// The name, the numbers of its notes, and why, unless the verdict and the numbers say all of it.
fn series(row: &Row<'_>) -> String {
    let mut out = Place::Cell.code(&row.series);
    if !row.notes.is_empty() {
        let numbers: Vec<_> = row.notes.iter().map(ToString::to_string).collect();
        out.push_str(&format!("{NBSP}<sup>{}</sup>", numbers.join(",")));
    }
    let says_more = match &row.judgement.reason {
        Reason::BeyondLimit | Reason::WorseBeyondLimit | Reason::Better => false,
        // Said in full under the table.
        Reason::MeasuringFailed { .. } => false,
        Reason::NoBaseline { why } => *why != NoBaselineWhy::NoRuns,
        _ => true,
    };
    if row.matters() && (says_more || row.judgement.waiver.is_some()) {
        out.push_str(&format!("<br><sub>{}</sub>", Place::Cell.phrase(&row.reason)));
    }
    out
}

/// `12.4 → 17.1 ms`; where only the value is judged, with its interval.
fn value(row: &Row<'_>) -> String {
    let Some(head) = row.head_quantity() else { return String::new() };
    let text = match (&row.base, &row.interval) {
        (Some(base), _) => format!("{base} → {head}"),
        (None, Some(interval)) if row.change.is_none() => {
            return format!("{} {}", number(&head), small(interval));
        }
        (None, _) => head,
    };
    number(&text)
}

fn change(row: &Row<'_>) -> String {
    let Some(change) = &row.change else { return String::new() };
    let change = match row.judgement.verdict {
        Verdict::Pass | Verdict::Inconclusive | Verdict::NoBaseline => number(change),
        _ => format!("**{}**", number(change)),
    };
    match &row.interval {
        Some(interval) => format!("{change} {}", small(interval)),
        None => change,
    }
}

/// Within a cell, numbers are not broken over two lines.
fn number(text: &str) -> String {
    escape::markdown_text(&text.replace(' ', &NBSP.to_string()))
}

fn small(interval: &str) -> String {
    format!("<sub>({})</sub>", number(interval))
}

/// Broken between its clauses only.
fn rule(row: &Row<'_>) -> String {
    row.rule.split(", ").map(number).collect::<Vec<_>>().join(", ")
}

fn trend(row: &Row<'_>) -> String {
    sparkline(&row.trend, TREND)
}
