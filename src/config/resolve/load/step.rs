//! Journeys and their steps resolved.

use super::body;
use crate::config::error::Fault;
use crate::config::file::{self, Load, Step};
use crate::config::plan::{JourneyPlan, StepPlan};
use crate::config::resolve::{count, defaults, name};
use crate::config::yaml::{At, Entries, shown};
use serde_json::Value;
use std::collections::BTreeSet;

/// The journeys of a load: those of `journeys`, or the only one of `steps`.
pub(super) fn journeys(load: &At<Load>) -> Result<Vec<JourneyPlan>, Fault> {
    let mut names = BTreeSet::new();
    match (&load.value.steps, &load.value.journeys) {
        (Some(steps), None) => {
            let steps = self::steps(steps, &mut names)?;
            Ok(vec![JourneyPlan { name: String::new(), weight: 1, steps }])
        }
        (None, Some(written)) => named(written, &mut names),
        (Some(_), Some(written)) => Err(Fault::new("a load has `steps` or `journeys`, not both")
            .at(written.place)
            .help("move the steps into a journey of their own")),
        (None, None) => Err(load
            .fault("the load does not say what to ask for")
            .help("such as `steps: [ { get: /products } ]`")),
    }
}

fn named(
    written: &At<Entries<At<file::Journey>>>,
    names: &mut BTreeSet<String>,
) -> Result<Vec<JourneyPlan>, Fault> {
    if written.value.0.is_empty() {
        return Err(written.fault("a load has a journey at least"));
    }
    let journey = |(title, typed): &(At<String>, At<file::Journey>)| {
        let weight = match &typed.value.weight {
            None => 1,
            Some(weight) => count(weight, 1, defaults::MAX_WEIGHT, "`weight`")?,
        };
        let steps = steps(&typed.value.steps, names)?;
        Ok(JourneyPlan { name: name::checked(title, "journey")?, weight, steps })
    };
    let journeys: Vec<JourneyPlan> =
        written.value.0.iter().map(journey).collect::<Result<_, Fault>>()?;
    if journeys.iter().map(|journey| journey.steps.len()).sum::<usize>() > defaults::MAX_STEPS {
        let most = defaults::MAX_STEPS;
        return Err(written.fault(format!("the journeys of a load have at most {most} steps")));
    }
    Ok(journeys)
}

fn steps(
    written: &At<Vec<At<Step>>>,
    names: &mut BTreeSet<String>,
) -> Result<Vec<StepPlan>, Fault> {
    if !(1..=defaults::MAX_STEPS).contains(&written.value.len()) {
        let most = defaults::MAX_STEPS;
        return Err(written.fault(format!("a journey has 1 to {most} steps")));
    }
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
