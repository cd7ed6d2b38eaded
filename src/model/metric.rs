//! What is measured: a name, a unit, a direction and what may be assumed of the noise.

use super::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which direction of change is an improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better: times, sizes, errors.
    Lower,
    /// More is better: throughput.
    Higher,
}

impl Better {
    /// The log ratio that a change for the worse of `max` (a fraction of at least 0) amounts to,
    /// oriented so that above 0 is worse.
    ///
    /// 3 % worse is a ratio of 1.03 where lower is better and of 0.97 where higher is better; a fall by
    /// all there is, or more, is never reached.
    pub fn log_limit(self, max: f64) -> f64 {
        match self {
            Better::Lower => max.ln_1p(),
            Better::Higher if max < 1.0 => -(-max).ln_1p(),
            Better::Higher => f64::INFINITY,
        }
    }
}

/// What a comparison may assume of a metric's noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Assumption {
    /// Nothing but independence of processes: medians and ranks.
    Nothing,
    /// Normal noise of the values.
    Normal,
    /// No noise: repeats give the same number (instructions, bytes); compared exactly.
    Exact,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// The metric's name within its target, such as `wall` or `latency`.
    pub name: String,
    /// The base unit of every value.
    pub unit: Unit,
    /// Which direction is an improvement.
    pub better: Better,
    /// What a comparison may assume.
    pub assumption: Assumption,
}

impl Metric {
    /// A metric of which lower is better and nothing is assumed.
    pub fn lower(name: &str, unit: Unit) -> Self {
        Metric {
            name: name.to_owned(),
            unit,
            better: Better::Lower,
            assumption: Assumption::Nothing,
        }
    }

    /// A metric of which higher is better and nothing is assumed.
    pub fn higher(name: &str, unit: Unit) -> Self {
        Metric { better: Better::Higher, ..Metric::lower(name, unit) }
    }

    /// A metric without noise, of which lower is better.
    pub fn exact(name: &str, unit: Unit) -> Self {
        Metric { assumption: Assumption::Exact, ..Metric::lower(name, unit) }
    }
}
