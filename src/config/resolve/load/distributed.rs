//! `distributed:` resolved.

use super::users;
use crate::config::error::Fault;
use crate::config::file;
use crate::config::json_path::path_keys;
use crate::config::plan::{DistributedPlan, ExtractSource, LoadPlan, StepPlan};
use crate::config::resolve::{count, defaults, time_of};
use crate::config::yaml::{At, shown};
use std::net::SocketAddr;

pub(super) fn distributed(written: &At<file::Distributed>) -> Result<DistributedPlan, Fault> {
    let typed = &written.value;
    let number = |written: &Option<At<u64>>, default, most, key: &str| match written {
        None => Ok(default),
        Some(written) => count(written, 0, most, key),
    };
    let plan = DistributedPlan {
        users: users::of_parts(&users::Parts {
            count: (&typed.users, defaults::MAX_DISTRIBUTED_USERS, "`users`"),
            duration: &typed.duration,
            warmup: &typed.warmup,
            ramp_up: &typed.ramp_up,
            ramp_down: &typed.ramp_down,
            gate_latency: typed.gate_latency,
        })?,
        workers: number(&typed.workers, 1, defaults::MAX_WORKERS, "`workers`")?,
        expect_workers: number(
            &typed.expect_workers,
            0,
            defaults::MAX_EXPECTED_WORKERS,
            "`expect_workers`",
        )?,
        listen: typed.listen.as_ref().map_or(Ok(defaults::LISTEN), listen)?,
        join_within: time_of(
            typed.join_within.as_ref(),
            defaults::JOIN_WITHIN,
            defaults::MAX_LOAD_DURATION,
        )?,
    };
    match plan.team() {
        0 => Err(written
            .fault("nobody would send the load")
            .help("start `workers` here, or let `expect_workers` join")),
        _ => Ok(plan),
    }
}

fn listen(written: &At<String>) -> Result<SocketAddr, Fault> {
    written.value.parse().map_err(|_| {
        written
            .fault(format!("`{}` is not an address with a port", shown(&written.value)))
            .help("such as `0.0.0.0:5557`")
    })
}

/// Refuses JSON paths that are more than names and indexes: workers have no more than Python's JSON.
pub(super) fn simple_paths(written: &At<file::Distributed>, plan: &LoadPlan) -> Result<(), Fault> {
    for step in plan.steps().chain(&plan.setup).chain(&plan.teardown) {
        if let Some(path) = paths(step).find(|path| path_keys(path).is_none()) {
            let (step, path) = (shown(&step.name), shown(path));
            let message =
                format!("step `{step}` has the JSON path `{path}`, which no worker reads");
            return Err(written
                .fault(message)
                .help("use names and indexes alone, such as `$.items[0].id`"));
        }
    }
    Ok(())
}

fn paths(step: &StepPlan) -> impl Iterator<Item = &str> {
    let extracted = step.extract.iter().filter_map(|extract| match &extract.source {
        ExtractSource::Json(path) => Some(path.as_str()),
        ExtractSource::Header(_) | ExtractSource::Regex(_) => None,
    });
    step.expect.json.iter().map(|(path, _)| path.as_str()).chain(extracted)
}
