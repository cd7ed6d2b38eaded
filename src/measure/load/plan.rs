//! The bounds within which this engine works; plans from `gates.yaml` are within them already.

use super::LoadError;
use crate::config::{LoadPlan, defaults};

/// Checks a plan that may not come from a file.
///
/// # Errors
///
/// With the first value that is out of bounds.
pub(super) fn check(plan: &LoadPlan) -> Result<(), LoadError> {
    let arrivals = &plan.arrivals;
    let longest = defaults::MAX_LOAD_DURATION;
    let bounds = [
        (
            arrivals.rate > 0.0 && arrivals.rate <= defaults::MAX_RATE,
            "its rate must be above 0 and at most 100000/s",
        ),
        (
            arrivals.duration <= longest && arrivals.warmup <= longest,
            "its duration and its warm-up must be at most an hour each",
        ),
        (
            !plan.timeout.is_zero() && plan.timeout <= defaults::MAX_REQUEST_TIMEOUT,
            "its timeout must be above 0 and at most ten minutes",
        ),
        (
            (1..=defaults::MAX_CONNECTIONS as usize).contains(&arrivals.connections),
            "it needs from 1 to 10000 connections",
        ),
        (
            (1..=defaults::MAX_STEPS).contains(&plan.steps.len()),
            "its journey needs from 1 to 100 steps",
        ),
    ];
    bounds
        .into_iter()
        .find(|(within, _)| !within)
        .map_or(Ok(()), |(_, why)| Err(LoadError::Plan(why)))
}
