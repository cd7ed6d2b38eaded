//! A recording as text.

use super::{FORMAT, Header, Held, Numbered, Recorded, VERSION};
use crate::Error;
use crate::config::Rule;
use crate::model::{Assumption, Pair};
use crate::report;
use serde::Serialize;

/// Writes a recording, of which [`read`](super::read) makes the same again but for the parts of the
/// series ids.
///
/// # Errors
///
/// When a value cannot be written as JSON.
pub(in crate::pipeline) fn written(recorded: &[Recorded]) -> Result<String, Error> {
    let mut text = String::new();
    for recorded in recorded {
        text += &line(&header(recorded))?;
        for (number, pair) in (1..).zip(&recorded.series.pairs) {
            let Pair { base, head, first } = *pair;
            text += &line(&Numbered { pair: number, base, head, first: Some(first) })?;
        }
    }
    Ok(text)
}

fn line(document: &impl Serialize) -> Result<String, Error> {
    report::json_line(document).map_err(|error| Error::Report(error.into()))
}

fn header(Recorded { series, rules, at_most }: &Recorded) -> Header {
    let mut rules = rules.iter().filter_map(held);
    let first = rules.next();
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        series: series.series.to_string(),
        unit: series.metric.unit.clone(),
        better: series.metric.better,
        max: first.as_ref().map(|held| held.max),
        floor: first.as_ref().and_then(|held| held.floor),
        strict: first.as_ref().is_some_and(|held| held.strict),
        also: rules.collect(),
        assumption: Some(series.metric.assumption).filter(|a| *a != Assumption::Nothing),
        quantum: series.quantum,
        at_most: Some(*at_most),
        left_out: series.left_out,
    }
}

fn held(rule: &Rule) -> Option<Held> {
    match rule {
        Rule::Regression { max, floor, strict } => Some(Held {
            max: *max,
            floor: floor.as_ref().map(|floor| floor.value),
            strict: *strict,
        }),
        Rule::Limit { .. } | Rule::Creep { .. } => None,
    }
}
