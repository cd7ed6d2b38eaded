//! A recorded experiment decided again, from its pairs alone.

use super::paired::{self, Gated};
use super::recording::Recorded;
use crate::exit::Exit;
use crate::gate;
use crate::model::{Decision, Verdict};

/// What became of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// Every series, in the recording's order.
    pub decisions: Vec<Decision>,
}

impl Replayed {
    /// The exit code that a build of these decisions ends with.
    pub fn exit(&self, strict: bool) -> Exit {
        let worst = Verdict::worst(self.decisions.iter().map(|decision| decision.verdict));
        Exit::of(worst.unwrap_or(Verdict::Error), strict)
    }
}

/// Decides recorded series, in their order: each as a family of its own, or all as one build.
///
/// Look by look as when they were measured, so that the same pairs and rules give the same decisions.
/// A series without a rule is inconclusive, one without pairs missing.
pub fn replay(recorded: &[Recorded], as_family: bool) -> Replayed {
    let gated: Vec<Gated<'_>> = recorded
        .iter()
        .map(|recorded| Gated { series: &recorded.series, rules: recorded.rules.iter().collect() })
        .collect();
    let family = if as_family { gated.len().max(1) } else { 1 };
    let decided =
        gated.chunks(family).zip(recorded.chunks(family)).flat_map(|(gated, recorded)| {
            let at_most = recorded.iter().map(|recorded| recorded.at_most).max().unwrap_or(1);
            paired::decide(gated, &paired::options(at_most))
        });
    let decisions = gated
        .iter()
        .zip(decided)
        .map(|(gated, followed)| {
            let comparison = followed.map(|followed| followed.comparison);
            let verdict = match &comparison {
                None => Verdict::Missing,
                Some(comparison) => {
                    gate::ruling(&gated.rules, comparison).unwrap_or(Verdict::Inconclusive)
                }
            };
            let effect = comparison.as_ref().and_then(|comparison| comparison.effect);
            Decision {
                series: gated.series.series.to_string(),
                verdict,
                estimate: effect.map(|effect| effect.estimate),
                lo: effect.and_then(|effect| effect.lo),
                hi: effect.and_then(|effect| effect.hi),
                pairs: comparison.as_ref().map_or(0, |comparison| comparison.head.n),
                detectable: comparison.as_ref().and_then(|comparison| comparison.detectable),
            }
        })
        .collect();
    Replayed { decisions }
}
