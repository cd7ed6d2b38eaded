//! The one sentence that answers: is it slower, and how sure is that.

use super::number::{NBSP, counted, percent, quantity};
use super::phrase::Phrase;
use super::view::Row;
use super::words;
use crate::model::{Bundle, Estimate, GateKind, Reason, SeriesId, Unit, Verdict};
use std::collections::BTreeMap;

/// The verdict sentence of a bundle whose rows are sorted worst first.
pub(crate) fn verdict(bundle: &Bundle, rows: &[Row<'_>]) -> Phrase {
    let strict = bundle.exit_code != 0
        && matches!(bundle.verdict, Verdict::Inconclusive | Verdict::NoBaseline);
    let sentence = match rows.first() {
        None => without_rows(bundle),
        Some(_) if matches!(bundle.verdict, Verdict::Pass | Verdict::Improved) => {
            all_good(rows, bundle.verdict)
        }
        // A target that failed makes an error even where no gate asks for it.
        Some(row) if row.judgement.verdict < bundle.verdict => {
            without_rows(bundle).then_phrase(the_others(rows))
        }
        Some(row) if row.judgement.verdict == Verdict::NoBaseline => {
            let count = rows.iter().filter(|r| r.judgement.verdict == Verdict::NoBaseline).count();
            let reason = words::baseline_of(row.judgement, bundle);
            let why = words::no_baseline(reason)
                .map_or_else(Phrase::default, |why| Phrase::plain(": ").then_phrase(why));
            let have = if count == 1 { "has" } else { "have" };
            let judgements = counted(count, "judgement");
            Phrase::plain(format!("{judgements} {have} nothing to be compared with"))
                .then_phrase(why)
                .then_phrase(the_others(&rows[count.min(rows.len())..]))
        }
        Some(row) => one_row(row).then_phrase(the_others(&rows[1..])),
    };
    if strict { sentence.then("; the policy is strict, so the build fails") } else { sentence }
}

fn without_rows(bundle: &Bundle) -> Phrase {
    match bundle.run.failures.first() {
        Some(failure) => {
            let first = failure.error.lines().find(|line| !line.trim().is_empty());
            Phrase::name(&failure.target)
                .then(" could not be measured: ")
                .then_quote(first.unwrap_or("no message"))
        }
        None if bundle.run.cut_short => Phrase::plain("measuring was interrupted"),
        None => Phrase::plain("nothing was judged"),
    }
}

/// When nothing is worse: how many, and how small a change would have been seen.
fn all_good(rows: &[Row<'_>], verdict: Verdict) -> Phrase {
    let improved = rows.iter().filter(|row| row.judgement.verdict == Verdict::Improved).count();
    let total = rows.len();
    let start = match (verdict, improved) {
        (Verdict::Improved, 1) => "the one judgement improved".to_owned(),
        (Verdict::Improved, 2) => "both judgements improved".to_owned(),
        (Verdict::Improved, _) => format!("all {} improved", counted(total, "judgement")),
        (_, 0) if total == 1 => "nothing is worse than its gate allows".to_owned(),
        (_, 0) => {
            format!("nothing is worse than its gates allow: {total} of {total} judgements pass")
        }
        (_, better) => format!(
            "nothing is worse than its gates allow: {total} of {total} judgements pass, {better} of them improved"
        ),
    };
    let best = rows
        .iter()
        .filter(|row| row.judgement.verdict == Verdict::Improved)
        .find_map(|row| Some((row, row.comparison?.effect?, &row.comparison?.unit)));
    let detectable: BTreeMap<&SeriesId, f64> = rows
        .iter()
        .filter(|row| row.judgement.kind == GateKind::Regression)
        .filter_map(|row| Some((&row.judgement.series, row.comparison?.detectable?)))
        .collect();
    let sensitivity = detectable.values().copied().filter(|size| *size > 0.0).reduce(f64::max);
    let start = match (best, verdict) {
        (Some((row, effect, unit)), Verdict::Improved) => Phrase::plain(start)
            .then("; ")
            .then_name(&row.series)
            .then(format!(" is {}", parenthesised(words::change(&effect, unit)))),
        _ => Phrase::plain(start),
    };
    // Series without noise, or with too little data, have no such size.
    let Some(size) = sensitivity else { return start };
    let start = start.then(format!("; a change of {} would have been seen in ", percent(size)));
    match detectable.first_key_value() {
        Some((series, _)) if detectable.len() == 1 => start.then_name(&series.to_string()),
        _ => start.then(format!("any of {} compared series", detectable.len())),
    }
}

/// What a row says, with its verdict where that is not plain from the words.
pub(crate) fn with_verdict(row: &Row<'_>) -> Phrase {
    let said = one_row(row);
    match row.judgement.verdict {
        Verdict::Fail => said,
        Verdict::Inconclusive => Phrase::plain("inconclusive: ")
            .then_phrase(said)
            .then("; ")
            .then_phrase(row.reason.clone()),
        verdict => Phrase::plain(format!("{verdict}: ")).then_phrase(said),
    }
}

/// What a row says by itself.
pub(crate) fn one_row(row: &Row<'_>) -> Phrase {
    let judgement = row.judgement;
    let series = Phrase::name(&row.series);
    let excuse = match &judgement.waiver {
        Some(waiver) => Phrase::plain("; a waiver excuses it until ")
            .then_quote(&waiver.until)
            .then(" (")
            .then_quote(&waiver.reason)
            .then(")"),
        None => Phrase::default(),
    };
    let said = match (&judgement.reason, judgement.verdict) {
        (Reason::Vanished, _) => series.then(" was expected, and is missing from this run"),
        (Reason::MeasuringFailed { .. }, _) => series.then(" ").then_phrase(row.reason.clone()),
        (Reason::InvalidLoad { .. } | Reason::UnderCounts | Reason::CutShort, _) => {
            series.then(": ").then_phrase(row.reason.clone())
        }
        (_, Verdict::Inconclusive) => Phrase::plain("this run cannot tell whether ")
            .then_phrase(series)
            .then(match judgement.kind {
                GateKind::Regression => " got worse",
                GateKind::Creep => " got worse since the release",
                GateKind::Limit => " is within its limit",
            })
            .then_phrase(match numbers(row) {
                Some((value, Some(interval))) => {
                    Phrase::plain(format!(" (seen: {value}, {interval})"))
                }
                Some((value, None)) => Phrase::plain(format!(" (seen: {value})")),
                None => Phrase::default(),
            }),
        (Reason::BeyondLimit | Reason::WorseBeyondLimit, _) => series
            .then(numbers(row).map_or_else(
                || " is worse".to_owned(),
                |numbers| format!(" is {}", parenthesised(numbers)),
            ))
            .then(if judgement.kind == GateKind::Creep { " than the release" } else { "" })
            .then_phrase(beyond(&row.rule)),
        _ => series.then(": ").then_phrase(row.reason.clone()),
    };
    said.then_phrase(excuse)
}

/// The change or the value in words, and its interval in words.
fn numbers(row: &Row<'_>) -> Option<(String, Option<String>)> {
    let effect = row.comparison.and_then(|c| Some((c.effect?, &c.unit)));
    match (row.judgement.kind, effect) {
        (GateKind::Regression | GateKind::Creep, Some((effect, unit))) => {
            Some(words::change(&effect, unit))
        }
        _ => value(row.judgement.unit.as_ref()?, row.judgement.observed?),
    }
}

fn value(unit: &Unit, observed: Estimate) -> Option<(String, Option<String>)> {
    let interval = match (observed.lo, observed.hi) {
        (Some(lo), Some(hi)) if lo.to_bits() != hi.to_bits() => {
            Some(format!("between {} and {}", quantity(unit, lo), quantity(unit, hi)))
        }
        _ => None,
    };
    Some((quantity(unit, observed.value), interval))
}

fn parenthesised((value, interval): (String, Option<String>)) -> String {
    match interval {
        Some(interval) => format!("{value} ({interval})"),
        None => value,
    }
}

/// The limit that was crossed, where the rule names one only; else the rule itself.
fn beyond(rule: &str) -> Phrase {
    let limits: Vec<_> = rule
        .split(',')
        .map(str::trim)
        .filter(|part| part.starts_with("max ") || part.starts_with("min "))
        .collect();
    match limits.as_slice() {
        [limit] => {
            let side = if limit.starts_with("max ") { "over" } else { "under" };
            let limit = limit[4..].trim_end_matches(" worse");
            Phrase::plain(format!(", {side} the limit of ")).then_name(limit)
        }
        _ => Phrase::plain(", against the rule ").then_name(rule),
    }
}

/// What became of the other rows.
fn the_others(rows: &[Row<'_>]) -> Phrase {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.judgement.verdict).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let text = match counts.iter().next() {
        None => String::new(),
        Some((verdict, _)) if counts.len() == 1 && all == 1 => {
            format!("; the other one {}", &words::tally(*verdict, 1)[1 + NBSP.len_utf8()..])
        }
        Some((verdict, _)) if counts.len() == 1 => {
            format!("; the other {}", words::tally(*verdict, all))
        }
        Some(_) => {
            let parts: Vec<_> =
                counts.iter().rev().map(|(verdict, n)| words::tally(*verdict, *n)).collect();
            format!("; of the other {all}: {}", parts.join(", "))
        }
    };
    Phrase::plain(text)
}
