//! GitLab CI, which tells all by variables.

use super::read::Variables;
use super::trust::{Origin, trust};
use super::{Base, Change, Event, Job, Kind, Provider, Source, form};

/// The event of a job's variables.
pub(super) fn read(variable: Variables<'_>, trusted_branches: &[String]) -> Event {
    let commit = |name: &str| variable(name).as_deref().and_then(form::commit);
    let branch = |name: &str| variable(name).as_deref().and_then(form::branch);
    let address = |name: &str| variable(name).as_deref().and_then(form::address);
    let number = |name: &str| variable(name).as_deref().and_then(form::number);

    let kind = kind(variable);
    let proposal = matches!(kind, Kind::PullRequest | Kind::MergeGroup);
    let (from, to) =
        (number("CI_MERGE_REQUEST_SOURCE_PROJECT_ID"), number("CI_MERGE_REQUEST_PROJECT_ID"));
    let fork = proposal && (from.is_none() || from != to);
    let own = if proposal { None } else { branch("CI_COMMIT_BRANCH") };
    let default_branch = branch("CI_DEFAULT_BRANCH");
    let origin = Origin {
        kind,
        branch: own.as_deref(),
        default_branch: default_branch.as_deref(),
        fork,
        bot: false,
    };
    let trust = trust(origin, trusted_branches);
    let base = if proposal {
        // Where the head is a merge with the target's tip, what the target has since is no change of it.
        let onto = commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
        let commit = onto.or_else(|| commit("CI_MERGE_REQUEST_DIFF_BASE_SHA"));
        Base::known(branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"), commit)
    } else {
        Base::of_branch(trust, own.as_deref(), default_branch.as_deref())
    };
    let change = number("CI_MERGE_REQUEST_IID").filter(|_| kind == Kind::PullRequest);
    Event {
        provider: Provider::GitLab,
        kind,
        // A pipeline for merged results runs on a commit that is on no branch.
        head: commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
            .filter(|_| proposal)
            .or_else(|| commit("CI_COMMIT_SHA")),
        base,
        branch: own,
        change: change.map(|number| Change { number, fork }),
        source: if proposal { source(variable) } else { None },
        trust,
        default_branch,
        // Of a fork's pipeline, the project that it proposes to.
        repository: to.or_else(|| number("CI_PROJECT_ID")).map(|id| id.to_string()),
        api: address("CI_API_V4_URL"),
        web: address("CI_MERGE_REQUEST_PROJECT_URL").or_else(|| address("CI_PROJECT_URL")),
        job: Job {
            url: address("CI_JOB_URL"),
            id: number("CI_JOB_ID").map(|id| id.to_string()),
            attempt: None,
        },
    }
}

fn kind(variable: Variables<'_>) -> Kind {
    let is = |name: &str, value: &str| variable(name).as_deref() == Some(value);
    // Also in the child pipelines of a merge request's.
    if variable("CI_MERGE_REQUEST_IID").is_some() {
        let train = is("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train");
        return if train { Kind::MergeGroup } else { Kind::PullRequest };
    }
    let source = variable("CI_PIPELINE_SOURCE").unwrap_or_default();
    match source.as_str() {
        "merge_request_event" | "external_pull_request_event" => Kind::PullRequest,
        _ if variable("CI_COMMIT_TAG").is_some() => Kind::Tag,
        "push" => Kind::Push,
        "schedule" => Kind::Schedule,
        "web" | "api" | "trigger" | "chat" | "pipeline" | "parent_pipeline" => Kind::Manual,
        _ => Kind::Other,
    }
}

fn source(variable: Variables<'_>) -> Option<Source> {
    let repository = variable("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")?;
    let branch = form::branch(&variable("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")?)?;
    // Groups may lie in groups.
    let (owner, name) = repository.rsplit_once('/')?;
    let named = owner.split('/').chain([name]).all(|part| form::owner(part).is_some());
    named.then(|| Source { owner: owner.to_owned(), branch, repository: repository.clone() })
}
