//! What is expected of an answer, and taken from it.

use super::step::template;
use crate::config::error::Fault;
use crate::config::file::Expect;
use crate::config::plan::{ExpectPlan, ExtractPlan, ExtractSource};
use crate::config::quantity;
use crate::config::resolve::{defaults, measured, time_of};
use crate::config::template::is_variable;
use crate::config::yaml::{At, Entries, shown};
use crate::model::Unit;
use regex::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;

pub(super) fn expect(typed: &Expect) -> Result<ExpectPlan, Fault> {
    let headers = |(name, text): &(At<String>, At<String>)| {
        template(text, &text.value)?;
        Ok((name.value.to_ascii_lowercase(), text.value.clone()))
    };
    let json = |(path, value): &(At<String>, At<Value>)| {
        json_path(path, &path.value)?;
        if let Value::String(text) = &value.value {
            template(value, text)?;
        }
        Ok((path.value.clone(), value.value.clone()))
    };
    if let Some(body) = &typed.body {
        template(body, &body.value)?;
    }
    Ok(ExpectPlan {
        status: typed.status.as_ref().map_or(Ok(vec![]), statuses)?,
        headers: entries(typed.headers.as_ref()).iter().map(headers).collect::<Result<_, _>>()?,
        json: entries(typed.json.as_ref()).iter().map(json).collect::<Result<_, _>>()?,
        body: typed.body.as_ref().map(|body| body.value.clone()),
        size: typed.size.as_ref().map(size).transpose()?,
        within: typed
            .within
            .as_ref()
            .map(|within| {
                let most = defaults::MAX_REQUEST_TIMEOUT;
                time_of(Some(within), most, most)
            })
            .transpose()?,
    })
}

pub(super) fn extract(typed: &Entries<At<String>>) -> Result<Vec<ExtractPlan>, Fault> {
    let one = |(variable, written): &(At<String>, At<String>)| {
        if !is_variable(&variable.value) {
            let message = format!("`{}` is not the name of a variable", shown(&variable.value));
            return Err(variable.fault(message).help("use letters, digits and `_`"));
        }
        let text = written.value.trim();
        let source = if text.starts_with('$') {
            json_path(written, text)?;
            ExtractSource::Json(text.to_owned())
        } else if let Some(name) = text.strip_prefix("header:") {
            ExtractSource::Header(name.trim().to_ascii_lowercase())
        } else if let Some(pattern) = text.strip_prefix("regex:") {
            Regex::new(pattern).map_err(|error| {
                let why = error.to_string();
                let last = why.lines().last().unwrap_or_default().to_owned();
                written.fault(format!("`{}` is not a regular expression: {last}", shown(pattern)))
            })?;
            ExtractSource::Regex(pattern.to_owned())
        } else {
            return Err(written
                .fault(format!("`{}` does not say where the value is taken from", shown(text)))
                .help("write a JSON path such as `$.id`, `header:NAME`, or `regex:PATTERN`"));
        };
        Ok(ExtractPlan { variable: variable.value.clone(), source })
    };
    typed.0.iter().map(one).collect()
}

fn entries<T>(entries: Option<&Entries<T>>) -> &[(At<String>, T)] {
    entries.map_or(&[][..], |entries| &entries.0)
}

fn json_path(written: &At<String>, text: &str) -> Result<(), Fault> {
    match JsonPath::parse(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(written
            .fault(format!("`{}` is not a JSON path: {}", shown(text), shown(error.message())))
            .help("such as `$.items[0].id` (RFC 9535)")),
    }
}

fn size(written: &At<String>) -> Result<u64, Fault> {
    let size = measured(written, quantity::quantity)?;
    match size.unit {
        None | Some(Unit::Bytes) => Ok(size.value.round() as u64),
        Some(_) => Err(written.fault(format!("`{}` is not a size", shown(&written.value)))),
    }
}

fn statuses(written: &At<Value>) -> Result<Vec<u16>, Fault> {
    let list = match &written.value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    if list.is_empty() {
        return Err(written.fault("no status would count as success").help("name one at least"));
    }
    let status = |value: &Value| {
        value
            .as_u64()
            .and_then(|n| u16::try_from(n).ok())
            .filter(|n| (100..=599).contains(n))
            .ok_or_else(|| {
                written
                    .fault(format!("`{}` is not an HTTP status", shown(&value.to_string())))
                    .help("write a number from 100 to 599, or a list of them")
            })
    };
    list.iter().map(status).collect()
}
