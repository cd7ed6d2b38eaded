//! A diagnosis drawn: what the machine can show, the numbers behind it, and what makes noise.

mod causes;
mod series;

use super::layout::wrap;
use super::number::{NBSP, counted, duration, percent};
use super::terminal::{NARROWEST, Page, WIDEST_TEXT};
use super::{Error, Options, escape, json, words};
use crate::model::{Diagnosis, Examined, Find, Grade, Verdict};

/// The most lines and characters a line of what a command wrote before it failed.
const FAILURE: (usize, usize) = (8, 500);

/// Draws a diagnosis for people.
pub fn text(diagnosis: &Diagnosis, options: &Options) -> String {
    let columns = options.columns.clamp(NARROWEST, WIDEST_TEXT);
    let mut page = Page::new(options.style);
    let (verdict, word) = match diagnosis.grade {
        Some(Grade::Quiet) => (Verdict::Pass, "QUIET"),
        Some(Grade::Usable) => (Verdict::Warn, "USABLE"),
        Some(Grade::Noisy) => (Verdict::Fail, "NOISY"),
        None if diagnosis.examined.is_empty() => (Verdict::Error, "ERROR"),
        None => (Verdict::Inconclusive, "UNKNOWN"),
    };
    page.headline((verdict, word), &sentence(diagnosis), columns);
    for examined in &diagnosis.examined {
        series::draw(&mut page, examined, columns);
    }
    for failure in &diagnosis.failures {
        let target = escape::terminal(&escape::name(&failure.target));
        let title = format!("not measured: {target} (while {})", words::stage(failure.stage));
        page.line(&page.paint.strong(Verdict::Error, &title));
        for line in escape::block(&failure.error, FAILURE.0, FAILURE.1) {
            for line in wrap(&escape::terminal(&line), columns - 2) {
                page.line(&format!("  {line}"));
            }
        }
        page.line("");
    }
    causes::draw(&mut page, diagnosis, columns);
    page.fact(
        "machine",
        &escape::terminal(&escape::name(&diagnosis.environment.to_string())),
        columns,
    );
    page.out
}

/// Draws a diagnosis as a JSON document.
///
/// # Errors
///
/// When it cannot be written as JSON.
pub fn json(diagnosis: &Diagnosis) -> Result<String, Error> {
    Ok(json::pretty(diagnosis)?)
}

/// What the machine can show, of the worst series.
fn sentence(diagnosis: &Diagnosis) -> String {
    let early = if diagnosis.cut_short { "; it was stopped early" } else { "" };
    let Some(first) = diagnosis.examined.first() else {
        return format!("Nothing could be measured{early}.");
    };
    let worst = diagnosis.examined.iter().find(|examined| examined.grade == diagnosis.grade);
    let worst = worst.unwrap_or(first);
    let found = match diagnosis.grade {
        Some(_) => found(worst),
        None => too_few(worst),
    };
    let text = match diagnosis.examined.len() {
        1 => found,
        _ => format!("in {}, {found}", escape::terminal(&escape::name(&worst.series))),
    };
    let mut chars = text.chars();
    let start = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{start}{}{early}.", chars.as_str())
}

fn too_few(examined: &Examined) -> String {
    let pairs = counted(usize::try_from(examined.pairs).unwrap_or(usize::MAX), "pair");
    let tell = if examined.pairs == 1 { "tells" } else { "tell" };
    format!("{pairs} {tell} too little; grant more with `--time`")
}

/// A size that is a whole number of per cent.
fn round(size: f64) -> String {
    format!("{:.0}{NBSP}%", size * 100.0)
}

/// What it takes to find slowdowns, such as `a slowdown of 5 % is found with 20 pairs (2.6 s), one of
/// 10 % with 8`.
fn found(examined: &Examined) -> String {
    let seconds = |pairs: u32| duration(f64::from(pairs) * examined.seconds_per_pair);
    let said = |find: &Find| match find.pairs {
        Some(pairs) => {
            format!("found with {} ({})", counted(pairs as usize, "pair"), seconds(pairs))
        }
        None => "not found".to_owned(),
    };
    let configured = examined.budgets.iter().find(|budget| budget.configured);
    let within = configured.map_or(String::new(), |budget| {
        let pairs = counted(budget.pairs as usize, "pair");
        format!(" within the budget of a build, {pairs} ({})", duration(budget.seconds))
    });
    match &examined.finds[..] {
        [small, large] if small.pairs == large.pairs && small.pairs.is_some() => {
            format!("a slowdown of {} or more is {}", round(small.slowdown), said(small))
        }
        [small, large] if small.pairs == large.pairs => {
            let found = configured.and_then(|budget| budget.detectable);
            let found =
                found.map_or(String::new(), |found| format!(", only {} or more", percent(found)));
            format!("a slowdown of {} is not found{within}{found}", round(large.slowdown))
        }
        [small, large] => format!(
            "a slowdown of {} is {}{}, one of {} is {}",
            round(small.slowdown),
            said(small),
            if small.pairs.is_none() { &within } else { "" },
            round(large.slowdown),
            said(large)
        ),
        [only, ..] => format!("a slowdown of {} is {}", round(only.slowdown), said(only)),
        [] => "no slowdown that people speak of is beyond its gate".to_owned(),
    }
}
