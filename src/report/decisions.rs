//! Decisions on recorded series: a table for people, or one JSON object a line.

use super::grid::grid;
use super::history::Form;
use super::number::{NBSP, counted, percent};
use super::{Error, escape, json, layout, words};
use crate::model::{Decision, Effect, NotJudgedReason, Unit};

/// The widest that a series' name is shown.
const WIDEST_NAME: usize = 48;

/// Draws decisions, in their order.
///
/// # Errors
///
/// When a decision cannot be written as JSON.
pub fn list(decisions: &[Decision], form: Form) -> Result<String, Error> {
    match form {
        Form::Json => {
            let lines: Result<String, _> = decisions.iter().map(json::line).collect();
            Ok(lines?)
        }
        Form::Text => Ok(table(decisions)),
    }
}

fn table(decisions: &[Decision]) -> String {
    let row = |decision: &Decision| {
        let name = escape::terminal(&escape::name(&decision.series));
        let name = layout::shorten(&name, WIDEST_NAME);
        let pairs = counted(usize::try_from(decision.pairs).unwrap_or(usize::MAX), "pair");
        let verdict = match decision.gated {
            true => decision.verdict.name(),
            false => words::not_judged(NotJudgedReason::NoGate),
        };
        [verdict.to_owned(), name, pairs, said(decision)]
    };
    let rows: Vec<_> = decisions.iter().map(row).collect();
    let notes: String = decisions.iter().flat_map(notes).collect();
    format!("{}{notes}", grid(&rows, &[2])).replace(NBSP, " ")
}

/// A line for every doubt.
fn notes(decision: &Decision) -> impl Iterator<Item = String> {
    let name = escape::terminal(&escape::name(&decision.series));
    decision.warnings.iter().map(move |warning| format!("{name}: {}\n", words::warning(warning)))
}

/// The change with its interval, and what would have been found.
fn said(decision: &Decision) -> String {
    let Some(estimate) = decision.estimate else {
        let nothing = if decision.pairs == 0 { "nothing was measured" } else { "no ratio" };
        return nothing.to_owned();
    };
    let effect = Effect { estimate, lo: decision.lo, hi: decision.hi };
    let (change, interval) = words::change(&effect, &Unit::Ratio);
    let interval = interval.map_or(String::new(), |interval| format!(", {interval}"));
    let visible = decision.detectable.map(|size| format!("; {} or more would show", percent(size)));
    format!("{change}{interval}{}", visible.unwrap_or_default())
}
