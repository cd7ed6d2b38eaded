//! The run's loads in the form of a k6 summary, which GitLab's load performance widget reads: the share
//! of requests that did not fail, requests a second, and latencies.

use super::{json, number};
use crate::model::{Data, Engine, Histogram, Run, Target};
use serde::Serialize;

/// A run without loads has no metric, as a k6 run without requests.
#[derive(Serialize)]
struct Summary {
    metrics: Metrics,
}

#[derive(Serialize)]
struct Metrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Checks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_req_waiting: Option<Waiting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_reqs: Option<Requests>,
}

#[derive(Serialize)]
struct Checks {
    fails: u64,
    passes: u64,
    /// The share of those that passed.
    value: f64,
}

/// In milliseconds.
#[derive(Serialize)]
struct Waiting {
    avg: f64,
    max: f64,
    med: f64,
    min: f64,
    #[serde(rename = "p(90)")]
    p90: f64,
    #[serde(rename = "p(95)")]
    p95: f64,
}

#[derive(Serialize)]
struct Requests {
    count: u64,
    /// A second.
    rate: f64,
}

/// Draws all loads of a run as one, as if they had run one after the other.
pub(crate) fn draw(run: &Run) -> Result<String, serde_json::Error> {
    let loads: Vec<&Target> = run.targets.iter().filter(|target| is_load(target.engine)).collect();
    json::pretty(&Summary {
        metrics: Metrics {
            checks: checks(&loads),
            http_req_waiting: waiting(&loads),
            http_reqs: requests(&loads),
        },
    })
}

fn is_load(engine: Engine) -> bool {
    match engine {
        Engine::Open | Engine::Users | Engine::Distributed | Engine::K6 | Engine::Locust => true,
        Engine::Command | Engine::Criterion | Engine::Import => false,
    }
}

fn checks(loads: &[&Target]) -> Option<Checks> {
    let (fails, count) = loads
        .iter()
        .filter_map(|load| errors(load))
        .fold((0_u64, 0_u64), |(f, n), (fails, count)| {
            (f.saturating_add(fails), n.saturating_add(count))
        });
    let passes = count.saturating_sub(fails);
    (count > 0).then(|| Checks { fails, passes, value: passes as f64 / count as f64 })
}

/// The median and the mean of all requests, whichever load they were of.
fn waiting(loads: &[&Target]) -> Option<Waiting> {
    let mut all = Histogram::default();
    for load in loads {
        if let Some(Data::Histogram(latency)) = data(load, "latency") {
            all.merge(latency);
        }
    }
    let ms = |seconds: f64| number::significant(seconds * 1e3);
    let [min, med, p90, p95, max] = all.quantiles([0.0, 0.5, 0.9, 0.95, 1.0]).map(ms);
    (all.count() > 0).then(|| Waiting { avg: ms(all.mean()), max, med, min, p90, p95 })
}

fn requests(loads: &[&Target]) -> Option<Requests> {
    let (mut count, mut seconds) = (0_u64, 0.0);
    for load in loads {
        let throughput = match data(load, "throughput") {
            Some(Data::Sample(sample)) => sample.values().next(),
            _ => None,
        };
        let requests = errors(load).map(|(_, count)| count);
        if let (Some(requests), Some(rate)) = (requests, throughput.filter(|rate| *rate > 0.0)) {
            count = count.saturating_add(requests);
            seconds += requests as f64 / rate;
        }
    }
    let rate = number::significant(count as f64 / seconds);
    (count > 0 && rate.is_finite()).then_some(Requests { count, rate })
}

/// Failed requests, and all of them.
fn errors(load: &Target) -> Option<(u64, u64)> {
    match data(load, "errors")? {
        Data::Counts { events, trials } => Some((*events, *trials)),
        Data::Sample(_) | Data::Histogram(_) => None,
    }
}

fn data<'t>(load: &'t Target, metric: &str) -> Option<&'t Data> {
    load.measurement(metric).map(|measurement| &measurement.data)
}
