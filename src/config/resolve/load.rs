//! `services:` and `loads:` resolved.

use super::command::{Surroundings, command};
use super::{at_most, body, count, defaults, measured, name, time_of};
use crate::config::error::{Fault, did_you_mean};
use crate::config::file::{self, Load, Service, Step};
use crate::config::plan::{Arrivals, LoadPlan, ServicePlan, Spacing, StepPlan};
use crate::config::quantity;
use crate::config::url::{HttpUrl, http_url};
use crate::config::yaml::{At, Entries, shown};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(super) fn services(
    entries: Option<&Entries<At<Service>>>,
    base: &Path,
) -> Result<BTreeMap<String, ServicePlan>, Fault> {
    let plan = |(written, service): &(At<String>, At<Service>)| {
        let name = name::checked(written, "service")?;
        let typed = &service.value;
        let ready = taken_apart(&typed.ready)?;
        let surroundings = Surroundings {
            cwd: typed.cwd.as_ref(),
            env: typed.env.as_ref(),
            pass_env: typed.pass_env.as_deref(),
            base,
        };
        let plan = ServicePlan {
            name: name.clone(),
            command: command(&typed.command, &surroundings)?,
            url: typed.url.as_ref().map_or(Ok(ready.origin), origin)?,
            ready: typed.ready.value.clone(),
            ready_within: time_of(
                typed.ready_within.as_ref(),
                defaults::READY_WITHIN,
                defaults::MAX_READY_WITHIN,
            )?,
        };
        Ok((name, plan))
    };
    entries.map_or(&[][..], |entries| &entries.0).iter().map(plan).collect()
}

pub(super) fn loads(
    entries: Option<&Entries<At<Load>>>,
    services: &BTreeMap<String, ServicePlan>,
) -> Result<Vec<LoadPlan>, Fault> {
    let plan = |(written, load): &(At<String>, At<Load>)| {
        let name = name::checked(written, "load")?;
        let typed = &load.value;
        let service = typed.service.as_ref().map(|name| known(name, services)).transpose()?;
        let url = match (&typed.url, service) {
            (Some(url), _) => origin(url)?,
            (None, Some(service)) => service.url.clone(),
            (None, None) => {
                return Err(written
                    .fault(format!("the load `{name}` has nothing to send to"))
                    .help("give it a `service` to start, or the `url` of one that is running"));
            }
        };
        Ok(LoadPlan {
            name,
            url,
            service: service.map(|service| service.name.clone()),
            arrivals: arrivals(&typed.arrivals.value)?,
            steps: steps(&typed.steps)?,
            timeout: time_of(
                typed.timeout.as_ref(),
                defaults::REQUEST_TIMEOUT,
                defaults::MAX_REQUEST_TIMEOUT,
            )?,
        })
    };
    entries.map_or(&[][..], |entries| &entries.0).iter().map(plan).collect()
}

fn known<'a>(
    name: &At<String>,
    services: &'a BTreeMap<String, ServicePlan>,
) -> Result<&'a ServicePlan, Fault> {
    services.get(&name.value).ok_or_else(|| {
        let list = services.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = match services.is_empty() {
            true => "describe it under `services`".to_owned(),
            false => did_you_mean(&name.value, services.keys().map(String::as_str))
                .unwrap_or(format!("there are {list}")),
        };
        name.fault(format!("no service is called `{}`", shown(&name.value))).help(help)
    })
}

fn taken_apart(url: &At<String>) -> Result<HttpUrl<'_>, Fault> {
    http_url(&url.value).map_err(|(message, help)| url.fault(message).maybe_help(help))
}

/// A URL without a path.
fn origin(url: &At<String>) -> Result<String, Fault> {
    let parsed = taken_apart(url)?;
    match parsed.path {
        "" | "/" => Ok(parsed.origin),
        path => Err(url.fault(format!("`{}` has a path", shown(&url.value))).help(format!(
            "write `{}` here, and `{}` in the steps",
            parsed.origin,
            shown(path)
        ))),
    }
}

fn arrivals(typed: &file::Arrivals) -> Result<Arrivals, Fault> {
    let rate = measured(&typed.rate, quantity::rate)?;
    if rate <= 0.0 || rate > defaults::MAX_RATE {
        let most = defaults::MAX_RATE;
        return Err(typed.rate.fault(format!("a rate is above 0 and at most {most}/s")));
    }
    let most = defaults::MAX_LOAD_DURATION;
    let duration = time_of(Some(&typed.duration), most, most)?;
    if rate * duration.as_secs_f64() < 1.0 {
        return Err(typed.duration.fault(format!(
            "at `{}`, no journey starts within `{}`",
            shown(&typed.rate.value),
            shown(&typed.duration.value)
        )));
    }
    let warmup = match &typed.warmup {
        None => defaults::LOAD_WARMUP,
        Some(written) => at_most(written, measured(written, quantity::duration)?, most)?,
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
    Ok(Arrivals { rate, duration, warmup, connections: connections as usize, spacing })
}

fn steps(written: &At<Vec<At<Step>>>) -> Result<Vec<StepPlan>, Fault> {
    if !(1..=defaults::MAX_STEPS).contains(&written.value.len()) {
        let most = defaults::MAX_STEPS;
        return Err(written.fault(format!("a load has 1 to {most} steps")));
    }
    let mut names = BTreeSet::new();
    let plan = |typed: &At<Step>| {
        let step = step(typed)?;
        if !names.insert(step.name.clone()) {
            let place = typed.value.name.as_ref().map_or(typed.place, |name| name.place);
            return Err(Fault::new(format!("two steps are called `{}`", shown(&step.name)))
                .at(place)
                .help("give one of them another `name`"));
        }
        Ok(step)
    };
    written.value.iter().map(plan).collect()
}

fn step(typed: &At<Step>) -> Result<StepPlan, Fault> {
    let (method, path) = request(typed)?;
    let name = match &typed.value.name {
        None => format!("{method} {}", path.value),
        Some(name) => step_name(name)?,
    };
    let (headers, body) = body::headers_and_body(&typed.value)?;
    Ok(StepPlan {
        name,
        method: method.to_owned(),
        path: path.value.clone(),
        headers,
        body,
        expect_status: typed.value.expect.as_ref().map_or(Ok(Vec::new()), statuses)?,
    })
}

/// The one method of a step, with its path.
fn request(typed: &At<Step>) -> Result<(&'static str, &At<String>), Fault> {
    let step = &typed.value;
    let methods = [
        ("GET", &step.get),
        ("HEAD", &step.head),
        ("POST", &step.post),
        ("PUT", &step.put),
        ("PATCH", &step.patch),
        ("DELETE", &step.delete),
        ("OPTIONS", &step.options),
    ];
    let mut written =
        methods.into_iter().filter_map(|(method, path)| Some((method, path.as_ref()?)));
    let first = written.next().ok_or_else(|| {
        typed.fault("a step needs a method and a path").help("such as `get: /products`")
    })?;
    if let Some((second, path)) = written.next() {
        let message = format!("a step has one method, and this one has {} and {second}", first.0);
        return Err(path.fault(message).help("write two steps"));
    }
    let path = &first.1.value;
    if !path.starts_with('/') || path.len() > 8192 {
        return Err(first
            .1
            .fault(format!("`{}` is not a path", shown(path)))
            .help("a path starts with `/`; the host comes from the load's `service` or `url`"));
    }
    if path.contains('#') || !path.bytes().all(|b| b.is_ascii_graphic()) {
        let message = format!("`{}` holds characters that a path must not hold", shown(path));
        return Err(first.1.fault(message).help("escape them, such as a space as `%20`"));
    }
    Ok(first)
}

fn step_name(name: &At<String>) -> Result<String, Fault> {
    let text = name.value.trim();
    if text.is_empty() || text.chars().count() > 120 || text.chars().any(char::is_control) {
        return Err(
            name.fault("a step's name is 1 to 120 characters, none of them a control character")
        );
    }
    Ok(text.to_owned())
}

fn statuses(expect: &file::Expect) -> Result<Vec<u16>, Fault> {
    let written = &expect.status;
    let list = match &written.value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    if list.is_empty() {
        return Err(written.fault("no status would count as success").help("name one at least"));
    }
    let status = |value: &Value| {
        value
            .as_u64()
            .and_then(|n| u16::try_from(n).ok())
            .filter(|n| (100..=599).contains(n))
            .ok_or_else(|| {
                written
                    .fault(format!("`{}` is not an HTTP status", shown(&value.to_string())))
                    .help("write a number from 100 to 599, or a list of them")
            })
    };
    list.iter().map(status).collect()
}
