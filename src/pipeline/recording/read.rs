//! A recording from text, read with care since anybody may have written it.

use super::super::document::{refused, text};
use super::{FORMAT, Header, Held, Numbered, Recorded, VERSION};
use crate::Error;
use crate::config::{Quantity, Rule, defaults};
use crate::model::{Assumption, Build, Metric, Pair, PairedSeries, SeriesId, Unit};
use crate::report::escape;
use std::collections::HashSet;
use std::path::Path;

/// The most series of a recording: more than a build has, and they fit the memory of a small machine.
const MOST_SERIES: usize = 100_000;
/// The most rules of a series.
const MOST_RULES: usize = 100;

/// Reads a recording; `-` is stdin.
///
/// # Errors
///
/// When it cannot be read, or a line is not as it should be: which, and why.
pub fn read(path: &Path) -> Result<Vec<Recorded>, Error> {
    let text = text(path).map_err(|error| refused(path, error.to_string()))?;
    parse(&text).map_err(|(line, why)| refused(path, format!("line {line}: {why}")))
}

/// The series of a text, or the number of the first bad line and what is wrong with it.
fn parse(text: &str) -> Result<Vec<Recorded>, (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut all: Vec<Recorded> = Vec::new();
    let mut names = HashSet::new();
    let mut number = 0;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = |why: String| (index + 1, why);
        // Only headers name a format, and a line that is neither is best told as a pair.
        if line.contains("\"format\"") {
            let recorded = header(line).map_err(at)?;
            let name = &recorded.series.series.target;
            if !names.insert(name.clone()) {
                let name = escape::name(name);
                return Err(at(format!("series `{name}` is there already; name it otherwise")));
            }
            if names.len() > MOST_SERIES {
                return Err(at(format!("at most {MOST_SERIES} series are read")));
            }
            all.push(recorded);
            number = 0;
        } else {
            let Some(recorded) = all.last_mut() else {
                return Err(at(format!("a header with `\"format\":\"{FORMAT}\"` comes first")));
            };
            let (own, pair) = pair(line, number).map_err(at)?;
            number = own;
            recorded.series.pairs.push(pair);
        }
    }
    if all.is_empty() {
        return Err((1, format!("no header with `\"format\":\"{FORMAT}\"` is there")));
    }
    Ok(all)
}

/// A pair and its number, which is above that of the pair before.
fn pair(line: &str, before: u64) -> Result<(u64, Pair), String> {
    let Numbered { pair, base, head, first } =
        serde_json::from_str(line).map_err(|error| said(&error))?;
    if pair <= before {
        return Err(format!("pair {pair} comes after pair {before}; number them from 1 upwards"));
    }
    Ok((pair, Pair { base, head, first: first.unwrap_or(Build::Base) }))
}

/// An error without the line, which is always 1 here.
fn said(error: &serde_json::Error) -> String {
    let (text, column) = (error.to_string(), error.column());
    match text.rsplit_once(" at line ") {
        Some((why, _)) => format!("{why} at column {column}"),
        None => text,
    }
}

/// A series without pairs yet.
fn header(line: &str) -> Result<Recorded, String> {
    let header: Header = serde_json::from_str(line).map_err(|error| said(&error))?;
    if header.format != FORMAT {
        return Err(format!("its format is `{}`, not `{FORMAT}`", escape::name(&header.format)));
    }
    if header.version == 0 || header.version > VERSION {
        return Err(format!(
            "its version is {}, and this pacegate reads versions up to {VERSION}; use a newer pacegate",
            header.version
        ));
    }
    let at_most = header.at_most.unwrap_or(defaults::PAIRS);
    if !(1..=defaults::MAX_PAIRS).contains(&at_most) {
        return Err(format!("`at_most` is {at_most}, and 1 to {} can be", defaults::MAX_PAIRS));
    }
    if header.max.is_none() && (header.floor.is_some() || !header.also.is_empty()) {
        return Err("`floor` and `also` need a `max`".to_owned());
    }
    let first = header.max.map(|max| Held { max, floor: header.floor, strict: header.strict });
    let rules: Vec<Held> = first.into_iter().chain(header.also).collect();
    if rules.len() > MOST_RULES {
        return Err(format!("at most {MOST_RULES} rules can be"));
    }
    let amounts = rules.iter().flat_map(|rule| [Some(rule.max), rule.floor]).flatten();
    if let Some(bad) = amounts.chain([header.quantum]).find(|amount| *amount < 0.0) {
        return Err(format!("{bad} is below 0; limits, floors and quanta are not"));
    }
    Ok(Recorded {
        rules: rules.into_iter().map(|held| rule(held, &header.unit)).collect(),
        series: PairedSeries {
            // Written forms are not taken apart again.
            series: SeriesId { target: header.series, metric: String::new(), statistic: None },
            metric: Metric {
                name: String::new(),
                unit: header.unit,
                better: header.better,
                assumption: header.assumption.unwrap_or(Assumption::Nothing),
            },
            quantum: header.quantum,
            pairs: Vec::new(),
        },
        at_most,
    })
}

fn rule(held: Held, unit: &Unit) -> Rule {
    let quantity =
        |value: f64| Quantity { value, unit: Some(unit.clone()), text: value.to_string() };
    Rule::Regression { max: held.max, floor: held.floor.map(quantity), strict: held.strict }
}
