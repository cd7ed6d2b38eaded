//! The bounds within which this engine works; plans from `gates.yaml` are within them already.

use super::LoadError;
use crate::config::{Arrivals, DistributedPlan, LoadPlan, Traffic, defaults};

/// Checks a plan that may not come from a file.
///
/// # Errors
///
/// With the first value that is out of bounds.
pub(super) fn check(plan: &LoadPlan) -> Result<(), LoadError> {
    let of_traffic = match &plan.traffic {
        Traffic::Arrivals(arrivals) => arrivals_within(arrivals).to_vec(),
        Traffic::Capacity(capacity) => vec![(
            capacity.from > 0.0 && (capacity.from..=defaults::MAX_RATE).contains(&capacity.to),
            "its rates must be above 0 and at most 100000/s, the lowest first",
        )],
        Traffic::Users(users) => vec![(
            (1..=defaults::MAX_USERS).contains(&users.count) && !users.duration.is_zero(),
            "it needs from 1 to 10000 users, and a time to measure them",
        )],
        Traffic::K6(k6) => vec![(!k6.within.is_zero(), "its script needs time")],
        Traffic::Locust(locust) => vec![(
            (1..=defaults::MAX_USERS).contains(&locust.users) && locust.duration.as_secs() > 0,
            "it needs from 1 to 10000 users, and a second at least",
        )],
        Traffic::Distributed(distributed) => distributed_within(distributed).to_vec(),
    };
    let is_script = matches!(plan.traffic, Traffic::K6(_) | Traffic::Locust(_));
    let bounds = [
        (
            !plan.timeout.is_zero() && plan.timeout <= defaults::MAX_REQUEST_TIMEOUT,
            "its timeout must be above 0 and at most ten minutes",
        ),
        (
            (is_script || !plan.journeys.is_empty())
                && plan.journeys.iter().all(|journey| journey.weight > 0),
            "it needs a journey, and each a weight above 0",
        ),
        (
            plan.journeys.iter().all(|journey| !journey.steps.is_empty())
                && plan.steps().count() <= defaults::MAX_STEPS,
            "its journeys need a step each, and at most 100 together",
        ),
    ];
    of_traffic
        .into_iter()
        .chain(bounds)
        .find(|(within, _)| !within)
        .map_or(Ok(()), |(_, why)| Err(LoadError::Plan(why)))
}

fn distributed_within(plan: &DistributedPlan) -> [(bool, &'static str); 2] {
    let DistributedPlan { users, workers, expect_workers, .. } = plan;
    let teams = (0..=defaults::MAX_WORKERS).contains(workers)
        && (0..=defaults::MAX_EXPECTED_WORKERS).contains(expect_workers);
    [
        (
            (1..=defaults::MAX_DISTRIBUTED_USERS).contains(&users.count)
                && !users.duration.is_zero(),
            "it needs from 1 to 100000 users, and a time to measure them",
        ),
        (teams && plan.team() > 0, "it needs a worker, and at most 256 here and 1000 elsewhere"),
    ]
}

fn arrivals_within(arrivals: &Arrivals) -> [(bool, &'static str); 4] {
    let within = |rate: f64| (0.0..=defaults::MAX_RATE).contains(&rate);
    let longest = defaults::MAX_LOAD_DURATION;
    [
        (
            arrivals.stages.iter().all(|stage| within(stage.from) && within(stage.to)),
            "its rates must be from 0 to 100000/s",
        ),
        (
            arrivals.stages.iter().any(|stage| stage.from.max(stage.to) > 0.0),
            "its rate must be above 0",
        ),
        (
            arrivals.duration() <= longest && arrivals.warmup <= longest,
            "its duration and its warm-up must be at most an hour each",
        ),
        (
            (1..=defaults::MAX_CONNECTIONS as usize).contains(&arrivals.connections),
            "it needs from 1 to 10000 connections",
        ),
    ]
}
