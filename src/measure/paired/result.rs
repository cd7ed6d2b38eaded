//! What a session came to.

use super::PairedMeasured;
use super::entry::Entry;
use crate::measure::tree::BaseTree;
use crate::measure::{Measured, noise, pool};
use crate::model::Progress;
use crate::model::{Failure, Noise, Revision};
use std::time::Duration;

/// Gathers what the entries gave. `same` tells of those that were no entries, since both builds would
/// be the same.
pub(super) fn of(
    entries: Vec<Entry>,
    same: Vec<Failure>,
    noise: Noise,
    elapsed: Duration,
    base: BaseTree,
    cut_short: bool,
) -> PairedMeasured {
    let mut head =
        Measured { targets: vec![], failures: same, cut_short, warnings: vec![], noise, elapsed };
    let (mut bases, mut gone, mut incomparable, mut series) = (vec![], vec![], vec![], vec![]);
    for entry in entries {
        for course in entry.courses {
            let open = |state| matches!(state, Progress::Undecided | Progress::Flagged);
            let unfinished = course.series.iter().any(|series| open(series.progress));
            if let Some(mut pooled) = course.pooled {
                pooled.head.cut_short = cut_short && unfinished;
                head.targets.push(pooled.head);
                bases.push(pooled.base);
            }
            series.extend(course.series.into_iter().map(|series| series.paired));
        }
        head.failures.extend(entry.failures);
        incomparable.extend(entry.incomparable);
        gone.extend(entry.gone);
        entry.warnings.into_iter().for_each(|warning| pool::warn(&mut head.warnings, warning));
    }
    head.warnings.extend(noise::warnings(&head.noise));
    bases.extend(gone);
    let base_revision = Revision { commit: Some(base.commit), branch: None, dirty: false };
    PairedMeasured { head, base: bases, incomparable, series, base_revision }
}
