//! From pairs to comparisons: every series followed to its decision, error held over the build.

use crate::analyze::{self, Design, PairedOptions};
use crate::config::{GatePlan, Rule, defaults};
use crate::gate::{self, Followed};
use crate::model::{Comparison, PairedSeries, Progress, SeriesId};
use std::collections::HashMap;
use std::rc::Rc;

/// A series with the regression rules that it is held to; none of them if nothing depends on it.
pub(super) struct Gated<'a> {
    pub(super) series: &'a PairedSeries,
    pub(super) rules: Vec<&'a Rule>,
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

/// The options of a build whose series are allowed so many pairs.
pub(super) fn options(at_most: u32) -> PairedOptions {
    PairedOptions {
        q: defaults::PAIRED_FALSE_DISCOVERY_RATE,
        miss: defaults::PAIRED_MISS,
        power: defaults::POWER,
        looks: &defaults::LOOKS,
        at_most,
    }
}

/// Decides the series of one family, in their order; `None` for a series without a pair.
///
/// Each is followed at the strictest level that a family of this size may need (Bonferroni), which
/// settles how many of its pairs count. Over what these show, Benjamini–Hochberg then finds the level
/// at which the bounds for the worse are taken, and that for the better: a series counts as rejected
/// at a level when the sequential test of that level would have stopped by then, which is a valid
/// p-value.
pub(super) fn decide(family: &[Gated<'_>], options: &PairedOptions) -> Vec<Option<Followed>> {
    let size = family.iter().filter(|gated| gated.decides()).count();
    let strictest = options.q / size.max(1) as f64;
    let mut designs = Designs { options, known: HashMap::new() };
    let followed: Vec<Option<Followed>> = family
        .iter()
        .map(|gated| {
            let design = designs.of((strictest, strictest), gated.series.pairs.len());
            let looks = analyze::looks(gated.series, &design, options.power);
            gate::follow(&gated.rules, looks)
        })
        .collect();
    if size <= 1 {
        return followed;
    }
    let members: Vec<(&PairedSeries, usize)> = family
        .iter()
        .zip(&followed)
        .filter(|(gated, _)| gated.decides())
        .filter_map(|(gated, followed)| Some((gated.series, used(followed.as_ref()?))))
        .collect();
    let worse_level = designs.level(&members, size, |comparison| worse(comparison).1 > 0.0);
    let better_level = designs.level(&members, size, |comparison| {
        comparison.p_better <= comparison.alpha_better && worse(comparison).2 < 0.0
    });
    family
        .iter()
        .zip(followed)
        .map(|(gated, followed)| {
            let followed = followed?;
            let design = designs.of((worse_level, better_level), gated.series.pairs.len());
            let known = used(&followed);
            let at_end = analyze::looks(gated.series, &design, options.power)
                .take_while(|look| look.head.n as usize <= known)
                .last()?;
            let comparison = Comparison { flagged: followed.comparison.flagged, ..at_end };
            Some(Followed { comparison, ..followed })
        })
        .collect()
}

impl Gated<'_> {
    /// Whether it takes part in the family: something depends on it, and there is something to go by.
    fn decides(&self) -> bool {
        !self.rules.is_empty() && !self.series.pairs.is_empty()
    }
}

/// How many pairs a decision rests on.
fn used(followed: &Followed) -> usize {
    usize::try_from(followed.comparison.head.n).unwrap_or(usize::MAX)
}

/// Estimate and bounds, oriented so that above 0 is worse; of a difference where there is no ratio.
fn worse(comparison: &Comparison) -> (f64, f64, f64) {
    match comparison.effect {
        Some(effect) => effect.worse(comparison.better),
        None => comparison.difference.worse(comparison.better),
    }
}

/// How far one series is, as one of a family of the given size.
pub(super) fn progress(gated: &Gated<'_>, size: usize, options: &PairedOptions) -> Progress {
    if gated.rules.is_empty() {
        return Progress::Ungated;
    }
    let alpha = options.q / size.max(1) as f64;
    let design = Design::new(options, alpha, alpha, gated.series.pairs.len());
    gate::follow(&gated.rules, analyze::looks(gated.series, &design, options.power))
        .map_or(Progress::Undecided, |followed| followed.progress)
}

/// Designs by level and number of pairs: most series of a build share one.
struct Designs<'a> {
    options: &'a PairedOptions,
    known: HashMap<(u64, u64, usize), Rc<Design>>,
}

impl Designs<'_> {
    fn of(&mut self, (worse, better): (f64, f64), pairs: usize) -> Rc<Design> {
        let key = (worse.to_bits(), better.to_bits(), pairs);
        let made = || Rc::new(Design::new(self.options, worse, better, pairs));
        Rc::clone(self.known.entry(key).or_insert_with(made))
    }

    /// Benjamini and Hochberg's level: the largest `q i / size` at which at least `i` members, each
    /// with its number of pairs, are rejected; `q / size` if there is none.
    fn level(
        &mut self,
        members: &[(&PairedSeries, usize)],
        size: usize,
        rejects: impl Fn(&Comparison) -> bool,
    ) -> f64 {
        let (q, power) = (self.options.q, self.options.power);
        let mut candidate = size;
        loop {
            let level = q * candidate as f64 / size as f64;
            let rejected = members
                .iter()
                .filter(|(series, used)| {
                    let design = self.of((level, level), series.pairs.len());
                    analyze::looks(series, &design, power)
                        .take_while(|look| look.head.n as usize <= *used)
                        .any(|look| rejects(&look))
                })
                .count();
            if rejected >= candidate || candidate == 1 {
                return level;
            }
            // Fewer are rejected at a stricter level, so that no level in between can do.
            candidate = rejected.max(1);
        }
    }
}
