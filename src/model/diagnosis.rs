//! How noisy a machine is, by measuring one and the same code as if it were base and head.

use super::{Cause, Effect, Environment, Failure, Surroundings, Unit, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The `format` field of a diagnosis.
pub const DIAGNOSIS_FORMAT: &str = "pacegate-diagnosis";
/// The version of the form that is written.
pub const DIAGNOSIS_VERSION: u32 = 1;

/// All that was learnt of a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// [`DIAGNOSIS_FORMAT`].
    pub format: String,
    /// [`DIAGNOSIS_VERSION`].
    pub version: u32,
    /// When measuring began.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub started: OffsetDateTime,
    /// Seconds of measuring.
    pub elapsed: f64,
    /// Whether it was stopped early.
    pub cut_short: bool,
    /// The machine class.
    pub environment: Environment,
    /// What the system tells of the causes of noise.
    pub surroundings: Surroundings,
    /// The causes that are there.
    pub causes: Vec<Cause>,
    /// Seed of all draws: of the order within pairs, and of the experiments.
    pub seed: u64,
    /// The worst grade of what was examined; `None` while nothing is graded.
    pub grade: Option<Grade>,
    /// What was measured, in the order of the configuration.
    pub examined: Vec<Examined>,
    /// What could not be.
    pub failures: Vec<Failure>,
}

/// What a machine can show within the configured budget.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A slowdown a little above the limit is found with few pairs.
    Quiet,
    /// It is found within the budget.
    Usable,
    /// It is not found within the budget.
    Noisy,
}

/// One series whose base and head are the same code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examined {
    /// Which series, such as `parse/wall`.
    pub series: String,
    /// Unit of its values.
    pub unit: Unit,
    /// Its median.
    pub value: f64,
    /// Pairs measured.
    pub pairs: u64,
    /// Seconds that a pair takes, with all that belongs to it.
    pub seconds_per_pair: f64,
    /// The largest change for the worse that its gate allows, as a fraction.
    pub limit: f64,
    /// What is decided of its pairs as they were measured, though nothing changed.
    pub verdict: Verdict,
    /// The change that they show, with the interval of that decision; `None` where there is no ratio.
    pub effect: Option<Effect>,
    /// How many of them decide.
    pub decided_after: u64,
    /// How noisy it is; `None` with too few pairs, or values that have no logarithm.
    pub noise: Option<NoiseLevel>,
    /// How often it fails its gate though nothing changed; `None` with too few pairs.
    pub false_alarms: Option<FalseAlarms>,
    /// The same of rules that look at no pairs.
    pub simple_rules: Vec<SimpleAlarms>,
    /// What numbers of pairs would find.
    pub budgets: Vec<Budget>,
    /// What sizes of slowdown would take.
    pub finds: Vec<Find>,
    /// What it can show.
    pub grade: Option<Grade>,
}

/// The noise of a series on the scale of logarithms, so that 0.02 is about 2 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoiseLevel {
    /// Robust standard deviation of the ratio within a pair.
    pub within_pairs: f64,
    /// Robust standard deviation between all processes.
    pub between_processes: f64,
    /// Lag-1 autocorrelation of successive processes, in [-1, 1]; `None` if all are equal.
    pub autocorrelation: Option<f64>,
    /// Change from the first process to the last by the trend of all, as a fraction.
    pub drift: f64,
}

/// How many experiments without a change failed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FalseAlarms {
    /// Experiments, each on the measured pairs with the order within every pair drawn anew.
    pub experiments: u64,
    /// Pairs of an experiment at most; it ends when it is decided.
    pub pairs: u64,
    /// Experiments that failed the gate.
    pub alarms: u64,
    /// Lower end of the 95 % interval of their share.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

/// A rule that compares without pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SimpleRule {
    /// One process against one, slower by more than 10 %.
    TenPercent,
    /// Ten processes against the ten after them, slower by a two-sided Mann–Whitney test at .05.
    MannWhitney,
}

/// How often a simple rule said "slower" though nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SimpleAlarms {
    /// The rule.
    pub rule: SimpleRule,
    /// Comparisons, which overlap.
    pub comparisons: u64,
    /// Those that said "slower".
    pub alarms: u64,
}

/// A number of pairs and what it would find.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The most pairs.
    pub pairs: u32,
    /// Seconds that these take.
    pub seconds: f64,
    /// The smallest slowdown that then fails its gate in 95 of 100 cases, as a fraction; `None` where so
    /// few pairs decide nothing.
    pub detectable: Option<f64>,
    /// Whether this is what the configuration allows.
    pub configured: bool,
}

/// A size of slowdown and what it takes to find it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// The slowdown, as a fraction.
    pub slowdown: f64,
    /// The fewest pairs that find it in 95 of 100 cases; `None` when the configured budget does not.
    pub pairs: Option<u32>,
}
