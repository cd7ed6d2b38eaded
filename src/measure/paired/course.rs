//! What became of one target in the course of its pairs.

use super::both::Both;
use super::{pool, series};
use crate::config::defaults;
use crate::model::{Build, PairedSeries, Progress, Target, ValidityFact};

/// The fewest pairs left out after which more of them than measured ones end a target.
const MOST_LEFT_OUT: u32 = defaults::MIN_PAIRS;

/// A target that both builds have.
pub(super) struct Course {
    /// Its name.
    pub(super) name: String,
    /// All values of both builds; `None` before the first pair.
    pub(super) pooled: Option<Both<Target>>,
    /// Its series so far.
    pub(super) series: Vec<Followed>,
    /// Pairs measured.
    pub(super) pairs: u32,
    /// Pairs left out, since a side was not valid.
    left_out: u32,
    /// Whether nothing more can come of it.
    over: bool,
}

/// A series with how far it has come.
pub(super) struct Followed {
    pub(super) paired: PairedSeries,
    pub(super) progress: Progress,
}

impl Course {
    pub(super) fn new(name: &str) -> Self {
        Course {
            name: name.to_owned(),
            pooled: None,
            series: vec![],
            pairs: 0,
            left_out: 0,
            over: false,
        }
    }

    /// Whether it has fewer than `at_most` pairs and a series in one of the given states; what has no
    /// series yet goes on.
    pub(super) fn goes_on(&self, at_most: u32, states: &[Progress]) -> bool {
        let open = |series: &Followed| states.contains(&series.progress);
        let known = self.series.is_empty() || self.series.iter().any(open);
        known && self.pairs < at_most && !self.over
    }

    /// Takes what both builds gave, the first of them measured first, and looks at the series where it
    /// is time to.
    pub(super) fn take(
        &mut self,
        measured: Both<Target>,
        first: Build,
        at_most: u32,
        decided: &dyn Fn(&PairedSeries) -> Progress,
    ) {
        let broken = |target: &Target| target.validity.as_ref().map(|v| v.broken.clone());
        let broken: Vec<ValidityFact> = [broken(&measured.base), broken(&measured.head)]
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        if !broken.is_empty() {
            return self.leave_out(measured, &broken);
        }
        for new in series::pairs(&measured.base, &measured.head, first) {
            self.append(new);
        }
        self.pairs += 1;
        self.pool(measured);
        for series in &mut self.series {
            if is_look(series.paired.pairs.len(), at_most) {
                series.progress = decided(&series.paired);
            }
        }
    }

    /// Forgets what was measured: without a value of each build there is nothing to compare.
    pub(super) fn give_up(&mut self) {
        *self = Course { over: true, ..Course::new(&self.name) };
    }

    fn append(&mut self, new: PairedSeries) {
        let mut known = self.series.iter_mut().map(|series| &mut series.paired);
        match known.find(|known| known.series == new.series) {
            Some(known) => known.pairs.extend(new.pairs),
            None => self.series.push(Followed { paired: new, progress: Progress::Undecided }),
        }
    }

    fn pool(&mut self, measured: Both<Target>) {
        match &mut self.pooled {
            Some(pooled) => {
                pool::add(&mut pooled.base, measured.base);
                pool::add(&mut pooled.head, measured.head);
            }
            None => self.pooled = Some(measured),
        }
    }

    /// Leaves a pair out. When most have to be, the target is over, and not valid.
    fn leave_out(&mut self, measured: Both<Target>, broken: &[ValidityFact]) {
        self.left_out += 1;
        if self.left_out < MOST_LEFT_OUT || self.left_out <= self.pairs {
            return;
        }
        self.over = true;
        let pooled = self.pooled.get_or_insert(measured);
        for target in [&mut pooled.base, &mut pooled.head] {
            if let Some(validity) = &mut target.validity {
                validity.broken = broken.to_vec();
            }
        }
    }
}

/// Whether a series of so many pairs is looked at.
pub(super) fn is_look(pairs: usize, at_most: u32) -> bool {
    u32::try_from(pairs).is_ok_and(|pairs| defaults::LOOKS.contains(&pairs) || pairs == at_most)
}

/// The number of pairs of the look after so many.
pub(super) fn next_look(pairs: u32, at_most: u32) -> u32 {
    let looks = defaults::LOOKS.into_iter().chain([at_most]);
    looks.filter(|look| *look > pairs).find(|look| *look <= at_most).unwrap_or(at_most)
}
