//! Headers and bodies of requests.

use super::step::template;
use crate::config::error::Fault;
use crate::config::file::Step;
use crate::config::plan::BodyPlan;
use crate::config::resolve::path_in;
use crate::config::yaml::{At, Entries, shown};
use serde_json::Value;
use std::path::Path;

/// Headers that the engine writes itself, since a wrong one would break the connection.
const OWN: [&str; 6] =
    ["connection", "content-length", "keep-alive", "te", "transfer-encoding", "upgrade"];

type Headers = Vec<(String, String)>;

/// Headers with names in lower case, and the body with its content type among them.
pub(super) fn headers_and_body(
    step: &Step,
    base: &Path,
) -> Result<(Headers, Option<BodyPlan>), Fault> {
    let mut headers = headers(step.headers.as_ref())?;
    let Some((content_type, body)) = body(step, base)? else { return Ok((headers, None)) };
    if !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    Ok((headers, Some(body)))
}

fn headers(entries: Option<&Entries<At<String>>>) -> Result<Headers, Fault> {
    let mut headers = Headers::new();
    for (name, value) in entries.map_or(&[][..], |entries| &entries.0) {
        let lower = name.value.to_ascii_lowercase();
        if lower.is_empty() || lower.len() > 256 || !lower.bytes().all(is_token) {
            let message = format!("`{}` cannot be the name of a header", shown(&name.value));
            return Err(name.fault(message).help("use letters, digits and `-`"));
        }
        if OWN.contains(&lower.as_str()) {
            return Err(name.fault(format!("the header `{lower}` is set by the load engine")));
        }
        if headers.iter().any(|(other, _)| *other == lower) {
            return Err(name.fault(format!("the header `{lower}` is written twice")));
        }
        let text = value.value.trim();
        if text.len() > 8192
            || !text.bytes().all(|b| b == b'\t' || b == b' ' || b.is_ascii_graphic())
        {
            return Err(value.fault("a header's value is printable ASCII of at most 8192 bytes"));
        }
        template(value, text)?;
        headers.push((lower, text.to_owned()));
    }
    Ok(headers)
}

/// RFC 9110, section 5.6.2.
fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

fn body(step: &Step, base: &Path) -> Result<Option<(&'static str, BodyPlan)>, Fault> {
    let json = step
        .json
        .as_ref()
        .map(|json| (json.place, "application/json", BodyPlan::Json(json.value.clone())));
    let form = step.form.as_ref().map(|form| {
        let pairs = form.value.0.iter().map(|(name, value)| (name.value.clone(), value.clone()));
        (form.place, "application/x-www-form-urlencoded", BodyPlan::Form(pairs.collect()))
    });
    let text = step
        .body
        .as_ref()
        .map(|text| (text.place, "text/plain; charset=utf-8", BodyPlan::Text(text.value.clone())));
    let file = match &step.file {
        None => None,
        Some(file) => {
            let path = path_in(base, file, &file.value)?;
            Some((file.place, "application/octet-stream", BodyPlan::File(path)))
        }
    };
    let mut written = [json, form, text, file].into_iter().flatten();
    let Some((place, content_type, body)) = written.next() else { return Ok(None) };
    if let Some((place, ..)) = written.next() {
        return Err(Fault::new("a step has one body")
            .at(place)
            .help("keep one of `json`, `form`, `body` and `file`"));
    }
    let at = At { value: (), place };
    texts(&body).into_iter().try_for_each(|text| template(&at, text))?;
    Ok(Some((content_type, body)))
}

/// The texts of a body in which variables may stand.
fn texts(body: &BodyPlan) -> Vec<&str> {
    match body {
        BodyPlan::Json(value) => json_texts(value),
        BodyPlan::Form(pairs) => pairs.iter().map(|(_, value)| value.as_str()).collect(),
        BodyPlan::Text(text) => vec![text],
        BodyPlan::File(_) => vec![],
    }
}

fn json_texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(json_texts).collect(),
        Value::Object(map) => map.values().flat_map(json_texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}
