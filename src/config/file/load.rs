//! `services:` and `loads:` as typed.

use super::distributed::Distributed;
use super::script::{K6, Locust};
use super::step::{Feed, Journey, Step};
use super::text::{DurationText, RateText, VariableText};
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
    { "oneOf": [
        { "required": ["arrivals"] }, { "required": ["users"] }, { "required": ["distributed"] },
        { "required": ["mode"] }, { "required": ["k6"] }, { "required": ["locust"] },
    ] },
    { "oneOf": [
        { "required": ["steps"] }, { "required": ["journeys"] }, { "required": ["k6"] },
        { "required": ["locust"] },
    ] },
]))]
pub(crate) struct Load {
    /// The service to start, one of `services`.
    pub(crate) service: Option<At<String>>,
    /// Origin that paths are joined to, such as `http://127.0.0.1:7878`; the service's unless given.
    pub(crate) url: Option<At<String>>,
    /// A file of certificates (PEM) that are trusted beside the system's, relative to this file.
    pub(crate) ca: Option<At<String>>,
    /// When journeys start, whether or not earlier ones were answered (the open model).
    pub(crate) arrivals: Option<At<Arrivals>>,
    /// Users who each wait for an answer before they ask again (the closed model).
    pub(crate) users: Option<At<Users>>,
    /// Users as of `users`, on workers of Locust, here and on other machines.
    pub(crate) distributed: Option<At<Distributed>>,
    /// A search in place of a load of one shape.
    pub(crate) mode: Option<At<Mode>>,
    /// A script of your own, run by an installed k6.
    pub(crate) k6: Option<At<K6>>,
    /// A locustfile of your own, run by an installed Locust.
    pub(crate) locust: Option<At<Locust>>,
    /// The requests of the only journey, in order.
    #[schemars(length(min = 1))]
    pub(crate) steps: Option<At<Vec<At<Step>>>>,
    /// Journeys by name; each visitor takes one of them, by weight.
    pub(crate) journeys: Option<At<Entries<At<Journey>>>>,
    /// Requests made once before the load, in order, unmeasured; what they extract is known to all.
    pub(crate) setup: Option<At<Vec<At<Step>>>>,
    /// Requests made once after the load, in order, unmeasured.
    pub(crate) teardown: Option<At<Vec<At<Step>>>>,
    /// Tables whose columns are variables; each journey takes a row of each.
    pub(crate) data: Option<At<Vec<At<Feed>>>>,
    /// Whether a visitor keeps the cookies that it is given; true unless given.
    pub(crate) cookies: Option<bool>,
    /// The most redirects followed for a request; 0 unless given: a redirect is an answer then.
    #[schemars(range(max = 20))]
    pub(crate) redirects: Option<At<u64>>,
    /// What is read of the service while it runs, beside its process tree.
    pub(crate) resources: Option<Resources>,
    /// The longest a request may take, from the moment it was due.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) timeout: Option<At<String>>,
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
    /// The protocol that is spoken; HTTP/1.1 unless given.
    pub(crate) protocol: Option<Protocol>,
    /// Threads that send, each on a core; half of the cores unless given.
    #[schemars(range(min = 1, max = 256))]
    pub(crate) threads: Option<At<u64>>,
}

/// Users who each wait for an answer before they ask again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Users {
    /// How many there are.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) count: At<u64>,
    /// How long they are measured, such as `20s`.
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
    /// Whether their latencies may be gated, although they leave out what a stall costs; false unless
    /// given.
    pub(crate) gate_latency: Option<bool>,
}

/// What is read of a service while it is under load.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Resources {
    /// The folder of a control group (version 2) that holds the service and nothing else, below
    /// `/sys/fs/cgroup`; it then counts in the tree's place.
    pub(crate) cgroup: Option<At<String>>,
    /// An `http://` URL at which the service tells its metrics in Prometheus' text format.
    pub(crate) prometheus: Option<At<String>>,
    /// Which of these metrics are wanted, by the names that stand in the text.
    pub(crate) metrics: Option<At<Vec<At<String>>>>,
}

/// A search in place of a load of one shape.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mode {
    /// The highest rate at which an objective holds.
    pub(crate) capacity: At<Capacity>,
}

/// A search for the highest rate at which an objective holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capacity {
    /// What must hold, such as `p95 < 250ms` or `p95 < 250ms, p99 < 1s, errors < 0.1%`; without `errors`
    /// at most 1 % may fail.
    pub(crate) slo: At<String>,
    /// The lowest rate.
    #[schemars(with = "RateText")]
    pub(crate) from: At<String>,
    /// The highest rate.
    #[schemars(with = "RateText")]
    pub(crate) to: At<String>,
    /// How long each rate is measured; 10 s unless given.
    #[serde(rename = "for")]
    #[schemars(with = "Option<DurationText>")]
    pub(crate) level: Option<At<String>>,
    /// How long journeys are started before that, unmeasured; 2 s unless given.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) warmup: Option<At<String>>,
    /// The most connections held at once.
    #[schemars(range(min = 1))]
    pub(crate) connections: Option<At<u64>>,
    /// Threads that send, each on a core; half of the cores unless given.
    #[schemars(range(min = 1, max = 256))]
    pub(crate) threads: Option<At<u64>>,
    /// The protocol that is spoken; HTTP/1.1 unless given.
    pub(crate) protocol: Option<Protocol>,
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

/// The protocol that requests are sent by.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// HTTP/1.1: one request at a time on a connection.
    Http1,
    /// HTTP/2: many at once on a connection; over TLS, or with prior knowledge.
    Http2,
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
