//! Decisions on recorded series: a table for people, or one JSON object a line.

use super::grid::grid;
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
    let row = |decision: &Decision| {
        let name = layout::shorten(&escape::name(&decision.series), WIDEST_NAME);
        let pairs = counted(usize::try_from(decision.pairs).unwrap_or(usize::MAX), "pair");
        [decision.verdict.name().to_owned(), name, pairs, said(decision)]
    };
    let rows: Vec<_> = decisions.iter().map(row).collect();
    grid(&rows, &[2]).replace(NBSP, " ")
}

/// The change with its interval, and what would have been found.
fn said(decision: &Decision) -> String {
    let shown = decision.detectable.map(|size| format!("; {} or more would show", percent(size)));
    let change = decision.estimate.map_or("no ratio".to_owned(), |estimate| {
        let effect = Effect { estimate, lo: decision.lo, hi: decision.hi };
        let (change, interval) = words::change(&effect, &Unit::Ratio);
        interval.map_or(change.clone(), |interval| format!("{change}, {interval}"))
    });
    format!("{change}{}", shown.unwrap_or_default())
}
