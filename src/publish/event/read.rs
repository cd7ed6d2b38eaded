//! From a job's variables and its event file to the event.

use super::payload::Payload;
use super::{Event, Provider, actions, form, generic, gitlab};

/// The most bytes of an event file; GitHub's are at most as long.
pub const MOST: usize = 25 << 20;

/// The variables of a job; an empty one is as good as none.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why an event file says nothing.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// It is too long.
    #[error("failed to read the event file: it has {bytes} bytes, and may have {MOST}")]
    Long {
        /// How long it is.
        bytes: usize,
    },
    /// It is no JSON.
    #[error(
        "failed to read the event file; give the file that `GITHUB_EVENT_PATH` names, or one like it"
    )]
    Json(#[source] serde_json::Error),
    /// `PACEGATE_EVENT` names an event that is not known.
    #[error(
        "failed to read the event: `PACEGATE_EVENT` is `{event}`, and may be `pull_request`, `merge_group`, \
         `push`, `tag`, `schedule` or `manual`"
    )]
    Unknown {
        /// What it is.
        event: String,
    },
    /// An event file was given, and nothing says of which CI it is.
    #[error(
        "failed to read the event file: nothing says of which CI it is; name it with `--provider`"
    )]
    NoProvider,
    /// It is another JSON value.
    #[error(
        "failed to read the event file: it holds no JSON object; give the file that `GITHUB_EVENT_PATH` \
         names, or one like it"
    )]
    Shape,
}

/// What a job was started for.
///
/// On GitHub, Forgejo and Gitea `event` is the text of the event file, and what it says comes before the
/// variables, so that any event can be replayed; without `GITHUB_EVENT_NAME` its shape tells its kind.
/// GitLab and other CI have no such file: there it is a JSON object of variables, which stand in for
/// those of the job.
///
/// Without a `provider` the variables tell it. What arrived on one of `trusted_branches` (on the default
/// branch, where none is named) is trusted, and nothing else.
///
/// # Errors
///
/// When the event file is longer than [`MOST`] bytes, or holds no JSON object.
pub fn read(
    variables: Variables<'_>,
    event: Option<&str>,
    provider: Option<Provider>,
    trusted_branches: &[String],
) -> Result<Event, EventError> {
    let set = |name: &str| variables(name).filter(|value| !value.trim().is_empty());
    let payload = Payload::parse(event)?;
    let replayed = |name: &str| payload.text(&format!("/{name}")).map(str::to_owned);
    let stood_in: Variables<'_> = if event.is_some() { &replayed } else { &set };
    Ok(match provider.unwrap_or_else(|| Provider::of(&set)) {
        provider @ (Provider::GitHub | Provider::Forgejo) => {
            actions::read(provider, &set, &payload, trusted_branches)
        }
        // A file never says where a token is sent.
        Provider::GitLab => Event {
            api: set("CI_API_V4_URL").as_deref().and_then(form::address),
            ..gitlab::read(stood_in, trusted_branches)
        },
        Provider::Generic => generic::read(stood_in, trusted_branches)?,
    })
}

impl Provider {
    /// The provider that a job's variables tell of.
    pub fn of(variables: Variables<'_>) -> Provider {
        let is = |name: &str| variables(name).is_some_and(|value| value == "true");
        // Both also set what GitHub does; the address of their API tells those that say nothing else.
        let forgejo = is("FORGEJO_ACTIONS") || is("GITEA_ACTIONS");
        let api = variables("GITHUB_API_URL").unwrap_or_default();
        if forgejo || is("GITHUB_ACTIONS") && api.trim_end_matches('/').ends_with("/api/v1") {
            Provider::Forgejo
        } else if is("GITHUB_ACTIONS") {
            Provider::GitHub
        } else if is("GITLAB_CI") {
            Provider::GitLab
        } else {
            Provider::Generic
        }
    }
}
