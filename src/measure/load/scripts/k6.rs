//! The samples that k6 writes with `--out json`: a JSON object a line.
//!
//! Of its metrics `http_req_duration` counts: from the request's sending to the last byte, in milliseconds,
//! without the time for a connection.

use super::tally::{Tally, add, fail};
use crate::measure::load::failure::RequestFailure;
use serde::Deserialize;
use std::io::{self, BufRead, Read as _};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The longest line.
const MAX_LINE: u64 = 1 << 20;

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    metric: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    time: Option<String>,
    value: Option<f64>,
    #[serde(default)]
    tags: Option<Tags>,
}

#[derive(Default, Deserialize)]
struct Tags {
    name: Option<String>,
    method: Option<String>,
    status: Option<String>,
    expected_response: Option<String>,
    error_code: Option<String>,
}

/// Reads samples, of which the last may be cut off.
///
/// # Errors
///
/// When a line cannot be read, with its number.
pub(super) fn read(mut samples: impl BufRead) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let (mut line, mut number) = (Vec::new(), 0u64);
    loop {
        line.clear();
        number += 1;
        samples.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(tally);
        }
        let whole = line.ends_with(b"\n");
        if !whole && line.len() as u64 == MAX_LINE {
            return Err(io::Error::other(format!("line {number} is longer than 1 MiB")));
        }
        match serde_json::from_slice::<Line>(&line) {
            Ok(read) => {
                let wrong = |why: &str| io::Error::other(format!("line {number}: {why}"));
                take(&mut tally, read).map_err(wrong)?;
            }
            Err(_) if !whole => {
                tally.cut_off = true;
                return Ok(tally);
            }
            Err(error) => return Err(io::Error::other(format!("line {number}: {error}"))),
        }
    }
}

fn take(tally: &mut Tally, line: Line) -> Result<(), &'static str> {
    if line.kind != "Point" {
        return Ok(());
    }
    match line.metric.as_str() {
        "dropped_iterations" => {
            // A count, that no script makes negative; one that is no number is 0.
            tally.dropped += line.data.value.unwrap_or_default() as u64;
            Ok(())
        }
        "http_req_duration" => request(tally, line.data),
        _ => Ok(()),
    }
}

fn request(tally: &mut Tally, data: Data) -> Result<(), &'static str> {
    let tags = data.tags.unwrap_or_default();
    let took = data.value.ok_or("a request without a duration")?;
    let time = data.time.as_deref().and_then(|time| OffsetDateTime::parse(time, &Rfc3339).ok());
    let end = time.ok_or("a request without a time")?.unix_timestamp_nanos() as f64 * 1e-9;
    let status = tags.status.as_deref().and_then(|status| status.parse().ok()).unwrap_or(0);
    let expected = match tags.expected_response.as_deref() {
        Some(expected) => expected == "true",
        None => (200..400).contains(&status),
    };
    let method = tags.method.unwrap_or_default();
    let name = tags.name.unwrap_or_default();
    let record = tally.of(&method, &name);
    if !add(record, took, 1) {
        return Err("a duration that is no time");
    }
    if !expected {
        fail(record, failure(status, tags.error_code.as_deref()), 1);
    }
    tally.include(end - took * 1e-3, end);
    Ok(())
}

/// What a status, or an error code where there is none, means.
fn failure(status: u16, code: Option<&str>) -> RequestFailure {
    if status > 0 {
        return RequestFailure::Status(status);
    }
    match code.and_then(|code| code.parse().ok()).unwrap_or(0u32) {
        1050 | 1211 => RequestFailure::Timeout,
        1212 => RequestFailure::Refused,
        1201 | 1220 => RequestFailure::Reset,
        1010..=1299 => RequestFailure::Unreachable,
        1310..=1319 => RequestFailure::Certificate,
        1300..=1399 => RequestFailure::Handshake,
        _ => RequestFailure::Reported,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":[],"submetrics":null},"metric":"http_req_duration"}"#;

    fn point(metric: &str, value: f64, tags: &str) -> String {
        format!(
            r#"{{"metric":"{metric}","type":"Point","data":{{"time":"2026-11-25T09:00:01.5+01:00","value":{value},"tags":{{{tags}}}}}}}"#
        )
    }

    const GOOD: &str = r#""name":"http://x/a","method":"GET","status":"200","expected_response":"true","url":"http://x/a","scenario":"default","group":"""#;

    #[test]
    fn requests_failures_and_drops_are_read() {
        let busy =
            r#""name":"http://x/a","method":"GET","status":"503","expected_response":"false""#;
        let refused = r#""name":"b","method":"POST","status":"0","expected_response":"false","error_code":"1212","error":"dial: connection refused""#;
        let lines = [
            HEAD.to_owned(),
            point("http_req_duration", 20.5, GOOD),
            point("http_req_duration", 500.0, busy),
            point("http_req_duration", 0.0, refused),
            point("http_reqs", 1.0, GOOD),
            point("dropped_iterations", 3.0, r#""scenario":"default""#),
            r#"{"metric":"http_req_dur"#.to_owned(),
        ];
        let tally = read(lines.join("\n").as_bytes()).unwrap();
        assert_eq!((tally.requests(), tally.completed(), tally.dropped), (3, 1, 3));
        assert!((tally.measured().as_secs_f64() - 0.5).abs() < 1e-3, "{:?}", tally.measured());
        let (names, steps) = tally.steps();
        assert_eq!(names, ["GET /a", "POST b"]);
        assert!((steps[0].response.quantile(0.5) - 0.0205).abs() < 1e-4);
        assert_eq!(
            steps[0].failures.keys().copied().collect::<Vec<_>>(),
            [RequestFailure::Status(503)]
        );
        assert_eq!(
            steps[1].failures.keys().copied().collect::<Vec<_>>(),
            [RequestFailure::Refused]
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let check = |text: &str, expected: &str| {
            let error = read(format!("{HEAD}\n{text}\n").as_bytes()).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains(expected), "{error}");
        };
        check("nonsense", "expected");
        check(&point("http_req_duration", -1.0, GOOD), "no time");
        check(
            r#"{"metric":"http_req_duration","type":"Point","data":{"value":1}}"#,
            "without a time",
        );
        check(&format!(r#"{{"a":"{}"}}"#, "x".repeat(1 << 20)), "longer than 1 MiB");
        assert_eq!(read(&b""[..]).unwrap().requests(), 0);
    }

    #[test]
    fn names_without_end_are_told_as_one() {
        let line =
            |n: usize| point("http_req_duration", 1.0, &GOOD.replace("/a", &format!("/{n}")));
        let lines: String = (0..500).map(|n| line(n) + "\n").collect();
        let tally = read(lines.as_bytes()).unwrap();
        assert_eq!(tally.requests(), 500);
        assert_eq!(tally.steps().0, [""]);
    }
}
