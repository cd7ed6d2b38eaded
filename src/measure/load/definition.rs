//! The digest that says whether two loads asked the same of a service.

use crate::config::{LoadPlan, Spacing};
use sha2::{Digest as _, Sha256};

/// Headers whose values are credentials: they change without changing the work, and even their
/// digest is nobody's business.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// SHA-256 in hex of everything that makes two measurements comparable: rate, times, connections,
/// spacing, timeout and steps, but not the host that serves them, nor credentials.
pub(in crate::measure) fn digest(plan: &LoadPlan) -> String {
    let mut parts = Parts(Sha256::new());
    let arrivals = &plan.arrivals;
    parts.add(arrivals.rate.to_bits().to_be_bytes());
    for time in [arrivals.duration, arrivals.warmup, plan.timeout] {
        parts.add(time.as_nanos().to_be_bytes());
    }
    parts.add((arrivals.connections as u64).to_be_bytes());
    match arrivals.spacing {
        Spacing::Constant => parts.add("constant"),
        Spacing::Poisson { seed } => {
            parts.add("poisson");
            parts.add(seed.to_be_bytes());
        }
    }
    for step in &plan.steps {
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
    format!("{:x}", parts.0.finalize())
}

/// Each part with its length before it, so that no two lists of parts give the same bytes.
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Arrivals, StepPlan};
    use std::time::Duration;

    fn plan() -> LoadPlan {
        LoadPlan {
            name: "browse".to_owned(),
            service: None,
            url: "http://127.0.0.1:7878".to_owned(),
            arrivals: Arrivals {
                rate: 500.0,
                duration: Duration::from_secs(20),
                warmup: Duration::from_secs(2),
                connections: 256,
                spacing: Spacing::Constant,
            },
            steps: vec![StepPlan {
                name: "list".to_owned(),
                method: "GET".to_owned(),
                path: "/products".to_owned(),
                headers: vec![("authorization".to_owned(), "Bearer a".to_owned())],
                body: None,
                expect_status: vec![],
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

    #[test]
    fn what_is_asked_of_the_service_decides_and_nothing_else() {
        check(|plan| plan.name = "other".to_owned(), true);
        check(|plan| plan.url = "http://127.0.0.1:1".to_owned(), true);
        check(|plan| plan.service = Some("shop".to_owned()), true);
        check(|plan| plan.steps[0].headers[0].1 = "Bearer b".to_owned(), true);
        check(|plan| plan.arrivals.rate = 501.0, false);
        check(|plan| plan.arrivals.duration = Duration::from_secs(21), false);
        check(|plan| plan.arrivals.warmup = Duration::ZERO, false);
        check(|plan| plan.arrivals.connections = 10, false);
        check(|plan| plan.arrivals.spacing = Spacing::Poisson { seed: 1 }, false);
        check(|plan| plan.timeout = Duration::from_secs(1), false);
        check(|plan| plan.steps.push(plan.steps[0].clone()), false);
        check(|plan| plan.steps[0].method = "POST".to_owned(), false);
        check(|plan| plan.steps[0].path = "/".to_owned(), false);
        check(|plan| plan.steps[0].body = Some(vec![]), false);
        check(|plan| plan.steps[0].expect_status = vec![200], false);
        check(|plan| plan.steps[0].headers.clear(), false);
    }
}
