//! `distributed:` of a load as typed.

use super::text::DurationText;
use crate::config::yaml::At;
use schemars::JsonSchema;
use serde::Deserialize;

/// Users who each wait for an answer before they ask again, on several workers of Locust.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Distributed {
    /// How many there are, on all workers together.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) users: At<u64>,
    /// How long they are measured, such as `60s`.
    #[serde(rename = "for")]
    #[schemars(with = "DurationText")]
    pub(crate) duration: At<String>,
    /// How long all of them ask before that, unmeasured.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) warmup: Option<At<String>>,
    /// How long it takes until all of them are there, one after the other, unmeasured.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) ramp_up: Option<At<String>>,
    /// How long it takes until all of them are gone, unmeasured.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) ramp_down: Option<At<String>>,
    /// Workers that are started on this machine, each on a core at most; 1 unless given.
    #[schemars(range(max = 256))]
    pub(crate) workers: Option<At<u64>>,
    /// Workers that join from elsewhere; 0 unless given.
    #[schemars(range(max = 1000))]
    pub(crate) expect_workers: Option<At<u64>>,
    /// The address at which workers join, such as `0.0.0.0:5557`; a free port of this machine, for its
    /// own workers alone, unless given.
    pub(crate) listen: Option<At<String>>,
    /// How long workers are waited for.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) join_within: Option<At<String>>,
    /// Whether their latencies may be gated, although they leave out what a stall costs; false unless
    /// given.
    pub(crate) gate_latency: Option<bool>,
}
