//! Journeys and their steps resolved.

use super::{answer, body};
use crate::config::error::Fault;
use crate::config::file::{self, Load, Step};
use crate::config::plan::{ExpectPlan, JourneyPlan, StepPlan, ThinkPlan};
use crate::config::quantity;
use crate::config::resolve::{at_most, count, defaults, measured, name};
use crate::config::template::Template;
use crate::config::yaml::{At, Entries, shown};
use std::collections::BTreeSet;
use std::path::Path;

/// The journeys of a load: those of `journeys`, or the only one of `steps`.
pub(super) fn journeys(load: &At<Load>, base: &Path) -> Result<Vec<JourneyPlan>, Fault> {
    let mut names = BTreeSet::new();
    match (&load.value.steps, &load.value.journeys) {
        (Some(steps), None) => {
            let steps = self::steps(steps, base, &mut names)?;
            Ok(vec![JourneyPlan { name: String::new(), weight: 1, steps }])
        }
        (None, Some(written)) => named(written, base, &mut names),
        (Some(_), Some(written)) => Err(Fault::new("a load has `steps` or `journeys`, not both")
            .at(written.place)
            .help("move the steps into a journey of their own")),
        (None, None) => Err(load
            .fault("the load does not say what to ask for")
            .help("such as `steps: [ { get: /products } ]`")),
    }
}

/// Steps beside the load: before it, or after it.
pub(super) fn aside(
    written: Option<&At<Vec<At<Step>>>>,
    base: &Path,
) -> Result<Vec<StepPlan>, Fault> {
    written.map_or(Ok(vec![]), |written| steps(written, base, &mut BTreeSet::new()))
}

fn named(
    written: &At<Entries<At<file::Journey>>>,
    base: &Path,
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
        let steps = steps(&typed.value.steps, base, names)?;
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
    base: &Path,
    names: &mut BTreeSet<String>,
) -> Result<Vec<StepPlan>, Fault> {
    if !(1..=defaults::MAX_STEPS).contains(&written.value.len()) {
        let most = defaults::MAX_STEPS;
        return Err(written.fault(format!("a journey has 1 to {most} steps")));
    }
    let plan = |typed: &At<Step>| {
        let step = step(typed, base)?;
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

fn step(typed: &At<Step>, base: &Path) -> Result<StepPlan, Fault> {
    let (method, path) = request(typed)?;
    template(path, &path.value)?;
    let name = match &typed.value.name {
        None => format!("{method} {}", path.value),
        Some(name) => step_name(name)?,
    };
    let (headers, body) = body::headers_and_body(&typed.value, base)?;
    Ok(StepPlan {
        name,
        method: method.to_owned(),
        path: path.value.clone(),
        headers,
        body,
        expect: typed.value.expect.as_ref().map_or(Ok(ExpectPlan::default()), answer::expect)?,
        extract: typed.value.extract.as_ref().map_or(Ok(vec![]), answer::extract)?,
        think: typed.value.think.as_ref().map(think).transpose()?,
    })
}

/// Checks that a text can be taken apart.
pub(super) fn template<T>(written: &At<T>, text: &str) -> Result<(), Fault> {
    match Template::parse(text) {
        Ok(_) => Ok(()),
        Err(why) => Err(written.fault(why).help("write `${name}`, and `$$` for a dollar sign")),
    }
}

/// A time, or two with `..` between them.
fn think(written: &At<String>) -> Result<ThinkPlan, Fault> {
    let time = |text: &str| {
        let part = At { value: text.to_owned(), place: written.place };
        at_most(&part, measured(&part, quantity::duration)?, defaults::MAX_THINK)
    };
    let (from, to) = written.value.split_once("..").unwrap_or((&written.value, &written.value));
    let (from, to) = (time(from)?, time(to)?);
    match from <= to {
        true => Ok(ThinkPlan { from, to }),
        false => Err(written.fault("the range ends before it begins")),
    }
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
