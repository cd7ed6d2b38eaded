//! `services:` and `loads:` as typed.

use super::text::{DurationText, RateText, Statuses, VariableText};
use crate::config::yaml::{At, Entries};
use schemars::JsonSchema;
use serde::Deserialize;

/// A service that is started for the loads, and stopped after them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// What to run: program and arguments, without a shell.
    #[schemars(length(min = 1))]
    pub(crate) command: At<Vec<At<String>>>,
    /// URL that answers 2xx once the service is ready.
    pub(crate) ready: At<String>,
    /// Origin of its URLs, such as `http://127.0.0.1:7878`; that of `ready` unless given.
    pub(crate) url: Option<At<String>>,
    /// How long it may take to get ready.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) ready_within: Option<At<String>>,
    /// Working directory, relative to this file.
    pub(crate) cwd: Option<At<String>>,
    /// Environment variables to set.
    pub(crate) env: Option<Entries<At<String>>>,
    /// Environment variables to pass on; everything but a few harmless ones is kept back.
    #[schemars(with = "Option<Vec<VariableText>>")]
    pub(crate) pass_env: Option<Vec<At<String>>>,
}

/// A load test: what visitors ask of a service, and when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = [
    { "anyOf": [{ "required": ["service"] }, { "required": ["url"] }] },
    { "oneOf": [{ "required": ["arrivals"] }] },
    { "oneOf": [{ "required": ["steps"] }, { "required": ["journeys"] }] },
]))]
pub(crate) struct Load {
    /// The service to start, one of `services`.
    pub(crate) service: Option<At<String>>,
    /// Origin that paths are joined to, such as `http://127.0.0.1:7878`; the service's unless given.
    pub(crate) url: Option<At<String>>,
    /// When journeys start, whether or not earlier ones were answered (the open model).
    pub(crate) arrivals: Option<At<Arrivals>>,
    /// The requests of the only journey, in order.
    #[schemars(length(min = 1))]
    pub(crate) steps: Option<At<Vec<At<Step>>>>,
    /// Journeys by name; each visitor takes one of them, by weight.
    pub(crate) journeys: Option<At<Entries<At<Journey>>>>,
    /// The longest a request may take, from the moment it was due.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) timeout: Option<At<String>>,
}

/// What a visitor does.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journey {
    /// How often it is taken, beside the weights of the others; 1 unless given.
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) weight: Option<At<u64>>,
    /// Its requests, in order.
    #[schemars(length(min = 1))]
    pub(crate) steps: At<Vec<At<Step>>>,
}

/// When journeys start: at a rate for some time, or in stages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["rate", "for"] }, { "required": ["stages"] }]))]
pub(crate) struct Arrivals {
    /// Journeys started a second, such as `500/s`.
    #[schemars(with = "Option<RateText>")]
    pub(crate) rate: Option<At<String>>,
    /// How long it is measured, such as `20s`.
    #[serde(rename = "for")]
    #[schemars(with = "Option<DurationText>")]
    pub(crate) duration: Option<At<String>>,
    /// Rates one after the other.
    #[schemars(length(min = 1))]
    pub(crate) stages: Option<At<Vec<At<Stage>>>>,
    /// The most connections held at once; further requests queue, and their waiting counts.
    #[schemars(range(min = 1))]
    pub(crate) connections: Option<At<u64>>,
    /// How long journeys are started before that, unmeasured.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) warmup: Option<At<String>>,
    /// Equal gaps, or exponential ones as of independent visitors.
    pub(crate) spacing: Option<Spacing>,
    /// Seed of the exponential gaps.
    pub(crate) seed: Option<At<u64>>,
}

/// A time in which the rate stays (`rate`), or changes steadily (`from`, `to`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["rate"] }, { "required": ["to"] }]))]
pub(crate) struct Stage {
    /// Journeys started a second, all the time.
    #[schemars(with = "Option<RateText>")]
    pub(crate) rate: Option<At<String>>,
    /// Journeys started a second at its beginning; as at the end of the stage before unless given.
    #[schemars(with = "Option<RateText>")]
    pub(crate) from: Option<At<String>>,
    /// Journeys started a second at its end.
    #[schemars(with = "Option<RateText>")]
    pub(crate) to: Option<At<String>>,
    /// How long it takes, such as `20s`.
    #[serde(rename = "for")]
    #[schemars(with = "DurationText")]
    pub(crate) duration: At<String>,
}

/// Spacing of arrivals.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Spacing {
    /// Equal gaps.
    Constant,
    /// Exponential gaps, as of independent visitors.
    Poisson,
}

/// One request. Exactly one method, with the path.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["get"] }, { "required": ["head"] }, { "required": ["post"] },
    { "required": ["put"] }, { "required": ["patch"] }, { "required": ["delete"] },
    { "required": ["options"] },
]))]
pub(crate) struct Step {
    /// GET this path.
    pub(crate) get: Option<At<String>>,
    /// HEAD this path.
    pub(crate) head: Option<At<String>>,
    /// POST to this path.
    pub(crate) post: Option<At<String>>,
    /// PUT to this path.
    pub(crate) put: Option<At<String>>,
    /// PATCH this path.
    pub(crate) patch: Option<At<String>>,
    /// DELETE this path.
    pub(crate) delete: Option<At<String>>,
    /// OPTIONS of this path.
    pub(crate) options: Option<At<String>>,
    /// Name in reports; method and path unless given.
    #[schemars(length(min = 1, max = 120))]
    pub(crate) name: Option<At<String>>,
    /// Headers to send.
    pub(crate) headers: Option<Entries<At<String>>>,
    /// Body, sent as JSON.
    pub(crate) json: Option<At<serde_json::Value>>,
    /// Body, sent as an HTML form.
    pub(crate) form: Option<At<Entries<String>>>,
    /// Body, sent as it is.
    pub(crate) body: Option<At<String>>,
    /// What answer counts as success; any 2xx or 3xx unless given.
    pub(crate) expect: Option<Expect>,
}

/// What answer counts as success.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// A status, or a list of them.
    #[schemars(with = "Statuses")]
    pub(crate) status: At<serde_json::Value>,
}
