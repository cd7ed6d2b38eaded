//! A head run beside its baseline: an effect with an interval, and how it was found.

use super::{Better, Regime, SeriesId, Unit, Warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value with an interval. A missing bound is unbounded; with both missing no interval is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The value, in the metric's unit.
    pub value: f64,
    /// Lower end of the interval.
    #[serde(default)]
    pub lo: Option<f64>,
    /// Upper end of the interval.
    #[serde(default)]
    pub hi: Option<f64>,
}

impl Estimate {
    /// A difference oriented so that above 0 is worse: `(value, lo, hi)` with infinities where a bound
    /// is missing.
    pub fn worse(&self, better: Better) -> (f64, f64, f64) {
        let (lo, hi) = (self.lo.unwrap_or(f64::NEG_INFINITY), self.hi.unwrap_or(f64::INFINITY));
        match better {
            Better::Lower => (self.value, lo, hi),
            Better::Higher => (-self.value, -hi, -lo),
        }
    }
}

/// How much head differs from base: ratio head/base minus 1, not oriented, so that 0.05 means
/// 5 % more of the metric whichever direction is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Best estimate; at least -1.
    pub estimate: f64,
    /// Lower end, adjusted over the suite; `None` is unbounded.
    #[serde(default)]
    pub lo: Option<f64>,
    /// Upper end, adjusted over the suite; `None` is unbounded.
    #[serde(default)]
    pub hi: Option<f64>,
}

impl Effect {
    /// The effect oriented so that above 0 is worse, in log ratios: `(estimate, lo, hi)` with
    /// infinities where a bound is missing.
    pub fn worse(&self, better: Better) -> (f64, f64, f64) {
        let lo = self.lo.map_or(f64::NEG_INFINITY, f64::ln_1p);
        let hi = self.hi.map_or(f64::INFINITY, f64::ln_1p);
        match better {
            Better::Lower => (self.estimate.ln_1p(), lo, hi),
            Better::Higher => (-self.estimate.ln_1p(), -hi, -lo),
        }
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// The side's location, in the metric's unit.
    pub value: f64,
    /// How many runs it rests on.
    pub runs: usize,
    /// How many processes (or, for counts, trials) it rests on.
    pub n: u64,
    /// One value a run, in run order, for a sparkline.
    pub values: Vec<f64>,
}

/// The evidence on which a series was measured again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flagged {
    /// How many pairs (or, against stored runs, head runs) it rested on.
    pub n: u64,
    /// The effect as it then was.
    #[serde(default)]
    pub effect: Option<Effect>,
}

/// How a comparison was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// Hodges–Lehmann shift of run values with the between-run variance of the baseline
    /// (Student t prediction interval).
    BetweenRuns,
    /// Hodges–Lehmann shift of process values with the Mann–Whitney interval; both sides
    /// measured in one session.
    RankSum,
    /// Hodges–Lehmann shift of the differences between base and head measured in pairs, with the
    /// signed-rank interval of a group-sequential test.
    Paired,
    /// Ratio of two rates, exact conditional binomial.
    Rates,
    /// Equality of numbers that have no noise.
    Exact,
}

/// A head run compared with its baseline on one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What is compared.
    pub series: SeriesId,
    /// Unit of the sides' values.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// How it was compared.
    pub test: Test,
    /// The baseline.
    pub base: Side,
    /// Which runs of the baseline these are, where not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regime: Option<Regime>,
    /// The head.
    pub head: Side,
    /// Ratio head/base minus 1; `None` where no ratio exists (a zero baseline).
    #[serde(default)]
    pub effect: Option<Effect>,
    /// Difference head - base, in the unit, with an interval on the effect's levels.
    pub difference: Estimate,
    /// One-sided p-value against "not worse", before any correction.
    pub p_worse: f64,
    /// One-sided p-value against "not better", before any correction.
    pub p_better: f64,
    /// One-sided level of the bound that a regression must clear, after correction over the suite.
    pub alpha_worse: f64,
    /// One-sided level of the bound that an improvement must clear, after correction over the suite.
    pub alpha_better: f64,
    /// Standard deviation of the log values between runs, as far as the baseline knows it.
    #[serde(default)]
    pub between_runs: Option<f64>,
    /// Smallest relative change in the worse direction that this comparison would have found in
    /// 95 of 100 cases; `None` when no change could have been found.
    #[serde(default)]
    pub detectable: Option<f64>,
    /// The first evidence, where it was found wanting and measured again before it counted.
    #[serde(default)]
    pub flagged: Option<Flagged>,
    /// Doubts about the comparison.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}
