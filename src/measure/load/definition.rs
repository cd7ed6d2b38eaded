//! The digest that says whether two loads asked the same of a service.

use crate::config::{
    Arrivals, BodyPlan, CapacityPlan, ExpectPlan, ExtractPlan, ExtractSource, LoadPlan, Protocol,
    Spacing, StepPlan, Traffic, Users,
};
use crate::model::Part;
use sha2::{Digest as _, Sha256};
use std::path::Path;
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
        Traffic::Users(users) => add_users(&mut parts, users),
        Traffic::Distributed(distributed) => {
            parts.add("distributed");
            parts.add(distributed.team().to_be_bytes());
            add_users(&mut parts, &distributed.users);
        }
        Traffic::Capacity(capacity) => add_capacity(&mut parts, capacity),
        Traffic::K6(k6) => {
            add_script(&mut parts, "k6", &k6.script);
            parts.all("arguments", &k6.args);
            parts.all("variables", k6.env.iter().flat_map(|(name, value)| [name, value]));
        }
        Traffic::Locust(locust) => {
            add_script(&mut parts, "locust", &locust.file);
            parts.all("arguments", &locust.args);
            parts.all("variables", locust.env.iter().flat_map(|(name, value)| [name, value]));
            parts.add(locust.users.to_be_bytes());
            parts.time(locust.duration);
            parts.time(locust.ramp_up);
        }
    }
    for journey in &plan.journeys {
        parts.add("journey");
        parts.add(journey.weight.to_be_bytes());
        journey.steps.iter().for_each(|step| add_step(&mut parts, step));
    }
    for feed in &plan.feeds {
        parts.all("feed", [name(&feed.path), feed.random.to_string()]);
    }
    parts.all("visitor", [plan.cookies.to_string(), plan.redirects.to_string()]);
    format!("{:x}", parts.0.finalize())
}

/// The same of a load that several machines send together, each its part: how many they are is part of
/// what is asked of the service, and which one of them is not.
pub(super) fn of_part(plan: &LoadPlan, part: Part) -> String {
    let whole = digest(plan);
    if part.of == 1 {
        return whole;
    }
    let mut parts = Parts(Sha256::new());
    parts.add(whole);
    parts.all("segments", [part.of.to_be_bytes()]);
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
    parts.add(match arrivals.protocol {
        Protocol::Http1 => "http1",
        Protocol::Http2 => "http2",
    });
    match arrivals.spacing {
        Spacing::Constant => parts.add("constant"),
        Spacing::Poisson { seed } => {
            parts.add("poisson");
            parts.add(seed.to_be_bytes());
        }
    }
}

/// Where a search begins and ends does not change what it finds.
fn add_capacity(parts: &mut Parts, capacity: &CapacityPlan) {
    parts.add("capacity");
    for (quantile, most) in &capacity.objective.latencies {
        parts.all("latency", [quantile.to_bits().to_be_bytes(), most.to_bits().to_be_bytes()]);
    }
    parts.add(capacity.objective.errors.to_bits().to_be_bytes());
    parts.time(capacity.level);
    add_arrivals(parts, &capacity.arrivals);
}

/// Another text asks for other things; one that cannot be read does not run either.
fn add_script(parts: &mut Parts, tool: &str, path: &Path) {
    parts.add(tool);
    parts.add(std::fs::read(path).unwrap_or_default());
}

fn add_users(parts: &mut Parts, users: &Users) {
    parts.add("users");
    parts.add(users.count.to_be_bytes());
    for time in [users.duration, users.warmup, users.ramp_up, users.ramp_down] {
        parts.time(time);
    }
}

fn add_step(parts: &mut Parts, step: &StepPlan) {
    parts.add("step");
    [&step.name, &step.method, &step.path].into_iter().for_each(|text| parts.add(text));
    for (name, value) in &step.headers {
        parts.add(name);
        parts.add(if CREDENTIALS.contains(&name.as_str()) { "" } else { value });
    }
    match &step.body {
        None => parts.add("no body"),
        Some(BodyPlan::Json(value)) => parts.all("json", [value.to_string()]),
        Some(BodyPlan::Text(text)) => parts.all("text", [text]),
        Some(BodyPlan::File(path)) => parts.all("file", [name(path)]),
        Some(BodyPlan::Form(pairs)) => {
            parts.all("form", pairs.iter().flat_map(|(name, value)| [name, value]));
        }
    }
    let ExpectPlan { status, headers, json, body, size, within } = &step.expect;
    parts.all("expect", status.iter().map(u16::to_string));
    parts.all("headers", headers.iter().flat_map(|(name, text)| [name, text]));
    parts.all("values", json.iter().flat_map(|(path, value)| [path.clone(), value.to_string()]));
    parts.all("text", body);
    parts.all("size", size.map(u64::to_be_bytes));
    parts.all("within", within.map(|within| within.as_nanos().to_be_bytes()));
    for ExtractPlan { variable, source } in &step.extract {
        let (kind, text) = match source {
            ExtractSource::Json(text) => ("json", text),
            ExtractSource::Header(text) => ("header", text),
            ExtractSource::Regex(text) => ("regex", text),
        };
        parts.all("extract", [variable, kind, text]);
    }
    if let Some(think) = step.think {
        parts.add("think");
        parts.time(think.from);
        parts.time(think.to);
    }
}

/// Where a file lies differs from machine to machine.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Each part with its length before it, so that no two lists of parts give the same bytes.
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    fn all(&mut self, what: &str, parts: impl IntoIterator<Item = impl AsRef<[u8]>>) {
        let parts: Vec<_> = parts.into_iter().collect();
        self.add(what);
        self.add((parts.len() as u64).to_be_bytes());
        parts.into_iter().for_each(|part| self.add(part));
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
        let step_plan = StepPlan {
            headers: vec![("authorization".to_owned(), "Bearer a".to_owned())],
            ..StepPlan::new("GET", "/products")
        };
        LoadPlan {
            name: "browse".to_owned(),
            service: None,
            url: "http://127.0.0.1:7878".to_owned(),
            traffic: Traffic::Arrivals(Arrivals {
                stages: vec![RateStage::constant(500.0, Duration::from_secs(20))],
                warmup: Duration::from_secs(2),
                connections: 256,
                spacing: Spacing::Constant,
                protocol: Protocol::Http1,
                threads: None,
            }),
            journeys: vec![JourneyPlan { name: String::new(), weight: 1, steps: vec![step_plan] }],
            ca: None,
            setup: vec![],
            teardown: vec![],
            feeds: vec![],
            cookies: true,
            redirects: 0,
            resources: Default::default(),
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
        match &mut plan.traffic {
            Traffic::Arrivals(arrivals) => arrivals,
            _ => unreachable!(),
        }
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
        check(|plan| arrivals(plan).protocol = Protocol::Http2, false);
        check(|plan| arrivals(plan).threads = Some(2), true);
        check(|plan| plan.ca = Some("ca.pem".into()), true);
        check(|plan| plan.setup = vec![StepPlan::new("GET", "/")], true);
        check(|plan| plan.cookies = false, false);
        check(|plan| plan.redirects = 1, false);
        let text = |text: &str| BodyPlan::Text(text.to_owned());
        check(|plan| step(plan).body = Some(text("")), false);
        check(|plan| step(plan).expect.status = vec![200], false);
        check(|plan| step(plan).expect.body = Some("a".to_owned()), false);
        check(|plan| step(plan).expect.within = Some(Duration::ZERO), false);
        let source = ExtractSource::Header("a".to_owned());
        let extract = ExtractPlan { variable: "a".to_owned(), source };
        check(|plan| step(plan).extract = vec![extract], false);
        check(|plan| step(plan).headers.clear(), false);
    }

    #[test]
    fn how_many_machines_send_it_decides_and_which_of_them_does_not() {
        let of = |number, of| of_part(&plan(), Part { number, of });
        assert_eq!(of(1, 1), digest(&plan()));
        assert_eq!(of(1, 3), of(3, 3));
        assert_ne!(of(1, 3), of(1, 1));
        assert_ne!(of(1, 3), of(1, 2));
    }
}
