//! The load engine against real servers, good and bad: what it counts is what they saw.
//!
//! Latencies are checked from below, or against a server's own stalls with the generator's lateness
//! allowed for, so that a busy machine cannot fail a test.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod counts;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod locust;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod segments;
#[cfg(test)]
mod server;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stall;
#[cfg(test)]
mod users;

use pacegate::config::{
    Arrivals, JourneyPlan, LoadPlan, Protocol, RateStage, Spacing, StepPlan, Traffic,
};
use pacegate::measure::load::{LoadError, measure};
use pacegate::measure::{Context, Event, Stop};
use pacegate::model::{Data, Histogram, Target, ValidityFact, Warning};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// A plan without warm-up: `rate` journeys a second of one GET each.
fn plan(url: String, rate: f64, seconds: f64) -> LoadPlan {
    LoadPlan {
        name: "load".to_owned(),
        service: None,
        url,
        ca: None,
        traffic: Traffic::Arrivals(Arrivals {
            stages: vec![RateStage::constant(rate, Duration::from_secs_f64(seconds))],
            warmup: Duration::ZERO,
            connections: 256,
            spacing: Spacing::Constant,
            protocol: Protocol::Http1,
            threads: None,
        }),
        journeys: vec![JourneyPlan {
            name: String::new(),
            weight: 1,
            steps: vec![step("GET", "/")],
        }],
        setup: vec![],
        teardown: vec![],
        feeds: vec![],
        cookies: true,
        redirects: 0,
        resources: Default::default(),
        timeout: Duration::from_secs(30),
    }
}

/// The open schedule of a plan.
fn arrivals(plan: &mut LoadPlan) -> &mut Arrivals {
    match &mut plan.traffic {
        Traffic::Arrivals(arrivals) => arrivals,
        _ => panic!("it has arrivals"),
    }
}

/// The steps of the only journey of a plan.
fn steps(plan: &mut LoadPlan) -> &mut Vec<StepPlan> {
    &mut plan.journeys[0].steps
}

fn step(method: &str, path: &str) -> StepPlan {
    StepPlan::new(method, path)
}

fn run(plan: &LoadPlan) -> Result<Target, LoadError> {
    run_with(plan, &Stop::new(), &|_| ())
}

fn run_with(
    plan: &LoadPlan,
    stop: &Stop,
    observer: &(dyn Fn(Event) + Send + Sync),
) -> Result<Target, LoadError> {
    let context = Context { launcher: Path::new(env!("CARGO_BIN_EXE_pacegate")), stop, observer };
    runtime().block_on(sendable(measure(plan, context)))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Whoever calls `measure` may be a task that moves between threads.
fn sendable<F: Send>(future: F) -> F {
    future
}

fn histogram<'target>(target: &'target Target, metric: &str) -> &'target Histogram {
    match &target.measurement(metric).expect(metric).data {
        Data::Histogram(histogram) => histogram,
        other => panic!("{metric} is {other:?}"),
    }
}

/// Failed and all requests.
fn errors(target: &Target, metric: &str) -> (u64, u64) {
    match target.measurement(metric).expect(metric).data {
        Data::Counts { events, trials } => (events, trials),
        ref other => panic!("{metric} is {other:?}"),
    }
}

fn kinds(target: &Target) -> BTreeMap<String, u64> {
    let kinds = target.warnings.iter().find_map(|warning| match warning {
        Warning::FailedRequests { kinds, .. } => Some(kinds.clone()),
        _ => None,
    });
    kinds.unwrap_or_default()
}

fn broken(target: &Target) -> &[ValidityFact] {
    &target.validity.as_ref().expect("a validity block").broken
}
