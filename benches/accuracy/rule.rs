//! Rules that decide whether a build got slower, and markers that say since which commit.

use crate::trials::{Design, Trial};
use pacegate::model::Verdict;

/// A rule, ours or another tool's.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// The designs it is made for.
    pub(crate) designs: &'static [Design],
    pub(crate) judge: Judge,
}

/// How a rule goes about a build.
pub(crate) enum Judge {
    /// Metric by metric; says whether one got slower.
    Each(fn(&Trial) -> bool),
    /// All metrics as one build; one answer each.
    Build(fn(&[Trial]) -> Vec<Answer>),
}

/// What a rule says of one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    /// Values of either side that it rests on.
    pub(crate) values: usize,
}

impl Rule {
    /// The answers to a build of these metrics, in their order.
    pub(crate) fn answer(&self, build: &[Trial]) -> Vec<Answer> {
        match self.judge {
            Judge::Each(slower) => build
                .iter()
                .map(|trial| Answer {
                    verdict: if slower(trial) { Verdict::Fail } else { Verdict::Pass },
                    values: trial.head.len(),
                })
                .collect(),
            Judge::Build(answer) => answer(build),
        }
    }
}

/// Finds the first commits of new levels in a series, in order.
pub(crate) struct Marker {
    pub(crate) name: &'static str,
    pub(crate) mark: fn(&[f64]) -> Vec<usize>,
}
