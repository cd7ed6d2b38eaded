//! The census: every series that is known of, and why those without a decision have none.

use crate::model::{Census, Judgement, NotJudged, NotJudgedReason, SeriesId, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Counts the series that were measured or expected against the judgements on them.
pub(super) fn take(
    measured: &BTreeSet<SeriesId>,
    expected: &BTreeSet<SeriesId>,
    judgements: &[Judgement],
) -> Census {
    let mut worst: BTreeMap<&SeriesId, Verdict> = BTreeMap::new();
    let mut decided: BTreeSet<&SeriesId> = BTreeSet::new();
    for judgement in judgements {
        worst
            .entry(&judgement.series)
            .and_modify(|verdict| *verdict = verdict.join(judgement.verdict))
            .or_insert(judgement.verdict);
        let decides = matches!(
            judgement.verdict,
            Verdict::Improved | Verdict::Pass | Verdict::Warn | Verdict::Fail
        );
        // A waiver excuses what vanished, and does not measure it.
        if decides && measured.contains(&judgement.series) {
            decided.insert(&judgement.series);
        }
    }
    let all: BTreeSet<&SeriesId> = measured.union(expected).collect();
    let not_judged: Vec<NotJudged> = all
        .iter()
        .filter(|series| !decided.contains(*series))
        .map(|&series| {
            let why = match worst.get(series) {
                Some(Verdict::NoBaseline) => NotJudgedReason::NoBaseline,
                Some(Verdict::Inconclusive) => NotJudgedReason::Inconclusive,
                Some(Verdict::Error) => NotJudgedReason::Error,
                Some(Verdict::Missing) => NotJudgedReason::Missing,
                _ if !measured.contains(series) => NotJudgedReason::Missing,
                _ => NotJudgedReason::NoGate,
            };
            NotJudged { series: series.clone(), why }
        })
        .collect();
    Census {
        expected: all.len(),
        measured: measured.len(),
        judged: all.len() - not_judged.len(),
        not_judged,
    }
}
