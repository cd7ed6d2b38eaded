//! `steps:`, `journeys:` and `data:` of loads as typed.

use super::text::{DurationText, SizeText, Statuses, ThinkText};
use crate::config::yaml::{At, Entries};
use schemars::JsonSchema;
use serde::Deserialize;

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
    /// Body: the content of a file, relative to this one.
    pub(crate) file: Option<At<String>>,
    /// What answer counts as success; any 2xx or 3xx unless given.
    pub(crate) expect: Option<Expect>,
    /// Variables taken from the answer: a JSON path such as `$.items[0].id`, `header:NAME`, or
    /// `regex:PATTERN` (its first group). `${NAME}` in a later step stands for the value.
    pub(crate) extract: Option<Entries<At<String>>>,
    /// How long the visitor waits after the answer: a time, or a range of them such as `1s..3s`.
    #[schemars(with = "Option<ThinkText>")]
    pub(crate) think: Option<At<String>>,
}

/// What answer counts as success; all of it must hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Expect {
    /// A status, or a list of them.
    #[schemars(with = "Option<Statuses>")]
    pub(crate) status: Option<At<serde_json::Value>>,
    /// Headers with a text that each must contain.
    pub(crate) headers: Option<Entries<At<String>>>,
    /// JSON paths, with the value that each must have.
    pub(crate) json: Option<Entries<At<serde_json::Value>>>,
    /// A text that the body must contain.
    pub(crate) body: Option<At<String>>,
    /// The most bytes that the body may have.
    #[schemars(with = "Option<SizeText>")]
    pub(crate) size: Option<At<String>>,
    /// The longest that it may take, from its due time.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) within: Option<At<String>>,
}

/// A table of values.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feed {
    /// A CSV file with a header, or a JSON file with a list of objects, relative to this file.
    pub(crate) file: At<String>,
    /// Which row the next journey takes; the next one unless given.
    pub(crate) order: Option<FeedOrder>,
}

/// Which row the next journey takes.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FeedOrder {
    /// The next one, and the first again after the last.
    Sequential,
    /// Any.
    Random,
}
