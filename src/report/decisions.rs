//! Decisions on recorded series: a table for people, or one JSON object a line.

use super::history::Form;
use super::number::{NBSP, counted, percent};
use super::{Error, escape, json, layout, words};
use crate::model::{Decision, Effect, Unit};

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
            let lines = decisions.iter().map(json::line).collect::<Result<String, _>>();
            Ok(lines?)
        }
        Form::Text => Ok(table(decisions)),
    }
}

fn table(decisions: &[Decision]) -> String {
    let names: Vec<String> = decisions
        .iter()
        .map(|decision| layout::shorten(&escape::name(&decision.series), WIDEST_NAME))
        .collect();
    let widest = names.iter().map(|name| layout::width(name)).max().unwrap_or(0);
    let mut text = String::new();
    for (decision, name) in decisions.iter().zip(&names) {
        let verdict = layout::left(decision.verdict.name(), 12);
        text += &format!("{verdict} {}  {}\n", layout::left(name, widest), said(decision));
    }
    escape::terminal(&text).replace(NBSP, " ")
}

/// The change, its interval, and what it rests on.
fn said(decision: &Decision) -> String {
    let pairs = counted(usize::try_from(decision.pairs).unwrap_or(usize::MAX), "pair");
    let shown = decision.detectable.map(|size| format!("; {} or more would show", percent(size)));
    let change = decision.estimate.map_or("no ratio".to_owned(), |estimate| {
        let effect = Effect { estimate, lo: decision.lo, hi: decision.hi };
        let (change, interval) = words::change(&effect, &Unit::Ratio);
        interval.map_or(change.clone(), |interval| format!("{change}, {interval}"))
    });
    format!("{change} ({pairs}{})", shown.unwrap_or_default())
}
