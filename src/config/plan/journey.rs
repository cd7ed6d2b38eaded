//! What visitors do: journeys, their steps, and the tables that they draw from.
//!
//! `${name}` in a path, a header's value, a body or an expectation stands for a variable, and `$$` for
//! a dollar sign.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// What a visitor does, step after step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JourneyPlan {
    /// Its name, unique within the load; empty for the only one.
    pub name: String,
    /// How often it is taken, beside the weights of the others; above 0.
    pub weight: u32,
    /// Its requests in order; never empty.
    pub steps: Vec<StepPlan>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepPlan {
    /// Its name, unique within the load; `GET /products` unless given.
    pub name: String,
    /// HTTP method, upper case.
    pub method: String,
    /// Path with query, starting with `/`.
    pub path: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body; its content type is among the headers.
    pub body: Option<BodyPlan>,
    /// What answer counts as success.
    pub expect: ExpectPlan,
    /// Variables taken from the answer, in order.
    pub extract: Vec<ExtractPlan>,
    /// How long the visitor waits after the answer.
    pub think: Option<ThinkPlan>,
}

impl StepPlan {
    /// A request without a body of which any answer of 2xx or 3xx is expected.
    pub fn new(method: &str, path: &str) -> Self {
        StepPlan {
            name: format!("{method} {path}"),
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![],
            body: None,
            expect: ExpectPlan::default(),
            extract: vec![],
            think: None,
        }
    }

    /// The texts of the request in which variables may stand.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.path.as_str()];
        texts.extend(self.headers.iter().map(|(_, value)| value.as_str()));
        match &self.body {
            Some(BodyPlan::Json(value)) => json_texts(value, &mut texts),
            Some(BodyPlan::Form(pairs)) => {
                texts.extend(pairs.iter().map(|(_, value)| value.as_str()));
            }
            Some(BodyPlan::Text(text)) => texts.push(text),
            Some(BodyPlan::File(_)) | None => {}
        }
        texts
    }
}

/// Adds the texts in a JSON value.
pub(crate) fn json_texts<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(list) => list.iter().for_each(|value| json_texts(value, texts)),
        Value::Object(map) => map.values().for_each(|value| json_texts(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BodyPlan {
    /// JSON; a text that is one variable and nothing else stands for its value, of whatever type.
    Json(Value),
    /// `application/x-www-form-urlencoded`, in order.
    Form(Vec<(String, String)>),
    /// As it is.
    Text(String),
    /// The bytes of a file, without variables.
    File(PathBuf),
}

/// What answer counts as success; all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExpectPlan {
    /// Statuses that count as success; empty means any 2xx or 3xx.
    pub status: Vec<u16>,
    /// Headers, names in lower case, with a text that each must contain.
    pub headers: Vec<(String, String)>,
    /// JSON paths (RFC 9535), with the value that the first match must have.
    pub json: Vec<(String, Value)>,
    /// A text that the body must contain.
    pub body: Option<String>,
    /// The most bytes of a body.
    pub size: Option<u64>,
    /// The longest it may take, from its due time.
    pub within: Option<Duration>,
}

/// A variable taken from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractPlan {
    /// Its name: letters, digits and `_`.
    pub variable: String,
    /// Where it is taken from.
    pub source: ExtractSource,
}

/// Where a variable is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExtractSource {
    /// The first match of a JSON path (RFC 9535) in the body.
    Json(String),
    /// A header, name in lower case.
    Header(String),
    /// The first group of a regular expression, or its whole match where it has none, in the body.
    Regex(String),
}

/// A wait between two times, uniformly distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThinkPlan {
    /// The shortest.
    pub from: Duration,
    /// The longest.
    pub to: Duration,
}

/// A table of which each journey takes a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPlan {
    /// A CSV file with a header, or a JSON file (`.json`) with a list of objects; absolute.
    pub path: PathBuf,
    /// Whether rows are drawn at random, rather than taken in turn.
    pub random: bool,
}
