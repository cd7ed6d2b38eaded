//! `k6:` and `locust:` of a load as typed.

use super::text::{DurationText, VariableText};
use crate::config::yaml::{At, Entries};
use schemars::JsonSchema;
use serde::Deserialize;

/// A script of the user's own that k6 runs. It gets the load's URL as `PACEGATE_URL`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct K6 {
    /// The script, relative to this file.
    pub(crate) script: At<String>,
    /// Arguments of `k6 run` before it, such as `[--vus, "10", --duration, 30s]`.
    pub(crate) args: Option<Vec<At<String>>>,
    /// Environment variables to set.
    pub(crate) env: Option<Entries<At<String>>>,
    /// Environment variables to pass on; everything but a few harmless ones is kept back.
    #[schemars(with = "Option<Vec<VariableText>>")]
    pub(crate) pass_env: Option<Vec<At<String>>>,
    /// The longest that it may take; 30 min unless given.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) within: Option<At<String>>,
    /// Whether its latencies may be gated, although nobody knows what a stall costs it; false unless
    /// given.
    pub(crate) gate_latency: Option<bool>,
}

/// A locustfile of the user's own. It gets the load's URL as its host.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locust {
    /// The locustfile, relative to this file.
    pub(crate) file: At<String>,
    /// Further arguments, such as `[--tags, quick]`.
    pub(crate) args: Option<Vec<At<String>>>,
    /// Environment variables to set.
    pub(crate) env: Option<Entries<At<String>>>,
    /// Environment variables to pass on; everything but a few harmless ones is kept back.
    #[schemars(with = "Option<Vec<VariableText>>")]
    pub(crate) pass_env: Option<Vec<At<String>>>,
    /// How many users there are.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) users: At<u64>,
    /// How long it runs, such as `60s`; whole seconds.
    #[serde(rename = "for")]
    #[schemars(with = "DurationText")]
    pub(crate) duration: At<String>,
    /// How long it takes until all users are there, which is part of that.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) ramp_up: Option<At<String>>,
    /// Whether their latencies may be gated, although they leave out what a stall costs; false unless
    /// given.
    pub(crate) gate_latency: Option<bool>,
}
