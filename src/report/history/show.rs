//! One run of a history: where it stands, and the value of every series.

use super::Form;
use super::list::{Line, Listed, name};
use crate::model::{Better, Estimate, Failure, Run, SeriesId, Unit};
use crate::report::grid::grid;
use crate::report::number::{NBSP, Scale};
use crate::report::view::{FAILURE_LINES, minute, value_interval};
use crate::report::{Error, escape, json, words};
use serde::Serialize;
use std::collections::BTreeMap;
use time::UtcOffset;

/// A run with its values as a JSON object.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    run: Line<'a>,
    series: Vec<Value<'a>>,
    failures: &'a [Failure],
}

/// The value of a series; none where there was no request or trial.
#[derive(Serialize)]
struct Value<'a> {
    series: String,
    unit: &'a Unit,
    better: Better,
    #[serde(flatten)]
    observed: Option<Estimate>,
}

/// Tells of one run, its series in the order in which they were measured.
///
/// # Errors
///
/// When it cannot be written as JSON.
pub fn show(
    listed: Listed<'_>,
    run: &Run,
    observed: &BTreeMap<SeriesId, Estimate>,
    form: Form,
) -> Result<String, Error> {
    let values = run.series().map(|series| Value {
        series: series.id.to_string(),
        unit: &series.measurement.metric.unit,
        better: series.measurement.metric.better,
        observed: observed.get(&series.id).copied(),
    });
    match form {
        Form::Text => Ok(page(listed, run, values)),
        Form::Json => Ok(json::line(&Shown {
            run: Line::new(listed),
            series: values.collect(),
            failures: &run.failures,
        })?),
    }
}

fn page<'a>(listed: Listed<'_>, run: &'a Run, values: impl Iterator<Item = Value<'a>>) -> String {
    let heading = listed.heading;
    let place = |word: &str, text: &Option<String>| match text {
        Some(text) => format!(", {word} {}", name(text)),
        None => String::new(),
    };
    let mut text = format!(
        "run {}\n{} UTC{}{}{}\n{}{}, {}\n{}\n\n",
        heading.id,
        minute(heading.started.to_offset(UtcOffset::UTC)),
        place("branch", &heading.revision.branch),
        place("commit", &heading.revision.commit),
        if heading.revision.dirty { " with uncommitted changes" } else { "" },
        heading.verdict,
        if heading.cut_short { ", cut short" } else { "" },
        if listed.serves { "feeds the baseline" } else { "feeds no baseline" },
        name(&heading.environment.to_string()),
    );
    let mut rows = vec![["series", "value", "interval"].map(str::to_owned)];
    rows.extend(values.map(|value| row(&value)));
    text += &grid(&rows, &[1]);
    for failure in &run.failures {
        let target = name(&failure.target);
        text += &format!("\nnot measured: {target} (while {})\n", words::stage(failure.stage));
        for line in escape::block(&failure.error, FAILURE_LINES.0, FAILURE_LINES.1) {
            text += &format!("  {}\n", escape::terminal(&line));
        }
    }
    text.replace(NBSP, " ")
}

fn row(value: &Value<'_>) -> [String; 3] {
    let Some(observed) = value.observed else {
        return [name(&value.series), "-".to_owned(), String::new()];
    };
    let shown: Vec<f64> =
        [Some(observed.value), observed.lo, observed.hi].into_iter().flatten().collect();
    let scale = Scale::fitting(value.unit, &shown);
    let quantity = escape::terminal(&scale.quantity(observed.value));
    [name(&value.series), quantity, value_interval(&observed, &scale).unwrap_or_default()]
}
