//! `users:` resolved.

use crate::config::error::Fault;
use crate::config::file;
use crate::config::plan::Users;
use crate::config::quantity;
use crate::config::resolve::{at_most, count, defaults, measured, time_of};
use crate::config::yaml::At;
use std::time::Duration;

pub(super) fn users(typed: &file::Users) -> Result<Users, Fault> {
    let longest = defaults::MAX_LOAD_DURATION;
    let time = |written: &Option<At<String>>, default: Duration| match written {
        None => Ok(default),
        Some(written) => at_most(written, measured(written, quantity::duration)?, longest),
    };
    Ok(Users {
        count: count(&typed.count, 1, defaults::MAX_USERS, "`count`")?,
        duration: time_of(Some(&typed.duration), longest, longest)?,
        warmup: time(&typed.warmup, defaults::LOAD_WARMUP)?,
        ramp_up: time(&typed.ramp_up, Duration::ZERO)?,
        ramp_down: time(&typed.ramp_down, Duration::ZERO)?,
        gate_latency: typed.gate_latency.unwrap_or(false),
    })
}
