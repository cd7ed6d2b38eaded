//! The file that Locust writes with `--json-file`: an entry a method and name, with all latencies.

use super::tally::{Tally, add, fail};
use crate::measure::load::failure::RequestFailure;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;

/// The requests of one name.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    name: String,
    #[serde(default)]
    method: Option<String>,
    num_failures: u64,
    start_time: f64,
    last_request_timestamp: Option<f64>,
    /// How often each latency was seen, in milliseconds.
    response_times: BTreeMap<String, u64>,
}

/// Makes a tally of what was written.
///
/// # Errors
///
/// When a latency is no number.
pub(super) fn read(entries: &[Entry]) -> io::Result<Tally> {
    let mut tally = Tally::default();
    for entry in entries {
        let method = entry.method.as_deref().unwrap_or_default();
        let record = tally.of(method, &entry.name);
        for (text, count) in &entry.response_times {
            let is_time = text.parse().is_ok_and(|ms: f64| add(record, ms, *count));
            if !is_time {
                return Err(io::Error::other(format!("`{text}` is no latency")));
            }
        }
        fail(record, RequestFailure::Reported, entry.num_failures);
        if let Some(last) = entry.last_request_timestamp {
            tally.include(entry.start_time, last);
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(times: serde_json::Value, failures: u64) -> Entry {
        serde_json::from_value(json!({
            "name": "/a", "method": "GET", "num_requests": 3, "num_none_requests": 0,
            "num_failures": failures, "start_time": 100.0, "last_request_timestamp": 102.5,
            "response_times": times, "total_content_length": 1,
        }))
        .unwrap()
    }

    #[test]
    fn whole_histograms_are_read() {
        let tally = read(&[entry(json!({ "20.125": 2, "300": 1 }), 1)]).unwrap();
        assert_eq!((tally.requests(), tally.completed()), (3, 2));
        assert!((tally.measured().as_secs_f64() - 2.5).abs() < 1e-9);
        let (names, steps) = tally.steps();
        assert_eq!(names, ["GET /a"]);
        assert!((steps[0].response.quantile(0.5) - 0.020125).abs() < 3e-5);
        assert_eq!(read(&[]).unwrap().requests(), 0);
        assert_eq!(read(&[entry(json!({ "1": 2 }), 9)]).unwrap().completed(), 0);
    }

    #[test]
    fn what_is_no_latency_is_refused() {
        for text in ["", "x", "NaN", "-1", "inf"] {
            assert!(read(&[entry(json!({ text: 1 }), 0)]).is_err(), "{text}");
        }
    }
}
