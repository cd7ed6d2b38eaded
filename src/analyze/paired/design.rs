//! When pairs are looked at, and how sure each look has to be.

use crate::stats::{self, SignedRankNull, Spending};

/// What paired comparisons are held to; the defaults live with the configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedOptions {
    /// False discovery rate over the build, regressions and improvements each in their own family;
    /// in (0, 1). A series alone in its family errs with at most this probability, however noisy it is.
    pub q: f64,
    /// Probability, at most, with which a regression as large as its gate's limit passes; in (0, 1).
    pub miss: f64,
    /// Power at which the smallest detectable effect is stated, in (0, 1).
    pub power: f64,
    /// The numbers of pairs after which a series is looked at, growing.
    pub looks: &'static [u32],
    /// The most pairs that count: with them all error is spent.
    pub at_most: u32,
}

/// How bounds for the worse and for the better spend their error: nearly all of it at the end, as
/// O'Brien and Fleming's test does, but for the first looks, where gross changes are.
const LATE: Spending = Spending::Power(3.0);
/// How the bound that lets pass spends its error: evenly, so that what did not change is soon done
/// with.
const EVENLY: Spending = Spending::Pocock;

/// The looks at a series, each with the one-sided levels of its bounds.
#[derive(Debug, Clone)]
pub struct Design {
    looks: Vec<Look>,
}

/// One look.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// After how many pairs.
    pub(super) pairs: usize,
    /// Level of the bound that a regression must clear.
    pub(super) worse: f64,
    /// Level of the bound that an improvement must clear.
    pub(super) better: f64,
    /// Level of the bound that must lie within the limit to pass.
    pub(super) within: f64,
    /// The distribution of the signed ranks of so many pairs.
    pub(super) null: SignedRankNull,
}

impl Design {
    /// The looks at a series of which `pairs` are there, when the bounds for the worse and for the
    /// better may err with probability `worse` and `better` in all; the last look is at the last pair.
    pub fn new(options: &PairedOptions, worse: f64, better: f64, pairs: usize) -> Design {
        let end = pairs.min(options.at_most as usize);
        let before = options.looks.iter().map(|look| *look as usize).filter(|look| *look < end);
        let sizes: Vec<usize> = before.chain((end > 0).then_some(end)).collect();
        let fractions: Vec<f64> =
            sizes.iter().map(|size| *size as f64 / f64::from(options.at_most)).collect();
        let levels = |spending, alpha| {
            // A level of 0 decides nothing, which is right where no level can be had.
            stats::nominal_levels(spending, alpha, &fractions)
                .unwrap_or_else(|| vec![0.0; sizes.len()])
        };
        let worse_levels = levels(LATE, worse);
        let same = worse.to_bits() == better.to_bits();
        let better = if same { worse_levels.clone() } else { levels(LATE, better) };
        let within = levels(EVENLY, options.miss);
        let looks = sizes
            .iter()
            .zip(worse_levels)
            .zip(better.into_iter().zip(within))
            .map(|((pairs, worse), (better, within))| Look {
                pairs: *pairs,
                worse,
                better,
                within,
                null: SignedRankNull::of_size(*pairs),
            })
            .collect();
        Design { looks }
    }

    /// The level of the bound that a regression must clear at the last look; `None` without a look.
    pub(in super::super) fn last_level(&self) -> Option<f64> {
        self.looks.last().map(|look| look.worse)
    }

    pub(super) fn looks(&self) -> &[Look] {
        &self.looks
    }
}
