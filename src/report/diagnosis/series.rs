//! One series of a diagnosis: its noise, its false alarms, and what numbers of pairs find.

use crate::model::{Budget, Effect, Examined, SimpleAlarms, SimpleRule, Unit};
use crate::report::grid::grid;
use crate::report::layout::{left, wrap};
use crate::report::number::{Change, counted, duration, percent, quantity};
use crate::report::terminal::Page;
use crate::report::{escape, words};

/// Width of the labels.
const LABEL: usize = 14;

/// Draws a block of lines.
pub(super) fn draw(page: &mut Page, examined: &Examined, columns: usize) {
    let name = escape::terminal(&escape::name(&examined.series));
    let pairs = usize::try_from(examined.pairs).unwrap_or(usize::MAX);
    let about = format!(
        "{} a run, {}, {} a pair",
        quantity(&examined.unit, examined.value),
        counted(pairs, "pair"),
        duration(examined.seconds_per_pair)
    );
    page.line(&format!("{}  {}", page.paint.bold(&name), page.paint.dim(&about)));
    for (label, text) in facts(examined) {
        for (n, line) in wrap(&text, columns - LABEL - 2).iter().enumerate() {
            let label = page.paint.dim(&left(if n == 0 { label } else { "" }, LABEL));
            page.line(&format!("  {label}{line}"));
        }
    }
    page.line("");
    if !examined.budgets.is_empty() {
        budgets(page, examined);
    }
}

fn facts(examined: &Examined) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(noise) = examined.noise {
        facts.push((
            "noise",
            format!(
                "{} within pairs, {} between runs",
                percent(noise.within_pairs),
                percent(noise.between_processes)
            ),
        ));
        let drift = Effect { estimate: noise.drift, lo: None, hi: None };
        let drift = Change::fitting(&drift).signed(noise.drift);
        let lag1 = noise
            .autocorrelation
            .map_or(String::new(), |lag1| format!(", neighbouring runs correlate by {lag1:.2}"));
        facts.push(("in sequence", format!("drift of {drift} over the session{lag1}")));
    }
    let after = counted(usize::try_from(examined.decided_after).unwrap_or(usize::MAX), "pair");
    let change = examined.effect.map_or("no ratio".to_owned(), |effect| {
        let (change, interval) = words::change(&effect, &Unit::Ratio);
        interval.map_or(change.clone(), |interval| format!("{change}, {interval}"))
    });
    facts.push(("as measured", format!("{} after {after}: {change}", examined.verdict)));
    if let Some(alarms) = examined.false_alarms {
        let rate = alarms.alarms as f64 / alarms.experiments as f64;
        facts.push((
            "false alarms",
            format!(
                "{} in {} of up to {}: {}, between {} and {}",
                alarms.alarms,
                counted(usize::try_from(alarms.experiments).unwrap_or(usize::MAX), "experiment"),
                counted(usize::try_from(alarms.pairs).unwrap_or(usize::MAX), "pair"),
                percent(rate),
                percent(alarms.lo),
                percent(alarms.hi)
            ),
        ));
    }
    let simple: Vec<String> = examined.simple_rules.iter().map(simple).collect();
    if !simple.is_empty() {
        facts.push(("other rules", simple.join("; ")));
    }
    facts
}

fn simple(counted: &SimpleAlarms) -> String {
    let rate = percent(counted.alarms as f64 / counted.comparisons as f64);
    match counted.rule {
        SimpleRule::TenPercent => format!("{rate} by more than 10 % between any two runs"),
        SimpleRule::MannWhitney => {
            format!("{rate} by Mann–Whitney at .05 on ten runs a side, one side after the other")
        }
    }
}

fn budgets(page: &mut Page, examined: &Examined) {
    // Rounded so that 0.07 * 100 does not read 7.000000000000001.
    let limit = (examined.limit * 1e8).round() / 1e6;
    let finds = format!("a gate of {limit} % finds, in 95 of 100 cases, a slowdown of");
    let header = ["pairs".to_owned(), "time".to_owned(), finds];
    let row = |budget: &Budget| {
        let found = budget
            .detectable
            .map_or("none".to_owned(), |found| format!("{} or more", percent(found)));
        let note = if budget.configured { ", the budget of a build" } else { "" };
        [budget.pairs.to_string(), duration(budget.seconds), format!("{found}{note}")]
    };
    let rows: Vec<_> = std::iter::once(header).chain(examined.budgets.iter().map(row)).collect();
    for (n, line) in grid(&rows, &[0, 1]).lines().enumerate() {
        page.line(&format!("  {}", if n == 0 { page.paint.dim(line) } else { line.to_owned() }));
    }
    page.line("");
}
