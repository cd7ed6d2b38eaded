//! Any other CI: what its configuration hands on in variables of ours.

use super::read::Variables;
use super::trust::{Origin, trust};
use super::{Base, Event, Job, Kind, Provider, form};

/// The event that `PACEGATE_EVENT` (`pull_request`, `merge_group`, `push`, `tag`, `schedule` or `manual`),
/// `PACEGATE_HEAD`, `PACEGATE_BASE` (a branch), `PACEGATE_BRANCH`, `PACEGATE_DEFAULT_BRANCH` and
/// `PACEGATE_JOB_URL` tell of; without them nothing is known.
pub(super) fn read(variable: Variables<'_>, trusted_branches: &[String]) -> Event {
    let branch = |name: &str| variable(name).as_deref().and_then(form::branch);
    let kind = match variable("PACEGATE_EVENT").as_deref() {
        Some("pull_request") => Kind::PullRequest,
        Some("merge_group") => Kind::MergeGroup,
        Some("push") => Kind::Push,
        Some("tag") => Kind::Tag,
        Some("schedule") => Kind::Schedule,
        Some("manual") => Kind::Manual,
        _ => Kind::Other,
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
    Event {
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
    }
}
