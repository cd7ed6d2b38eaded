//! The census: every series that is known of, and why those without a decision have none.

use super::unmatched::under_counts;
use crate::model::{Census, Judgement, NotJudged, NotJudgedReason, SeriesId, SeriesRef, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Counts the series that were measured or are expected against the judgements on them.
pub(super) fn take(
    series: &[SeriesRef<'_>],
    expected: &BTreeSet<SeriesId>,
    judgements: &[Judgement],
) -> Census {
    let measured: BTreeSet<&SeriesId> = series.iter().map(|series| &series.id).collect();
    let refused = series.iter().filter(|series| under_counts(series)).map(|series| &series.id);
    let refused: BTreeSet<&SeriesId> = refused.collect();
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
    let all: BTreeSet<&SeriesId> = measured.iter().copied().chain(expected).collect();
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
                _ if refused.contains(series) => NotJudgedReason::UnderCounts,
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
