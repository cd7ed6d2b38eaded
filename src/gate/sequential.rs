//! When pairs have decided a series: look by look, and a fail only on a second look.

use super::rule;
use crate::config::Rule;
use crate::model::{Comparison, Flagged, Progress, Verdict};

/// Where the looks at a series have led.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The comparison that decides, or the last one.
    pub comparison: Comparison,
    /// Whether it decides.
    pub progress: Progress,
}

/// Follows a series look by look until every regression rule is decided; `None` without a look.
///
/// A rule that would fail has to fail at the next look too, on further pairs; the comparison then holds
/// the first evidence beside its own. At the last look there is nothing to wait for: what fails there
/// for the first time stays [`Progress::Flagged`], and fails.
pub fn follow(rules: &[&Rule], looks: impl IntoIterator<Item = Comparison>) -> Option<Followed> {
    let mut last: Option<Followed> = None;
    for mut comparison in looks {
        let mut progress = progress(rules, &comparison);
        if let Some(before) = last
            && before.progress == Progress::Flagged
            && progress == Progress::Flagged
        {
            let Comparison { head, effect, .. } = before.comparison;
            comparison.flagged = Some(Flagged { n: head.n, effect });
            progress = Progress::Settled;
        }
        last = Some(Followed { comparison, progress });
        if progress == Progress::Settled {
            break;
        }
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

/// How far one comparison is: undecided while one rule is, and flagged when all are decided and one
/// would fail.
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
