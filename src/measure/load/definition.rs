//! The digest that says whether two loads asked the same of a service.

use crate::config::{Arrivals, LoadPlan, Spacing, StepPlan, Traffic};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Headers whose values are credentials: they change without changing the work, and even their
/// digest is nobody's business.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// SHA-256 in hex of everything that makes two measurements comparable: traffic, timeout and journeys,
/// but not the host that serves them, nor credentials.
pub(in crate::measure) fn digest(plan: &LoadPlan) -> String {
    let mut parts = Parts(Sha256::new());
    parts.time(plan.timeout);
    match &plan.traffic {
        Traffic::Arrivals(arrivals) => add_arrivals(&mut parts, arrivals),
    }
    for journey in &plan.journeys {
        parts.add("journey");
        parts.add(journey.weight.to_be_bytes());
        journey.steps.iter().for_each(|step| add_step(&mut parts, step));
    }
    format!("{:x}", parts.0.finalize())
}

fn add_arrivals(parts: &mut Parts, arrivals: &Arrivals) {
    parts.add("arrivals");
    parts.time(arrivals.warmup);
    for stage in &arrivals.stages {
        parts.add(stage.from.to_bits().to_be_bytes());
        parts.add(stage.to.to_bits().to_be_bytes());
        parts.time(stage.duration);
    }
    parts.add((arrivals.connections as u64).to_be_bytes());
    match arrivals.spacing {
        Spacing::Constant => parts.add("constant"),
        Spacing::Poisson { seed } => {
            parts.add("poisson");
            parts.add(seed.to_be_bytes());
        }
    }
}

fn add_step(parts: &mut Parts, step: &StepPlan) {
    parts.add("step");
    [&step.name, &step.method, &step.path].into_iter().for_each(|text| parts.add(text));
    for (name, value) in &step.headers {
        parts.add(name);
        parts.add(if CREDENTIALS.contains(&name.as_str()) { "" } else { value });
    }
    parts.add("body");
    step.body.iter().for_each(|body| parts.add(body));
    parts.add("expect");
    step.expect_status.iter().for_each(|status| parts.add(status.to_be_bytes()));
}

/// Each part with its length before it, so that no two lists of parts give the same bytes.
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    fn time(&mut self, time: Duration) {
        self.add(time.as_nanos().to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{JourneyPlan, RateStage};

    fn plan() -> LoadPlan {
        LoadPlan {
            name: "browse".to_owned(),
            service: None,
            url: "http://127.0.0.1:7878".to_owned(),
            traffic: Traffic::Arrivals(Arrivals {
                stages: vec![RateStage::constant(500.0, Duration::from_secs(20))],
                warmup: Duration::from_secs(2),
                connections: 256,
                spacing: Spacing::Constant,
            }),
            journeys: vec![JourneyPlan {
                name: String::new(),
                weight: 1,
                steps: vec![StepPlan {
                    name: "list".to_owned(),
                    method: "GET".to_owned(),
                    path: "/products".to_owned(),
                    headers: vec![("authorization".to_owned(), "Bearer a".to_owned())],
                    body: None,
                    expect_status: vec![],
                }],
            }],
            timeout: Duration::from_secs(10),
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut LoadPlan), same: bool) {
        let mut changed = plan();
        change(&mut changed);
        assert_eq!(digest(&changed) == digest(&plan()), same, "{changed:?}");
    }

    fn arrivals(plan: &mut LoadPlan) -> &mut Arrivals {
        let Traffic::Arrivals(arrivals) = &mut plan.traffic;
        arrivals
    }

    fn step(plan: &mut LoadPlan) -> &mut StepPlan {
        &mut plan.journeys[0].steps[0]
    }

    #[test]
    fn what_is_asked_of_the_service_decides_and_nothing_else() {
        check(|plan| plan.name = "other".to_owned(), true);
        check(|plan| plan.url = "http://127.0.0.1:1".to_owned(), true);
        check(|plan| plan.service = Some("shop".to_owned()), true);
        check(|plan| step(plan).headers[0].1 = "Bearer b".to_owned(), true);
        check(|plan| arrivals(plan).stages[0].from = 501.0, false);
        check(|plan| arrivals(plan).stages[0].to = 501.0, false);
        check(|plan| arrivals(plan).stages[0].duration = Duration::from_secs(21), false);
        check(|plan| arrivals(plan).warmup = Duration::ZERO, false);
        check(|plan| arrivals(plan).connections = 10, false);
        check(|plan| arrivals(plan).spacing = Spacing::Poisson { seed: 1 }, false);
        check(|plan| plan.journeys[0].name = "other".to_owned(), true);
        check(|plan| plan.journeys[0].weight = 2, false);
        check(|plan| plan.journeys.push(plan.journeys[0].clone()), false);
        check(|plan| plan.timeout = Duration::from_secs(1), false);
        check(
            |plan| {
                let step = step(plan).clone();
                plan.journeys[0].steps.push(step);
            },
            false,
        );
        check(|plan| step(plan).method = "POST".to_owned(), false);
        check(|plan| step(plan).path = "/".to_owned(), false);
        check(|plan| step(plan).body = Some(vec![]), false);
        check(|plan| step(plan).expect_status = vec![200], false);
        check(|plan| step(plan).headers.clear(), false);
    }
}
