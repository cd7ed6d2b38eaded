//! `paired:` as typed.

use super::text::DurationText;
use crate::config::yaml::At;
use schemars::JsonSchema;
use serde::Deserialize;

/// How base and head are measured side by side.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paired {
    /// The most pairs of a series; what is decided earlier takes fewer.
    #[schemars(range(min = 8, max = 100))]
    pub(crate) pairs: Option<At<u64>>,
    /// Time for measuring all pairs, building not included.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) time: Option<At<String>>,
    /// How long a load is sent to one build before it is the other's turn.
    #[schemars(with = "Option<DurationText>")]
    pub(crate) segment: Option<At<String>>,
}
