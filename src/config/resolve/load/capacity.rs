//! `mode: { capacity: … }` resolved.

use super::arrivals::{protocol, threads};
use crate::config::error::Fault;
use crate::config::file;
use crate::config::plan::{Arrivals, CapacityPlan, Objective, Spacing};
use crate::config::quantity;
use crate::config::resolve::{at_most, count, defaults, measured, time_of};
use crate::config::yaml::{At, shown};

pub(super) fn capacity(typed: &file::Capacity) -> Result<CapacityPlan, Fault> {
    let rate = |written: &At<String>| match measured(written, quantity::rate)? {
        rate if rate > 0.0 && rate <= defaults::MAX_RATE => Ok(rate),
        _ => Err(written.fault(format!("a rate is above 0 and at most {}/s", defaults::MAX_RATE))),
    };
    let (from, to) = (rate(&typed.from)?, rate(&typed.to)?);
    if to < from {
        return Err(typed.to.fault("the highest rate is below the lowest"));
    }
    let longest = defaults::MAX_LOAD_DURATION;
    let level = time_of(typed.level.as_ref(), defaults::CAPACITY_LEVEL, longest)?;
    if from * level.as_secs_f64() < 1.0 {
        return Err(typed.from.fault("at this rate, no journey starts in the time of a level"));
    }
    let warmup = match &typed.warmup {
        None => defaults::LOAD_WARMUP,
        Some(written) => at_most(written, measured(written, quantity::duration)?, longest)?,
    };
    let connections = match &typed.connections {
        None => defaults::CONNECTIONS,
        Some(written) => count(written, 1, defaults::MAX_CONNECTIONS, "`connections`")?,
    };
    Ok(CapacityPlan {
        objective: objective(&typed.slo)?,
        from,
        to,
        level,
        arrivals: Arrivals {
            stages: vec![],
            warmup,
            connections: connections as usize,
            spacing: Spacing::Constant,
            protocol: protocol(typed.protocol),
            threads: threads(typed.threads.as_ref())?,
        },
    })
}

/// Conditions with commas between them.
fn objective(written: &At<String>) -> Result<Objective, Fault> {
    let wrong = |part: &str| {
        written
            .fault(format!("`{}` is not an objective", shown(part.trim())))
            .help("such as `p95 < 250ms`, or `p95 < 250ms, p99 < 1s, errors < 0.1%`")
    };
    let mut latencies: Vec<(f64, f64)> = Vec::new();
    let mut errors = None;
    for part in written.value.split(',') {
        let (what, most) = part.split_once('<').ok_or_else(|| wrong(part))?;
        let (what, most) = (what.trim(), most.trim().trim_start_matches('=').trim());
        let amount = At { value: most.to_owned(), place: written.place };
        if what == "errors" && errors.is_none() {
            errors = Some(measured(&amount, quantity::share)?);
            continue;
        }
        let percentile = what.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok());
        let percentile =
            percentile.filter(|p| (0.0..=100.0).contains(p)).ok_or_else(|| wrong(part))?;
        let time = measured(&amount, quantity::duration)?;
        latencies.push((percentile / 100.0, time.as_secs_f64()));
    }
    match latencies.is_empty() {
        true => Err(wrong(&written.value)),
        false => Ok(Objective {
            latencies,
            errors: errors.unwrap_or(defaults::CAPACITY_ERRORS),
            text: written.value.trim().to_owned(),
        }),
    }
}
