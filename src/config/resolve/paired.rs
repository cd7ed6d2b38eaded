//! `base:`, `build:` and `paired:` resolved.

use super::command::{Surroundings, command};
use super::{at_most, count, defaults, measured, time_of};
use crate::config::error::Fault;
use crate::config::file::Paired;
use crate::config::plan::{Command, PairedPlan};
use crate::config::quantity;
use crate::config::yaml::At;
use std::path::Path;
use std::time::Duration;

pub(super) fn build(commands: &[At<Vec<At<String>>>], base: &Path) -> Result<Vec<Command>, Fault> {
    if let Some(extra) = commands.get(defaults::MAX_BUILD_COMMANDS) {
        let most = defaults::MAX_BUILD_COMMANDS;
        return Err(extra.fault(format!("at most {most} commands build")));
    }
    let surroundings = Surroundings { cwd: None, env: None, pass_env: None, base };
    commands.iter().map(|argv| command(argv, &surroundings)).collect()
}

/// Time for measuring again; none at all where it is written as 0.
pub(super) fn again(written: Option<&At<String>>) -> Result<Duration, Fault> {
    let Some(written) = written else { return Ok(defaults::AGAIN) };
    at_most(written, measured(written, quantity::duration)?, defaults::MAX_PAIRED_TIME)
}

pub(super) fn paired(typed: Option<&Paired>) -> Result<PairedPlan, Fault> {
    let pairs = typed.and_then(|typed| typed.pairs.as_ref());
    let time = typed.and_then(|typed| typed.time.as_ref());
    let segment = typed.and_then(|typed| typed.segment.as_ref());
    Ok(PairedPlan {
        pairs: pairs.map_or(Ok(defaults::PAIRS), |pairs| {
            count(pairs, defaults::MIN_PAIRS, defaults::MAX_PAIRS, "`pairs`")
        })?,
        time: time_of(time, defaults::PAIRED_TIME, defaults::MAX_PAIRED_TIME)?,
        segment: time_of(segment, defaults::SEGMENT, defaults::MAX_LOAD_DURATION)?,
    })
}
