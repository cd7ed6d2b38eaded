//! When pairs are looked at, and how sure each look has to be.

use crate::stats::{self, SignedRankNull, Spending};

/// What paired comparisons are held to; the defaults live with the configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedOptions {
    /// Probability, at most, with which a regression as large as its gate's limit passes; in (0, 1).
    pub miss: f64,
    /// Power at which the smallest detectable effect is stated, in (0, 1).
    pub power: f64,
    /// The numbers of pairs after which a series is looked at, growing.
    pub looks: &'static [u32],
    /// The most pairs that count: with them all error is spent.
    pub at_most: u32,
}

/// How the bounds for the worse and for the better spend their error: with the cube of the pairs that
/// are in, so that most of it is left for the end, and a gross change is still found early.
const LATE: Spending = Spending::Power(3.0);
/// How the bound that lets pass spends its error: nearly the same at each look, since most series are
/// unchanged, and soon done with.
const EVENLY: Spending = Spending::Pocock;

/// The looks at a series, each with the one-sided levels of its bounds.
#[derive(Debug, Clone)]
pub struct Design {
    looks: Vec<Look>,
    power: f64,
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
    /// The looks at a series of so many pairs, when its bounds for the worse and for the better may err
    /// with probability `worse` and `better`, each in (0, 1), over all looks.
    ///
    /// Where measuring ended between two looks, the last look is at the last pair. A level that does not
    /// exist, as that of an error outside of (0, 1), is 0, with which nothing is decided.
    pub fn new(options: &PairedOptions, worse: f64, better: f64, pairs: usize) -> Design {
        let end = pairs.min(options.at_most as usize);
        let before = options.looks.iter().map(|look| *look as usize).filter(|look| *look < end);
        let sizes: Vec<usize> = before.chain((end > 0).then_some(end)).collect();
        let fractions: Vec<f64> =
            sizes.iter().map(|size| *size as f64 / f64::from(options.at_most)).collect();
        let levels = |spending, error| {
            stats::nominal_levels(spending, error, &fractions)
                .unwrap_or_else(|| vec![0.0; sizes.len()])
        };
        let worse_levels = levels(LATE, worse);
        // Mostly the same error, and the levels are what takes time here.
        let same = worse.to_bits() == better.to_bits();
        let better_levels = if same { worse_levels.clone() } else { levels(LATE, better) };
        let within_levels = levels(EVENLY, options.miss);
        let looks = sizes
            .into_iter()
            .enumerate()
            .map(|(i, pairs)| Look {
                pairs,
                worse: worse_levels[i],
                better: better_levels[i],
                within: within_levels[i],
                null: SignedRankNull::of_size(pairs),
            })
            .collect();
        Design { looks, power: options.power }
    }

    /// The level of the bound that a regression must clear at the last look; `None` without a look.
    pub(in super::super) fn last_level(&self) -> Option<f64> {
        self.looks.last().map(|look| look.worse)
    }

    pub(super) fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// Power at which the smallest detectable effect is stated.
    pub(super) fn power(&self) -> f64 {
        self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the noise, each look is exact, so that all together err no more often than their levels
    /// add up to: the figures of docs/verdicts.md.
    #[test]
    fn the_levels_of_all_looks_add_up_to_what_is_told() {
        let looks = &[8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100];
        let options = PairedOptions { miss: 0.05, power: 0.95, looks, at_most: 100 };
        let design = Design::new(&options, 0.05, 0.05, 100);
        let sum = |level: fn(&Look) -> f64| design.looks().iter().map(level).sum::<f64>();
        let check =
            |found: f64, told: f64| assert!(found > told - 0.002 && found <= told, "{found}");
        check(sum(|look| look.worse), 0.082);
        check(sum(|look| look.better), 0.082);
        check(sum(|look| look.within), 0.11);
    }
}
