//! What one gate decided of one series, and why.

use super::{Estimate, SeriesId, Unit, ValidityFact, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of a gate.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// An absolute limit.
    Limit,
    /// A limit on the change from the baseline.
    Regression,
    /// A limit on the change since the last release.
    Creep,
}

/// What one gate decided of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The gate's number in the configuration, from 1.
    pub gate: usize,
    /// Its kind.
    pub kind: GateKind,
    /// Its rule as a person would write it, such as `max 3%, floor 1ms`.
    pub rule: String,
    /// The series judged.
    pub series: SeriesId,
    /// The series' unit; `None` when it was never measured.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// The decision, after waivers.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The head's value with an interval, where it was measured.
    #[serde(default)]
    pub observed: Option<Estimate>,
    /// The waiver that changed the verdict.
    #[serde(default)]
    pub waiver: Option<WaiverUse>,
}

/// A waiver that excused a fail or a missing series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverUse {
    /// Why it was granted.
    pub reason: String,
    /// The verdict it replaced.
    pub instead_of: Verdict,
    /// Its last day, as `YYYY-MM-DD`.
    pub until: String,
}

/// Why a gate decided as it did. The code is stable; `report` writes the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Reason {
    /// The value (its whole interval) is within the limit.
    WithinLimit,
    /// The value (its whole interval) is beyond the limit.
    BeyondLimit,
    /// The interval straddles the limit.
    StraddlesLimit,
    /// The change is surely within the limit.
    ChangeWithinLimit,
    /// A change for the worse is certain, and below the limit.
    WorseBelowLimit,
    /// A change for the worse is certain, and its estimate is beyond the limit.
    WorseBeyondLimit,
    /// A change for the better is certain.
    Better,
    /// The absolute change is surely below the floor, whatever the relative one.
    BelowFloor,
    /// The interval is too wide to decide.
    TooNoisy {
        /// Further baseline runs after which a run like this one would be decided, if estimate and
        /// spread stay; `None` when unknown or beyond reason.
        #[serde(default)]
        runs_needed: Option<u32>,
        /// Likewise further pairs, where base and head were measured side by side.
        #[serde(default)]
        pairs_needed: Option<u32>,
    },
    /// Too few baseline runs to know the variation between runs.
    TooFewRuns {
        /// Baseline runs at hand.
        have: usize,
        /// Baseline runs needed at least.
        need: usize,
    },
    /// The load generator, not the service, was the limit.
    InvalidLoad {
        /// What broke validity.
        broken: Vec<ValidityFact>,
    },
    /// Users who wait for answers ask less during a stall, so that their latencies leave most of it out.
    UnderCounts,
    /// Measuring was interrupted.
    CutShort,
    /// No baseline run can be compared with.
    NoBaseline {
        /// Why.
        why: NoBaselineWhy,
    },
    /// The baseline is zero, so there is no ratio, and the gate has no floor.
    ZeroBaseline,
    /// The newest baseline run has the series, and this run does not, or has no value of it.
    Vanished,
    /// The gate's pattern matches no series at all; the judgement's `target` is the pattern.
    MatchesNothing {
        /// The nearest series that was measured.
        #[serde(default)]
        nearest: Option<String>,
    },
    /// The gate's quantity is in another unit than the series.
    WrongUnit {
        /// The quantity, as written.
        quantity: String,
    },
    /// Measuring the target failed.
    MeasuringFailed {
        /// The error.
        error: String,
    },
}

/// Why a series has nothing to be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoBaselineWhy {
    /// There is no baseline run at all; the bundle's `baseline`, or that of its `release`, says why.
    NoRuns,
    /// No baseline run has it.
    NewSeries,
    /// Baseline runs measured it in another way, or not to a valid end.
    MeasuredOtherwise,
    /// The base could not be measured; a warning of the run says why.
    BaseFailed,
    /// All baseline runs stand on the other side of an accepted step.
    Accepted,
    /// The comparison left it out.
    NotCompared,
}

impl Reason {
    /// The stable code, as in the JSON documents.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::WithinLimit => "within-limit",
            Reason::BeyondLimit => "beyond-limit",
            Reason::StraddlesLimit => "straddles-limit",
            Reason::ChangeWithinLimit => "change-within-limit",
            Reason::WorseBelowLimit => "worse-below-limit",
            Reason::WorseBeyondLimit => "worse-beyond-limit",
            Reason::Better => "better",
            Reason::BelowFloor => "below-floor",
            Reason::TooNoisy { .. } => "too-noisy",
            Reason::TooFewRuns { .. } => "too-few-runs",
            Reason::InvalidLoad { .. } => "invalid-load",
            Reason::UnderCounts => "under-counts",
            Reason::CutShort => "cut-short",
            Reason::NoBaseline { .. } => "no-baseline",
            Reason::ZeroBaseline => "zero-baseline",
            Reason::Vanished => "vanished",
            Reason::MatchesNothing { .. } => "matches-nothing",
            Reason::WrongUnit { .. } => "wrong-unit",
            Reason::MeasuringFailed { .. } => "measuring-failed",
        }
    }
}
