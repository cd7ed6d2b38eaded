//! Whether a load test measured the service, or its own generator.

use super::{Histogram, Part};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The facts that decide whether a load's latencies may be judged at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// Arrivals asked for in the measured time, a second; 0 in the closed model, which asks for none.
    pub asked_rate: f64,
    /// Arrivals started in the measured time, a second.
    pub achieved_rate: f64,
    /// Arrivals that were never sent.
    pub dropped: u64,
    /// 0.99 quantile of how late the generator was, in seconds, before it asked for a connection.
    pub lateness_p99: f64,
    /// How late it was with each arrival; `None` where only the quantile is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<Histogram>,
    /// CPU time of the generator divided by what it was granted, in [0, 1]; `None` where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_cpu: Option<f64>,
    /// Whether latencies leave out what a stall would have cost others (the closed model), and the
    /// configuration does not let them be gated all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub under_counts: bool,
    /// The facts that break validity; empty when the load is valid.
    pub broken: Vec<ValidityFact>,
}

/// One number that makes a load invalid: its verdicts are then `inconclusive`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum ValidityFact {
    /// The generator did not reach 99 % of the rate asked for.
    RateNotReached {
        /// Arrivals a second asked for.
        asked: f64,
        /// Arrivals a second achieved.
        achieved: f64,
    },
    /// Arrivals were never sent.
    Dropped {
        /// How many.
        count: u64,
    },
    /// The generator's own lateness is not small beside the latencies it measured.
    GeneratorLate {
        /// 0.99 quantile of lateness in seconds.
        lateness_p99: f64,
        /// The most that would have been allowed, in seconds.
        allowed: f64,
    },
    /// The generator used more than 80 % of the CPU it was granted.
    GeneratorBusy {
        /// Share used, in [0, 1].
        share: f64,
    },
    /// Workers of a distributed load were lost while it ran.
    WorkersLost {
        /// How many.
        lost: u64,
        /// Of how many.
        of: u64,
        /// When the first of them was lost, in seconds from the start of the users.
        after: f64,
    },
    /// Segments of base or head said nothing, so that their pairs had to be left out: too many of them,
    /// or so many more of one build that what is left is a choice.
    PairsLeftOut {
        /// Pairs whose segment of the base was not valid.
        base: u64,
        /// Pairs whose segment of the head was not valid.
        head: u64,
        /// Pairs measured, left out or not.
        of: u64,
    },
    /// A part of the load was sent by a machine whose segment is not there.
    SegmentMissing {
        /// Which.
        segment: Part,
    },
    /// The machines that sent a load together did not begin together.
    SegmentsApart {
        /// Seconds from the first beginning to the last, by their own clocks.
        seconds: f64,
        /// The most that would have been allowed, in seconds.
        allowed: f64,
    },
    /// A segment was not valid by itself.
    SegmentBroken {
        /// Which.
        segment: Part,
        /// What broke it.
        why: Box<ValidityFact>,
    },
    /// The load was stopped before its time.
    CutShort {
        /// Seconds measured.
        measured: f64,
        /// Seconds planned.
        planned: f64,
    },
}
