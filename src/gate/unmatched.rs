//! Gates that match nothing that can be judged.

use super::judge::Evidence;
use super::rule::Ruling;
use crate::config::GatePlan;
use crate::model::{Reason, Run, SeriesId, SeriesRef, Verdict};

/// The metrics of a load that are latencies, or parts of them.
const LATENCIES: [&str; 2] = ["latency", "service"];

/// Whether a series is a latency that leaves out what a stall would have cost others. A gate on many
/// series does not mean it; one that means nothing else is refused.
pub(super) fn under_counts(series: &SeriesRef<'_>) -> bool {
    let name = series.measurement.metric.name.rsplit('/').next().unwrap_or_default();
    let load = series.target.validity.as_ref();
    load.is_some_and(|validity| validity.under_counts) && LATENCIES.contains(&name)
}

/// What is told of a gate without a series to judge; `refused` is one that it matches all the same.
pub(super) fn ruling(
    gate: &GatePlan,
    refused: Option<&SeriesRef<'_>>,
    evidence: &Evidence<'_>,
) -> (SeriesId, Ruling) {
    match refused {
        Some(series) => (series.id.clone(), (Verdict::Error, Reason::UnderCounts)),
        None => {
            let target = gate.series.text.clone();
            let pattern = SeriesId { target, metric: String::new(), statistic: None };
            (pattern, no_match(gate, evidence))
        }
    }
}

/// Why a gate matched no series at all.
fn no_match(gate: &GatePlan, evidence: &Evidence<'_>) -> Ruling {
    let run = evidence.run;
    // A target that failed before its series were known may be what the gate means.
    if let Some(failure) = run
        .failures
        .iter()
        .find(|failure| !evidence.expected.iter().any(|series| series.is_from(&failure.target)))
    {
        return (Verdict::Error, Reason::MeasuringFailed { error: failure.error.clone() });
    }
    if run.cut_short {
        return (Verdict::Inconclusive, Reason::CutShort);
    }
    let nearest = nearest(run, &gate.series.text);
    (Verdict::Missing, Reason::MatchesNothing { nearest })
}

/// The series of a run whose id is nearest to a pattern that matches none.
pub fn nearest(run: &Run, pattern: &str) -> Option<String> {
    run.series()
        .map(|series| series.id.to_string())
        .map(|id| (strsim::normalized_damerau_levenshtein(&id, pattern), id))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id)
}
