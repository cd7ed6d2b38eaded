//! A recorded experiment decided again, from its pairs alone.

use super::paired::{self, Designs, Gated};
use super::recording::Recorded;
use crate::gate::{self, Followed};
use crate::measure::paired::is_a_choice;
use crate::model::{Decision, LeftOut, Verdict, Warning};

/// What became of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// Every series, in the recording's order.
    pub decisions: Vec<Decision>,
    /// The build's: the worst of the series that have a rule, and an error when none has.
    pub verdict: Verdict,
}

/// Decides recorded series, in their order: each as a family of its own, or all as one build.
///
/// Look by look as when they were measured, so that the same pairs and rules give the same decisions. As
/// then, pairs of which too many, or too many of one build's, were left out are inconclusive.
/// A series without a rule is inconclusive, and no part of the build's verdict; one without pairs is
/// missing.
pub fn replay(recorded: &[Recorded], as_family: bool) -> Replayed {
    let gated: Vec<Gated<'_>> = recorded
        .iter()
        .map(|Recorded { series, rules, at_most }| Gated {
            series,
            rules: rules.iter().collect(),
            at_most: *at_most,
        })
        .collect();
    let size = if as_family { gated.len().max(1) } else { 1 };
    let mut designs = Designs::default();
    let decisions: Vec<Decision> = gated
        .chunks(size)
        .flat_map(|family| std::iter::zip(family, paired::decide(family, &mut designs)))
        .map(|(gated, followed)| decision(gated, followed))
        .collect();
    let judged = decisions.iter().filter(|decision| decision.gated);
    let verdict = Verdict::worst(judged.map(|decision| decision.verdict)).unwrap_or(Verdict::Error);
    Replayed { decisions, verdict }
}

fn decision(gated: &Gated<'_>, followed: Option<Followed>) -> Decision {
    let comparison = followed.map(|followed| followed.comparison);
    let comparison = comparison.as_ref();
    let left_out = gated.series.left_out;
    let verdict = comparison.map_or(Verdict::Missing, |comparison| {
        let ruling = gate::ruling(&gated.rules, comparison);
        ruling
            .filter(|_| !left_out.is_some_and(|left_out| is_a_choice(&left_out)))
            .unwrap_or(Verdict::Inconclusive)
    });
    let effect = comparison.and_then(|comparison| comparison.effect);
    Decision {
        series: gated.series.series.to_string(),
        gated: !gated.rules.is_empty(),
        verdict,
        estimate: effect.map(|effect| effect.estimate),
        lo: effect.and_then(|effect| effect.lo),
        hi: effect.and_then(|effect| effect.hi),
        pairs: comparison.map_or(0, |comparison| comparison.head.n),
        detectable: comparison.and_then(|comparison| comparison.detectable),
        warnings: left_out.map(told).into_iter().collect(),
    }
}

fn told(LeftOut { base, head, of, .. }: LeftOut) -> Warning {
    Warning::PairsLeftOut { base, head, of }
}
