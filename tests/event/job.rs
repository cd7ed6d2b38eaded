//! A job: its variables and its event file.

use pacegate::publish::event::{Event, EventError, Provider, read};
use std::path::Path;

/// Commits of the payloads.
pub(crate) const HEAD: &str = "1f4a5f0e6c9b2d3a4b5c6d7e8f9a0b1c2d3e4f50";
pub(crate) const BASE: &str = "9a0b1c2d3e4f501f4a5f0e6c9b2d3a4b5c6d7e8f";
pub(crate) const MERGE: &str = "c2d3e4f501f4a5f0e6c9b2d3a4b5c6d7e8f9a0b1";

/// What GitHub sets in every job.
const GITHUB: &str = "GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com \
     GITHUB_API_URL=https://api.github.com GITHUB_REPOSITORY=octo/shop GITHUB_RUN_ID=30433642 \
     GITHUB_RUN_NUMBER=12 GITHUB_RUN_ATTEMPT=2";

/// The text of a payload.
pub(crate) fn payload(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/event/payloads");
    std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()
}

/// The event of variables, written as `A=1 B=2`, and a text.
pub(crate) fn try_read(
    variables: &str,
    event: Option<&str>,
    provider: Option<Provider>,
) -> Result<Event, EventError> {
    let find = |name: &str| {
        let mut pairs = variables.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
    };
    read(&find, event, provider, &[])
}

/// The event of a job on GitHub with these variables, too.
#[track_caller]
pub(crate) fn on_github(variables: &str, payload: &str) -> Event {
    try_read(&format!("{variables} {GITHUB}"), Some(payload), None).unwrap()
}
