//! `gates:` and `waivers:` resolved.

use super::{defaults, measured, name, pattern};
use crate::config::error::{Fault, did_you_mean};
use crate::config::file::{Against, File, Gate, Limit, Regression, Severity, Waiver};
use crate::config::plan::{GatePlan, Quantity, Rule, WaiverPlan};
use crate::config::quantity;
use crate::config::yaml::{At, shown};
use time::{Date, Month};

pub(super) fn gates(file: &File) -> Result<Vec<GatePlan>, Fault> {
    if file.gates.value.is_empty() {
        return Err(file
            .gates
            .fault("there is no gate, so nothing would be judged")
            .help("add one, such as `- { series: \"*\", regression: { max: 5% } }`"));
    }
    let targets = targets(file);
    let plan = |(index, typed): (usize, &At<Gate>)| {
        let series = pattern(&typed.value.series)?;
        can_match(&typed.value.series, &targets)?;
        Ok(GatePlan {
            number: index + 1,
            line: typed.place.line,
            series,
            rule: rule(typed, file)?,
            warn_only: typed.value.severity == Some(Severity::Warn),
        })
    };
    file.gates.value.iter().enumerate().map(plan).collect()
}

fn targets(file: &File) -> Vec<&str> {
    let benchmarks = file.benchmarks.iter().flat_map(|entries| &entries.0).map(|(name, _)| name);
    let loads = file.loads.iter().flat_map(|entries| &entries.0).map(|(name, _)| name);
    benchmarks.chain(loads).map(|name| name.value.as_str()).collect()
}

/// Refuses a gate whose fixed beginning fits no target, before anything is measured. Every series
/// id begins with the name of its target and a slash. A file without targets only judges what
/// others measured, of which nothing is known here.
fn can_match(series: &At<String>, targets: &[&str]) -> Result<(), Fault> {
    let text = series.value.trim();
    let fixed = &text[..text.find(['*', '?', '[', '{', '\\']).unwrap_or(text.len())];
    let fits = |target: &&str| {
        let prefix = format!("{target}/");
        prefix.starts_with(fixed) || fixed.starts_with(&prefix)
    };
    if targets.is_empty() || targets.iter().any(fits) {
        return Ok(());
    }
    let list =
        targets.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let nearest = targets.iter().copied().filter_map(|target| {
        // As many parts of the pattern as the target has: `brows/latency/p95` against `browse`.
        let parts = target.split('/').count();
        let written = text.split('/').take(parts).collect::<Vec<_>>().join("/");
        did_you_mean(&written, [target])
    });
    let help = nearest.min().unwrap_or(format!("benchmarks and loads are {list}"));
    Err(series
        .fault(format!(
            "`{}` can match no series: no benchmark or load begins like it",
            shown(text)
        ))
        .help(help))
}

fn rule(gate: &At<Gate>, file: &File) -> Result<Rule, Fault> {
    match (&gate.value.limit, &gate.value.regression) {
        (Some(typed), None) => limit(typed),
        (None, Some(typed)) => regression(&typed.value, file),
        (Some(_), Some(second)) => Err(second
            .fault("a gate is one rule, and this one has `limit` and `regression`")
            .help("write two gates with the same `series`")),
        (None, None) => Err(gate.fault("a gate needs a rule").help(
            "add `limit: { max: … }`, or `regression: { max: … }` (`regression: {}` allows 3 %)",
        )),
    }
}

fn limit(typed: &At<Limit>) -> Result<Rule, Fault> {
    let read = |written: &Option<At<String>>| -> Result<Option<Quantity>, Fault> {
        written.as_ref().map(|written| measured(written, quantity::quantity)).transpose()
    };
    let (min, max) = (read(&typed.value.min)?, read(&typed.value.max)?);
    match (&min, &max) {
        (None, None) => Err(typed.fault("a limit needs `min`, `max` or both")),
        (Some(least), Some(most)) => {
            let place = typed.value.max.as_ref().map_or(typed.place, |max| max.place);
            let (low, high) = (shown(&least.text), shown(&most.text));
            let differ = least.unit.is_some() && most.unit.is_some() && least.unit != most.unit;
            if differ {
                let message = format!("`{low}` and `{high}` are not of one unit");
                return Err(Fault::new(message).at(place));
            }
            if least.value > most.value {
                let message = format!("min `{low}` is above max `{high}`, so nothing could pass");
                return Err(Fault::new(message).at(place));
            }
            Ok(Rule::Limit { min, max })
        }
        _ => Ok(Rule::Limit { min, max }),
    }
}

fn regression(typed: &Regression, file: &File) -> Result<Rule, Fault> {
    let max = typed.max.as_ref().map(|written| measured(written, quantity::share)).transpose()?;
    let max = max.unwrap_or(defaults::REGRESSION_MAX);
    let floor =
        typed.floor.as_ref().map(|written| measured(written, quantity::quantity)).transpose()?;
    let strict = typed.strict.unwrap_or(false);
    let Some(against) = typed.against.as_ref().filter(|against| against.value == Against::Release)
    else {
        return Ok(Rule::Regression { max, floor, strict });
    };
    match file.baseline.as_ref().and_then(|baseline| baseline.release.as_ref()) {
        Some(named) => {
            Ok(Rule::Creep { release: name::of_commit(named, "v1.2")?, max, floor, strict })
        }
        None => Err(against
            .fault("no release is named that this could be compared with")
            .help("add `baseline: { release: v1.2 }`, with a tag, a branch or a commit")),
    }
}

pub(super) fn waivers(waivers: &[At<Waiver>], today: Date) -> Result<Vec<WaiverPlan>, Fault> {
    waivers.iter().map(|waiver| self::waiver(&waiver.value, today)).collect()
}

fn waiver(typed: &Waiver, today: Date) -> Result<WaiverPlan, Fault> {
    let series = pattern(&typed.series)?;
    let reason = typed.reason.value.trim();
    if reason.is_empty() {
        return Err(typed
            .reason
            .fault("a waiver needs a reason")
            .help("say why, and where it is tracked, such as \"new index, see #12\""));
    }
    let ceiling = typed.ceiling.as_ref();
    let ceiling = ceiling.map(|written| measured(written, quantity::share)).transpose()?;
    let until = date(&typed.until)?;
    if until < today {
        return Err(typed
            .until
            .fault(format!("the waiver for `{}` expired on {until}", shown(&series.text)))
            .help("fix the regression and remove the waiver, or agree on a new date"));
    }
    Ok(WaiverPlan { series, reason: reason.to_owned(), ceiling, until })
}

/// `YYYY-MM-DD`, and a day that exists.
fn date(written: &At<String>) -> Result<Date, Fault> {
    let parse = |text: &str| -> Option<Date> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| -> Option<u16> {
            let part = parts.next()?;
            let valid = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            if valid { part.parse().ok() } else { None }
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date =
            Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        if parts.next().is_none() { Some(date) } else { None }
    };
    parse(written.value.trim()).ok_or_else(|| {
        written
            .fault(format!("`{}` is not a day", shown(&written.value)))
            .help("write it as `YYYY-MM-DD`, such as `2027-01-31`")
    })
}
