//! What an answer must be, and what is taken from it.

use super::json::Json;
use super::variables::{Variables, verbatim};
use crate::config::{ExpectPlan, ExtractPlan, ExtractSource, Template};
use crate::measure::load::failure::RequestFailure;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderName};
use regex::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;
use std::time::Duration;

/// An answer that was read to its end.
#[derive(Debug)]
pub(in crate::measure::load) struct Answer {
    /// Its status.
    pub(in crate::measure::load) status: StatusCode,
    /// Its headers.
    pub(in crate::measure::load) headers: HeaderMap,
    /// Its body; empty where nobody wants it.
    pub(in crate::measure::load) body: Bytes,
    /// How many bytes the body had.
    pub(in crate::measure::load) length: u64,
}

/// What counts as success, and what is taken from an answer.
#[derive(Debug)]
pub(super) struct Wanted {
    status: Vec<u16>,
    headers: Vec<(HeaderName, Template)>,
    json: Vec<(JsonPath, Json)>,
    body: Option<Template>,
    size: Option<u64>,
    within: Option<Duration>,
    extract: Vec<(String, Source)>,
}

#[derive(Debug)]
enum Source {
    Json(JsonPath),
    Header(HeaderName),
    Regex(Regex),
}

impl Wanted {
    /// Takes the texts of a plan apart.
    ///
    /// # Errors
    ///
    /// When one cannot be: which, and why.
    pub(super) fn new(expect: &ExpectPlan, extract: &[ExtractPlan]) -> Result<Wanted, String> {
        let path = |text: &str| {
            JsonPath::parse(text).map_err(|error| format!("`{text}` is no JSON path: {error}"))
        };
        let header = |(name, text): &(String, String)| Ok((name_of(name)?, Template::parse(text)?));
        let json = |(text, value): &(String, Value)| Ok((path(text)?, Json::parse(value)?));
        let source = |plan: &ExtractPlan| {
            let source = match &plan.source {
                ExtractSource::Json(text) => Source::Json(path(text)?),
                ExtractSource::Header(name) => Source::Header(name_of(name)?),
                ExtractSource::Regex(pattern) => Source::Regex(
                    Regex::new(pattern)
                        .map_err(|_| format!("`{pattern}` is no regular expression"))?,
                ),
            };
            Ok((plan.variable.clone(), source))
        };
        Ok(Wanted {
            status: expect.status.clone(),
            headers: expect.headers.iter().map(header).collect::<Result<_, String>>()?,
            json: expect.json.iter().map(json).collect::<Result<_, String>>()?,
            body: expect.body.as_deref().map(Template::parse).transpose()?,
            size: expect.size,
            within: expect.within,
            extract: extract.iter().map(source).collect::<Result<_, String>>()?,
        })
    }

    /// Whether the content of the body matters.
    pub(super) fn reads_body(&self) -> bool {
        let extracts = self.extract.iter().any(|(_, source)| !matches!(source, Source::Header(_)));
        extracts || self.body.is_some() || !self.json.is_empty()
    }

    /// Judges an answer that took so long, and takes the variables from it.
    ///
    /// # Errors
    ///
    /// With the first thing that is not as it should be.
    pub(super) fn judge(
        &self,
        answer: &Answer,
        took: Duration,
        variables: &mut Variables,
    ) -> Result<(), RequestFailure> {
        let status = answer.status.as_u16();
        let expected = match self.status[..] {
            [] => (200..400).contains(&status),
            ref listed => listed.contains(&status),
        };
        if !expected {
            return Err(RequestFailure::Status(status));
        }
        if self.within.is_some_and(|within| took > within) {
            return Err(RequestFailure::Slow);
        }
        if self.size.is_some_and(|size| answer.length > size) {
            return Err(RequestFailure::Size);
        }
        for (name, text) in &self.headers {
            let text = variables.render(text, verbatim)?;
            let holds = |value: &hyper::header::HeaderValue| {
                String::from_utf8_lossy(value.as_bytes()).contains(&text)
            };
            if !answer.headers.get_all(name).iter().any(holds) {
                return Err(RequestFailure::Header);
            }
        }
        if !self.reads_body() && self.extract.is_empty() {
            return Ok(());
        }
        if let Some(text) = &self.body
            && !String::from_utf8_lossy(&answer.body).contains(&variables.render(text, verbatim)?)
        {
            return Err(RequestFailure::Body);
        }
        let parsed = match self.reads_json() {
            true => serde_json::from_slice(&answer.body).map_err(|_| RequestFailure::NotJson)?,
            false => Value::Null,
        };
        for (path, value) in &self.json {
            if path.query(&parsed).first() != Some(&value.render(variables)?) {
                return Err(RequestFailure::Json);
            }
        }
        for (name, source) in &self.extract {
            let value = source.value(answer, &parsed).ok_or(RequestFailure::NothingExtracted)?;
            variables.set(name, value);
        }
        Ok(())
    }

    fn reads_json(&self) -> bool {
        let extracts = self.extract.iter().any(|(_, source)| matches!(source, Source::Json(_)));
        extracts || !self.json.is_empty()
    }
}

impl Source {
    fn value(&self, answer: &Answer, parsed: &Value) -> Option<Value> {
        match self {
            Source::Json(path) => path.query(parsed).first().cloned(),
            Source::Header(name) => {
                let value = answer.headers.get(name)?;
                Some(Value::from(String::from_utf8_lossy(value.as_bytes())))
            }
            Source::Regex(regex) => {
                let text = String::from_utf8_lossy(&answer.body);
                let found = regex.captures(&text)?;
                let group = if found.len() > 1 { found.get(1)? } else { found.get(0)? };
                Some(Value::from(group.as_str()))
            }
        }
    }
}

fn name_of(name: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(name).map_err(|_| format!("`{name}` cannot be the name of a header"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
        headers.append("x-token", "abc".parse().unwrap());
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
            length: body.len() as u64,
        }
    }

    const BODY: &str = r#"{"items":[{"id":7,"name":"oak"}],"total":1}"#;

    #[track_caller]
    fn check(change: impl FnOnce(&mut ExpectPlan), expected: Result<(), RequestFailure>) {
        let mut expect = ExpectPlan::default();
        change(&mut expect);
        let wanted = Wanted::new(&expect, &[]).unwrap();
        let mut variables = Variables::default();
        variables.set("name", json!("oak"));
        variables.set("id", json!(7));
        let took = Duration::from_millis(100);
        assert_eq!(wanted.judge(&answer(200, BODY), took, &mut variables), expected, "{expect:?}");
    }

    #[test]
    fn everything_that_is_expected_must_hold() {
        let text = str::to_owned;
        check(|_| (), Ok(()));
        check(|expect| expect.status = vec![201, 200], Ok(()));
        check(|expect| expect.status = vec![201], Err(RequestFailure::Status(200)));
        check(|expect| expect.within = Some(Duration::from_millis(100)), Ok(()));
        check(|expect| expect.within = Some(Duration::from_millis(99)), Err(RequestFailure::Slow));
        check(|expect| expect.size = Some(BODY.len() as u64), Ok(()));
        check(|expect| expect.size = Some(10), Err(RequestFailure::Size));
        let header = |name: &str, value: &str| vec![(text(name), text(value))];
        check(|expect| expect.headers = header("content-type", "json"), Ok(()));
        check(|expect| expect.headers = header("x-none", ""), Err(RequestFailure::Header));
        check(|expect| expect.headers = header("x-token", "abd"), Err(RequestFailure::Header));
        check(|expect| expect.body = Some(text("\"${name}\"")), Ok(()));
        check(|expect| expect.body = Some(text("elm")), Err(RequestFailure::Body));
        check(|expect| expect.body = Some(text("${none}")), Err(RequestFailure::NoValue));
        let json = |path: &str, value: Value| vec![(text(path), value)];
        check(|expect| expect.json = json("$.items[0].id", json!("${id}")), Ok(()));
        check(|expect| expect.json = json("$.items[*].name", json!("oak")), Ok(()));
        check(|expect| expect.json = json("$.total", json!("1")), Err(RequestFailure::Json));
        check(|expect| expect.json = json("$.none", json!(null)), Err(RequestFailure::Json));
    }

    #[track_caller]
    fn extracts(source: ExtractSource, body: &str, expected: Result<Value, RequestFailure>) {
        let plan = ExtractPlan { variable: "v".to_owned(), source };
        let wanted = Wanted::new(&ExpectPlan::default(), &[plan]).unwrap();
        let mut variables = Variables::default();
        let judged = wanted.judge(&answer(200, body), Duration::ZERO, &mut variables);
        assert_eq!(judged.and_then(|()| variables.value("v").cloned()), expected);
    }

    #[test]
    fn variables_are_taken_from_body_and_headers() {
        use ExtractSource::{Header, Json, Regex};
        let text = str::to_owned;
        extracts(Json(text("$.items[0]")), BODY, Ok(json!({"id": 7, "name": "oak"})));
        extracts(Json(text("$.items[1].id")), BODY, Err(RequestFailure::NothingExtracted));
        extracts(Json(text("$.a")), "<html>", Err(RequestFailure::NotJson));
        extracts(Json(text("$.a")), "", Err(RequestFailure::NotJson));
        extracts(Header(text("x-token")), "", Ok(json!("abc")));
        extracts(Header(text("x-none")), "", Err(RequestFailure::NothingExtracted));
        extracts(Regex(text("csrf=([0-9a-f]+)")), "<a csrf=12ab>", Ok(json!("12ab")));
        extracts(Regex(text("[0-9]+")), "a 12 b", Ok(json!("12")));
        extracts(Regex(text("x(y)?")), "x", Err(RequestFailure::NothingExtracted));
        extracts(Regex(text("q")), "x", Err(RequestFailure::NothingExtracted));
    }
}
