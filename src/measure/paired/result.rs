//! What a session came to.

use super::PairedMeasured;
use super::entry::Entry;
use crate::measure::bench::Outcome;
use crate::measure::tree::BaseTree;
use crate::measure::{Measured, noise, pool};
use crate::model::{Failure, Noise, Revision, Target};
use std::time::Duration;

/// Gathers what the entries gave, and what was measured `alone`, since it cannot be paired.
pub(super) fn of(
    entries: Vec<Entry>,
    unpaired: Vec<Failure>,
    alone: Outcome,
    noise: Noise,
    elapsed: Duration,
    base: BaseTree,
    cut_short: bool,
) -> PairedMeasured {
    let mut head =
        Measured { targets: vec![], failures: vec![], cut_short, warnings: vec![], noise, elapsed };
    let (mut bases, mut gone, mut incomparable, mut series) = (vec![], vec![], vec![], vec![]);
    for entry in entries {
        for mut course in entry.courses {
            course.end();
            let unfinished = course.is_open();
            if let Some(target) = course.pooled.head {
                head.targets.push(Target { cut_short: cut_short && unfinished, ..target });
            }
            bases.extend(course.pooled.base);
            series.extend(course.series.into_iter().map(|series| series.paired));
        }
        head.failures.extend(entry.failures);
        incomparable.extend(entry.incomparable);
        gone.extend(entry.gone);
        entry.warnings.into_iter().for_each(|warning| pool::warn(&mut head.warnings, warning));
    }
    incomparable.extend(unpaired);
    head.targets.extend(alone.targets);
    head.failures.extend(alone.failures);
    alone.warnings.into_iter().for_each(|warning| pool::warn(&mut head.warnings, warning));
    head.warnings.extend(noise::warnings(&head.noise));
    bases.extend(gone);
    let base_revision = Revision { commit: Some(base.commit), branch: None, dirty: false };
    PairedMeasured { head, base: bases, incomparable, series, base_revision }
}
