//! When pairs have decided a series: look by look, and a fail only on a second look.

use super::rule;
use crate::config::Rule;
use crate::model::{Comparison, Flagged, Progress, Verdict};

/// Where the looks at a series have led.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The comparison that decides, or the last one.
    pub comparison: Comparison,
    /// How far that is towards a decision.
    pub progress: Progress,
}

/// Follows a series look by look until every regression rule is decided; `None` without a look.
///
/// A rule that would fail has to fail at the next look too, on further pairs: the first evidence is
/// kept beside the comparison. At the last look there is nothing to wait for, and `progress` says
/// that the fail was seen once only.
pub fn follow(rules: &[&Rule], looks: impl IntoIterator<Item = Comparison>) -> Option<Followed> {
    let mut last: Option<Followed> = None;
    for comparison in looks {
        let flagged = last.filter(|last| last.progress == Progress::Flagged);
        let progress = progress(rules, &comparison);
        let first = flagged
            .map(|last| last.comparison)
            .map(|comparison| Flagged { n: comparison.head.n, effect: comparison.effect });
        let confirmed = progress == Progress::Flagged && first.is_some();
        let comparison = match confirmed {
            true => Comparison { flagged: first, ..comparison },
            false => comparison,
        };
        let progress = if confirmed { Progress::Settled } else { progress };
        let followed = Followed { comparison, progress };
        if progress == Progress::Settled {
            return Some(followed);
        }
        last = Some(followed);
    }
    last
}

/// The worst that the regression rules say of a comparison, before waivers; `None` without a rule.
pub fn ruling(rules: &[&Rule], comparison: &Comparison) -> Option<Verdict> {
    Verdict::worst(verdicts(rules, comparison))
}

fn verdicts(rules: &[&Rule], comparison: &Comparison) -> impl Iterator<Item = Verdict> {
    rules.iter().filter_map(|rule| match rule {
        Rule::Regression { max, floor, strict } => {
            Some(rule::regression(*max, floor.as_ref(), *strict, comparison).0)
        }
        Rule::Limit { .. } => None,
    })
}

/// How far one comparison is: every rule passes, or every rule is decided and one fails, or neither.
fn progress(rules: &[&Rule], comparison: &Comparison) -> Progress {
    let mut progress = Progress::Ungated;
    for verdict in verdicts(rules, comparison) {
        progress = match (progress, verdict) {
            (Progress::Undecided, _) | (_, Verdict::Inconclusive) => Progress::Undecided,
            (Progress::Flagged, _) | (_, Verdict::Fail) => Progress::Flagged,
            _ => Progress::Settled,
        };
    }
    progress
}
