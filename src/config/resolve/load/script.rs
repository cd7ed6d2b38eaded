//! `k6:` and `locust:` resolved.

use crate::config::error::Fault;
use crate::config::file::{self, Load};
use crate::config::plan::{Command, K6Plan, LocustPlan};
use crate::config::quantity;
use crate::config::resolve::command::{Surroundings, command};
use crate::config::resolve::{at_most, count, defaults, measured, path_in, time_of};
use crate::config::yaml::{At, shown};
use std::path::Path;
use std::time::Duration;

pub(super) fn k6(written: &file::K6, base: &Path) -> Result<K6Plan, Fault> {
    let file::K6 { args, env, pass_env, .. } = written;
    let surroundings =
        Surroundings { cwd: None, env: env.as_ref(), pass_env: pass_env.as_deref(), base };
    let command = with_arguments(&written.script, args.as_deref(), &surroundings)?;
    Ok(K6Plan {
        script: path_in(base, &written.script, &written.script.value)?,
        args: command.argv,
        env: command.env,
        pass_env: command.pass_env,
        cwd: command.cwd,
        within: time_of(written.within.as_ref(), defaults::K6_WITHIN, defaults::MAX_TIMEOUT)?,
        gate_latency: written.gate_latency.unwrap_or(false),
    })
}

pub(super) fn locust(written: &file::Locust, base: &Path) -> Result<LocustPlan, Fault> {
    let longest = defaults::MAX_LOAD_DURATION;
    let duration = time_of(Some(&written.duration), longest, longest)?;
    if duration.subsec_nanos() > 0 {
        let message = format!("`{}` is not in whole seconds", shown(&written.duration.value));
        return Err(written.duration.fault(message).help("Locust knows no others"));
    }
    let ramp_up = match &written.ramp_up {
        None => Duration::ZERO,
        Some(ramp_up) => at_most(ramp_up, measured(ramp_up, quantity::duration)?, duration)?,
    };
    let file = path_in(base, &written.file, &written.file.value)?;
    if file.to_string_lossy().contains(',') {
        return Err(written.file.fault("Locust takes a comma in a path for the end of it"));
    }
    let file::Locust { args, env, pass_env, .. } = written;
    let surroundings =
        Surroundings { cwd: None, env: env.as_ref(), pass_env: pass_env.as_deref(), base };
    let command = with_arguments(&written.file, args.as_deref(), &surroundings)?;
    Ok(LocustPlan {
        file,
        args: command.argv,
        env: command.env,
        pass_env: command.pass_env,
        users: count(&written.users, 1, defaults::MAX_USERS, "`users`")?,
        duration,
        ramp_up,
        cwd: command.cwd,
        gate_latency: written.gate_latency.unwrap_or(false),
    })
}

/// What holds of a command's arguments and variables holds of a script's; its argv are the arguments alone.
fn with_arguments(
    script: &At<String>,
    args: Option<&[At<String>]>,
    surroundings: &Surroundings<'_>,
) -> Result<Command, Fault> {
    // A command has a program, which here is the tool.
    let argv = std::iter::once(script).chain(args.unwrap_or_default()).cloned().collect();
    let command = command(&At { value: argv, place: script.place }, surroundings)?;
    Ok(Command { argv: command.argv.into_iter().skip(1).collect(), ..command })
}

/// Refuses what a script says itself, or nobody would tell it.
pub(super) fn nothing_else(load: &Load) -> Result<(), Fault> {
    let Load { steps, journeys, setup, teardown, data, ca, redirects, timeout, .. } = load;
    let places = [
        ("steps", steps.as_ref().map(|written| written.place)),
        ("journeys", journeys.as_ref().map(|written| written.place)),
        ("setup", setup.as_ref().map(|written| written.place)),
        ("teardown", teardown.as_ref().map(|written| written.place)),
        ("data", data.as_ref().map(|written| written.place)),
        ("ca", ca.as_ref().map(|written| written.place)),
        ("redirects", redirects.as_ref().map(|written| written.place)),
        ("timeout", timeout.as_ref().map(|written| written.place)),
    ];
    let found = places.into_iter().find_map(|(key, place)| Some((key, place?)));
    found.map_or(Ok(()), |(key, place)| {
        Err(Fault::new(format!("a script of your own is not told of `{key}`"))
            .at(place)
            .help("write it into the script"))
    })
}
