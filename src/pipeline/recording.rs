//! Recorded pairs: JSON lines, the header of a series followed by its pairs in order.

use super::document::{refused, text};
use crate::Error;
use crate::config::{Quantity, Rule, defaults};
use crate::model::{Assumption, Better, Build, Metric, Pair, PairedSeries, SeriesId, Unit};
use crate::report::{self, escape};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::Path;

/// The `format` field of a recording's headers.
const FORMAT: &str = "pacegate-pairs";
/// The newest recording this version writes, and the newest it reads.
const VERSION: u32 = 1;

/// A series of a recording, with the rules that it is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The pairs.
    pub series: PairedSeries,
    /// The regression rules; none where nothing depends on it.
    pub rules: Vec<Rule>,
    /// The most pairs that it was allowed.
    pub at_most: u32,
}

/// The line before the pairs of a series.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    series: String,
    unit: Unit,
    better: Better,
    /// The first rule's limit; without it the series has no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    strict: bool,
    /// Further rules, of a series that has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assumption: Option<Assumption>,
    #[serde(default, skip_serializing_if = "is_default")]
    quantum: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u32>,
}

/// A rule, its floor in the series' unit.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    max: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    strict: bool,
}

/// The line of a pair.
#[derive(Debug, Serialize, Deserialize)]
struct Numbered {
    pair: u64,
    base: f64,
    head: f64,
    /// Which was measured first, where that is known.
    #[serde(default)]
    first: Option<Build>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a recording; `-` is stdin.
///
/// # Errors
///
/// When it cannot be read, or a line is not as it should be: which, and why.
pub fn read(path: &Path) -> Result<Vec<Recorded>, Error> {
    let text = text(path).map_err(|error| refused(path, error.to_string()))?;
    parse(&text).map_err(|(line, why)| refused(path, format!("line {line}: {why}")))
}

fn parse(text: &str) -> Result<Vec<Recorded>, (usize, String)> {
    let mut all: Vec<Recorded> = Vec::new();
    let mut names = HashSet::new();
    let mut number = 0;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = |why: String| (index + 1, why);
        // Only headers name a format, and a line that is neither is best told as a pair.
        if line.contains("\"format\"") {
            let header: Header = serde_json::from_str(line).map_err(|error| at(said(&error)))?;
            if !names.insert(header.series.clone()) {
                let name = escape::name(&header.series);
                return Err(at(format!(
                    "series `{name}` has begun before; give each its own name"
                )));
            }
            all.push(recorded(header).map_err(at)?);
            number = 0;
            continue;
        }
        let pair: Numbered = serde_json::from_str(line).map_err(|error| at(said(&error)))?;
        let Some(series) = all.last_mut() else {
            let why = format!("a pair comes before any header with `\"format\":\"{FORMAT}\"`");
            return Err(at(why));
        };
        if pair.pair <= number {
            return Err(at(format!("pair {} comes after pair {number}; order them", pair.pair)));
        }
        number = pair.pair;
        let Numbered { base, head, first, .. } = pair;
        series.series.pairs.push(Pair { base, head, first: first.unwrap_or(Build::Base) });
    }
    if all.is_empty() {
        return Err((1, format!("no header with `\"format\":\"{FORMAT}\"` is there")));
    }
    Ok(all)
}

/// An error without the place that serde counts within the line.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let column = error.column();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(why, _)| format!("{why} at column {column}"))
}

fn recorded(header: Header) -> Result<Recorded, String> {
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
    let first = header.max.map(|max| Held { max, floor: header.floor, strict: header.strict });
    let held: Vec<Held> = first.into_iter().chain(header.also).collect();
    let amounts = held.iter().flat_map(|held| [Some(held.max), held.floor]);
    if let Some(bad) = amounts.flatten().chain([header.quantum]).find(|amount| *amount < 0.0) {
        return Err(format!("{bad} is below 0; limits, floors and quanta are not"));
    }
    Ok(Recorded {
        series: PairedSeries {
            // Written forms are not taken apart again.
            series: SeriesId { target: header.series, metric: String::new(), statistic: None },
            metric: Metric {
                name: String::new(),
                unit: header.unit.clone(),
                better: header.better,
                assumption: header.assumption.unwrap_or(Assumption::Nothing),
            },
            quantum: header.quantum,
            pairs: Vec::new(),
        },
        rules: held.into_iter().map(|held| rule(held, &header.unit)).collect(),
        at_most,
    })
}

fn rule(held: Held, unit: &Unit) -> Rule {
    let quantity =
        |value: f64| Quantity { value, unit: Some(unit.clone()), text: value.to_string() };
    Rule::Regression { max: held.max, floor: held.floor.map(quantity), strict: held.strict }
}

/// Writes a recording, of which [`read`] makes the same again but for the parts of the series ids.
///
/// # Errors
///
/// When a value cannot be written as JSON.
pub(super) fn written(recorded: &[Recorded]) -> Result<String, Error> {
    let mut text = String::new();
    for Recorded { series, rules, at_most } in recorded {
        let mut held = rules.iter().filter_map(held);
        let first = held.next();
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            series: series.series.to_string(),
            unit: series.metric.unit.clone(),
            better: series.metric.better,
            max: first.as_ref().map(|held| held.max),
            floor: first.as_ref().and_then(|held| held.floor),
            strict: first.as_ref().is_some_and(|held| held.strict),
            also: held.collect(),
            assumption: Some(series.metric.assumption).filter(|a| *a != Assumption::Nothing),
            quantum: series.quantum,
            at_most: Some(*at_most),
        };
        text += &line(&header)?;
        for (index, Pair { base, head, first }) in series.pairs.iter().enumerate() {
            let pair = index as u64 + 1;
            text += &line(&Numbered { pair, base: *base, head: *head, first: Some(*first) })?;
        }
    }
    Ok(text)
}

fn line(document: &impl Serialize) -> Result<String, Error> {
    report::json_line(document).map_err(|error| Error::Report(error.into()))
}

fn held(rule: &Rule) -> Option<Held> {
    match rule {
        Rule::Regression { max, floor, strict } => Some(Held {
            max: *max,
            floor: floor.as_ref().map(|floor| floor.value),
            strict: *strict,
        }),
        Rule::Limit { .. } => None,
    }
}
