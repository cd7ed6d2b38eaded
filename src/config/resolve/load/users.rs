//! `users:` resolved.

use crate::config::error::Fault;
use crate::config::file;
use crate::config::plan::Users;
use crate::config::quantity;
use crate::config::resolve::{at_most, count, defaults, measured, time_of};
use crate::config::yaml::At;
use std::time::Duration;

/// What is written of users, whoever they are.
pub(super) struct Parts<'a> {
    /// How many, the most that there may be, and the key.
    pub(super) count: (&'a At<u64>, u32, &'a str),
    pub(super) duration: &'a At<String>,
    pub(super) warmup: &'a Option<At<String>>,
    pub(super) ramp_up: &'a Option<At<String>>,
    pub(super) ramp_down: &'a Option<At<String>>,
    pub(super) gate_latency: Option<bool>,
}

pub(super) fn users(typed: &file::Users) -> Result<Users, Fault> {
    of_parts(&Parts {
        count: (&typed.count, defaults::MAX_USERS, "`count`"),
        duration: &typed.duration,
        warmup: &typed.warmup,
        ramp_up: &typed.ramp_up,
        ramp_down: &typed.ramp_down,
        gate_latency: typed.gate_latency,
    })
}

pub(super) fn of_parts(parts: &Parts<'_>) -> Result<Users, Fault> {
    let longest = defaults::MAX_LOAD_DURATION;
    let time = |written: &Option<At<String>>, default: Duration| match written {
        None => Ok(default),
        Some(written) => at_most(written, measured(written, quantity::duration)?, longest),
    };
    let (written, most, key) = parts.count;
    Ok(Users {
        count: count(written, 1, most, key)?,
        duration: time_of(Some(parts.duration), longest, longest)?,
        warmup: time(parts.warmup, defaults::LOAD_WARMUP)?,
        ramp_up: time(parts.ramp_up, Duration::ZERO)?,
        ramp_down: time(parts.ramp_down, Duration::ZERO)?,
        gate_latency: parts.gate_latency.unwrap_or(false),
    })
}
