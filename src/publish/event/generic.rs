//! Any other CI: what its configuration hands on in variables of ours.

use super::read::{EventError, Variables};
use super::trust::{Origin, trust};
use super::{Base, Event, Job, Kind, Provider, form};
use crate::report::escape;

/// The event that `PACEGATE_EVENT` (`pull_request`, `merge_group`, `push`, `tag`, `schedule` or `manual`),
/// `PACEGATE_HEAD`, `PACEGATE_BASE` (a branch), `PACEGATE_BRANCH`, `PACEGATE_DEFAULT_BRANCH` and
/// `PACEGATE_JOB_URL` tell of; without them nothing is known.
///
/// # Errors
///
/// When `PACEGATE_EVENT` is none of these: a slip of the pen must not measure less than was meant.
pub(super) fn read(
    variable: Variables<'_>,
    trusted_branches: &[String],
) -> Result<Event, EventError> {
    let branch = |name: &str| {
        let text = variable(name)?;
        form::branch(text.strip_prefix("refs/heads/").unwrap_or(&text))
    };
    let kind = match variable("PACEGATE_EVENT").as_deref() {
        Some("pull_request") => Kind::PullRequest,
        Some("merge_group") => Kind::MergeGroup,
        Some("push") => Kind::Push,
        Some("tag") => Kind::Tag,
        Some("schedule") => Kind::Schedule,
        Some("manual") => Kind::Manual,
        None => Kind::Other,
        Some(other) => return Err(EventError::Unknown { event: escape::name(other) }),
    };
    let default_branch = branch("PACEGATE_DEFAULT_BRANCH");
    let own = match kind {
        Kind::Push | Kind::Schedule | Kind::Manual | Kind::Other => branch("PACEGATE_BRANCH"),
        _ => None,
    };
    let origin = Origin {
        kind,
        branch: own.as_deref(),
        default_branch: default_branch.as_deref(),
        fork: false,
        bot: false,
    };
    let trust = trust(origin, trusted_branches);
    let named = Base::known(branch("PACEGATE_BASE"), None);
    Ok(Event {
        provider: Provider::Generic,
        kind,
        head: variable("PACEGATE_HEAD").as_deref().and_then(form::commit),
        base: named.or_else(|| Base::of_branch(trust, own.as_deref(), default_branch.as_deref())),
        branch: own,
        change: None,
        source: None,
        trust,
        default_branch,
        repository: None,
        api: None,
        web: None,
        job: Job {
            url: variable("PACEGATE_JOB_URL").as_deref().and_then(form::address),
            id: None,
            attempt: None,
        },
    })
}
