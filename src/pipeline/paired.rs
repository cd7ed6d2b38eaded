//! From pairs to comparisons: every series followed to its decision, error held over the build.

use crate::analyze::{self, Design, PairedOptions};
use crate::config::{GatePlan, Rule, defaults};
use crate::gate::{self, Followed};
use crate::model::{Assumption, Comparison, PairedSeries, Progress, SeriesId};
use crate::stats;
use std::collections::HashMap;
use std::rc::Rc;

/// A series with the regression rules that it is held to; none of them if nothing depends on it.
pub(super) struct Gated<'a> {
    pub(super) series: &'a PairedSeries,
    pub(super) rules: Vec<&'a Rule>,
    /// The most pairs that it is allowed.
    pub(super) at_most: u32,
}

/// The regression rules of the gates that match a series.
pub(super) fn rules<'a>(
    gates: &'a [GatePlan],
    series: &SeriesId,
) -> impl Iterator<Item = &'a Rule> {
    let id = series.to_string();
    gates
        .iter()
        .filter(move |gate| gate.series.matches(&id))
        .map(|gate| &gate.rule)
        .filter(|rule| matches!(rule, Rule::Regression { .. }))
}

/// Decides the series of one family, in their order; `None` for a series without a pair.
///
/// Each is followed at the strictest level that a family of this size may need, which settles how many
/// of its pairs count. Over what these show, Benjamini–Hochberg then finds the level at which the bounds
/// for the worse are taken, and that for the better: a series counts as rejected at a level when the
/// sequential test of that level would have stopped by then, which is a valid p-value.
pub(super) fn decide(family: &[Gated<'_>], designs: &mut Designs) -> Vec<Option<Followed>> {
    let size = family.iter().filter(|gated| gated.decides()).count();
    let followed: Vec<Option<Followed>> =
        family.iter().map(|gated| gated.follow(size, designs)).collect();
    if size <= 1 {
        return followed;
    }
    let members: Vec<(&Gated<'_>, u64)> = std::iter::zip(family, &followed)
        .filter(|(gated, _)| gated.decides())
        .filter_map(|(gated, followed)| Some((gated, followed.as_ref()?.comparison.head.n)))
        .collect();
    let worse_level = level(&members, designs, |comparison| worse(comparison).1 > 0.0);
    let better_level = level(&members, designs, |comparison| {
        comparison.p_better <= comparison.alpha_better && worse(comparison).2 < 0.0
    });
    std::iter::zip(family, followed)
        .map(|(gated, followed)| {
            let Followed { comparison, progress } = followed?;
            let design = designs.of(gated, worse_level, better_level);
            let at_end = gated.looks_until(comparison.head.n, &design).last()?;
            let comparison = Comparison { flagged: comparison.flagged, ..at_end };
            Some(Followed { comparison, progress })
        })
        .collect()
}

/// How far one series is, as one of a family of the given size.
pub(super) fn progress(gated: &Gated<'_>, size: usize, designs: &mut Designs) -> Progress {
    if gated.rules.is_empty() {
        return Progress::Ungated;
    }
    gated.follow(size, designs).map_or(Progress::Undecided, |followed| followed.progress)
}

/// Benjamini and Hochberg's level: the largest `q i / size` at which at least `i` of the members, each
/// with the number of pairs that count, are rejected; `q / size` if there is none.
fn level(
    members: &[(&Gated<'_>, u64)],
    designs: &mut Designs,
    rejects: impl Fn(&Comparison) -> bool,
) -> f64 {
    let size = members.len();
    let count = stats::step_up(size, |member, count| {
        let (gated, pairs) = members[member];
        let level = share_of_error(count, size);
        let design = designs.of(gated, level, level);
        gated.looks_until(pairs, &design).any(|look| rejects(&look))
    });
    share_of_error(count, size)
}

/// The level at which `count` of a family of `size` may be rejected.
fn share_of_error(count: usize, size: usize) -> f64 {
    defaults::PAIRED_FALSE_DISCOVERY_RATE * count as f64 / size.max(1) as f64
}

/// Estimate and bounds, oriented so that above 0 is worse; of a difference where there is no ratio.
fn worse(comparison: &Comparison) -> (f64, f64, f64) {
    match comparison.effect {
        Some(effect) => effect.worse(comparison.better),
        None => comparison.difference.worse(comparison.better),
    }
}

impl Gated<'_> {
    /// Whether it takes part in the family: something depends on it, there is something to go by, and it
    /// has noise, without which there is no error to spend.
    fn decides(&self) -> bool {
        let noisy = self.series.metric.assumption != Assumption::Exact;
        noisy && !self.rules.is_empty() && !self.series.pairs.is_empty()
    }

    /// Follows it at the level that holds the error of a family of `size` whatever the others are
    /// (Bonferroni's).
    fn follow(&self, size: usize, designs: &mut Designs) -> Option<Followed> {
        let level = share_of_error(1, size);
        let design = designs.of(self, level, level);
        gate::follow(&self.rules, analyze::looks(self.series, &design))
    }

    /// The looks up to so many pairs.
    fn looks_until<'s>(
        &'s self,
        pairs: u64,
        design: &'s Design,
    ) -> impl Iterator<Item = Comparison> + 's {
        analyze::looks(self.series, design).take_while(move |look| look.head.n <= pairs)
    }
}

/// Designs that were made, by what they differ in: most series share one.
#[derive(Debug, Default)]
pub(super) struct Designs(HashMap<(u64, u64, u32, usize), Rc<Design>>);

impl Designs {
    fn of(&mut self, gated: &Gated<'_>, worse: f64, better: f64) -> Rc<Design> {
        let at_most = gated.at_most;
        let pairs = gated.series.pairs.len().min(at_most as usize);
        let options = PairedOptions {
            miss: defaults::PAIRED_MISS,
            power: defaults::POWER,
            looks: &defaults::LOOKS,
            at_most,
        };
        let made = || Rc::new(Design::new(&options, worse, better, pairs));
        let key = (worse.to_bits(), better.to_bits(), at_most, pairs);
        Rc::clone(self.0.entry(key).or_insert_with(made))
    }
}
