//! `arrivals:` resolved.

use crate::config::error::Fault;
use crate::config::file::{self, Stage};
use crate::config::plan::{Arrivals, Protocol, RateStage, Spacing};
use crate::config::quantity;
use crate::config::resolve::{at_most, count, defaults, measured, time_of};
use crate::config::yaml::At;

pub(super) fn arrivals(written: &At<file::Arrivals>) -> Result<Arrivals, Fault> {
    let typed = &written.value;
    let stages = stages(written)?;
    let warmup = match &typed.warmup {
        None => defaults::LOAD_WARMUP,
        Some(written) => {
            let most = defaults::MAX_LOAD_DURATION;
            at_most(written, measured(written, quantity::duration)?, most)?
        }
    };
    let connections = match &typed.connections {
        None => defaults::CONNECTIONS,
        Some(written) => count(written, 1, defaults::MAX_CONNECTIONS, "`connections`")?,
    };
    let spacing = match (typed.spacing, &typed.seed) {
        (Some(file::Spacing::Poisson), seed) => {
            Spacing::Poisson { seed: seed.as_ref().map_or(defaults::SEED, |seed| seed.value) }
        }
        (_, Some(seed)) => {
            return Err(seed.fault("equal gaps need no seed").help("add `spacing: poisson`"));
        }
        (_, None) => Spacing::Constant,
    };
    let (protocol, threads) = (protocol(typed.protocol), threads(typed.threads.as_ref())?);
    let connections = connections as usize;
    Ok(Arrivals { stages, warmup, connections, spacing, protocol, threads })
}

pub(super) fn protocol(typed: Option<file::Protocol>) -> Protocol {
    match typed {
        Some(file::Protocol::Http2) => Protocol::Http2,
        Some(file::Protocol::Http1) | None => Protocol::Http1,
    }
}

pub(super) fn threads(written: Option<&At<u64>>) -> Result<Option<usize>, Fault> {
    let threads = written.map(|threads| count(threads, 1, defaults::MAX_THREADS, "`threads`"));
    Ok(threads.transpose()?.map(|threads| threads as usize))
}

/// One stage of `rate` and `for`, or those of `stages`.
fn stages(written: &At<file::Arrivals>) -> Result<Vec<RateStage>, Fault> {
    let longest = defaults::MAX_LOAD_DURATION;
    let typed = &written.value;
    match (&typed.rate, &typed.duration, &typed.stages) {
        (Some(rate), Some(duration), None) => {
            let stage =
                RateStage::constant(above_0(rate)?, time_of(Some(duration), longest, longest)?);
            match stage.count() >= 1.0 {
                true => Ok(vec![stage]),
                false => Err(duration.fault(format!(
                    "at `{}`, no journey starts within `{}`",
                    rate.value.trim(),
                    duration.value.trim()
                ))),
            }
        }
        (None, None, Some(stages)) => in_turn(stages),
        (.., Some(stages)) => {
            Err(Fault::new("arrivals have `stages`, or `rate` and `for`, not both")
                .at(stages.place)
                .help("a stage that stays at a rate is `{ rate: 500/s, for: 20s }`"))
        }
        (..) => Err(written
            .fault("arrivals need `rate` and `for`")
            .help("such as `{ rate: 500/s, for: 20s }`, or `stages`")),
    }
}

fn in_turn(written: &At<Vec<At<Stage>>>) -> Result<Vec<RateStage>, Fault> {
    let longest = defaults::MAX_LOAD_DURATION;
    if !(1..=defaults::MAX_STAGES).contains(&written.value.len()) {
        return Err(written.fault(format!("there are 1 to {} stages", defaults::MAX_STAGES)));
    }
    let mut stages: Vec<RateStage> = Vec::new();
    for typed in &written.value {
        let stage = &typed.value;
        let duration = time_of(Some(&stage.duration), longest, longest)?;
        let (from, to) = match (&stage.rate, &stage.from, &stage.to) {
            (Some(rate), None, None) => {
                let rate = at_most_the_highest(rate)?;
                (rate, rate)
            }
            (None, from, Some(to)) => {
                let from = match (from, stages.last()) {
                    (Some(from), _) => at_most_the_highest(from)?,
                    (None, Some(before)) => before.to,
                    (None, None) => 0.0,
                };
                (from, at_most_the_highest(to)?)
            }
            (..) => {
                return Err(typed
                    .fault("a stage has a `rate`, or a rate `to` which it goes")
                    .help("such as `{ rate: 500/s, for: 20s }` or `{ from: 10/s, to: 500/s, for: 20s }`"));
            }
        };
        stages.push(RateStage { from, to, duration });
    }
    if stages.iter().map(|stage| stage.duration).sum::<std::time::Duration>() > longest {
        return Err(written.fault("the stages take more than an hour together"));
    }
    match stages.iter().map(RateStage::count).sum::<f64>() >= 1.0 {
        true => Ok(stages),
        false => Err(written.fault("no journey starts within these stages")),
    }
}

fn above_0(written: &At<String>) -> Result<f64, Fault> {
    match measured(written, quantity::rate)? {
        rate if rate > 0.0 && rate <= defaults::MAX_RATE => Ok(rate),
        _ => Err(written.fault(format!("a rate is above 0 and at most {}/s", defaults::MAX_RATE))),
    }
}

fn at_most_the_highest(written: &At<String>) -> Result<f64, Fault> {
    match measured(written, quantity::rate)? {
        rate if rate <= defaults::MAX_RATE => Ok(rate),
        _ => Err(written.fault(format!("a rate is at most {}/s", defaults::MAX_RATE))),
    }
}
