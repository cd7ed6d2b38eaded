//! GitHub Actions, and what took over its variables and event files: Forgejo and Gitea Actions.

use super::payload::Payload;
use super::read::Variables;
use super::trust::{Origin, trust};
use super::{Base, Change, Event, Job, Kind, Provider, Source, form};

/// The bot whose jobs get a token that may only read.
const READ_ONLY_BOT: &str = "dependabot[bot]";

/// The event of a job's variables and its event file.
pub(super) fn read(
    provider: Provider,
    variable: Variables<'_>,
    payload: &Payload,
    trusted_branches: &[String],
) -> Event {
    let address = |name: &str| variable(name).as_deref().and_then(form::address);
    let number = |name: &str| variable(name).as_deref().and_then(form::number);
    let reference = payload.text("/ref").filter(|name| name.starts_with("refs/"));
    let reference = reference.map(str::to_owned).or_else(|| variable("GITHUB_REF"));
    let kind = kind(variable, payload, reference.as_deref());
    let proposal = Proposal::of(kind);
    let fork = proposal.is_some_and(|proposal| proposal.is_fork(payload));
    let own = match kind {
        Kind::Push | Kind::Schedule | Kind::Manual | Kind::Other => {
            reference.as_deref().and_then(form::branch_of)
        }
        _ => None,
    };
    let default_branch = payload.text("/repository/default_branch").and_then(form::branch);
    let origin = Origin {
        kind,
        branch: own.as_deref(),
        default_branch: default_branch.as_deref(),
        fork,
        bot: is_read_only_bot(variable, payload),
    };
    let trust = trust(origin, trusted_branches);
    let repository = payload
        .text("/repository/full_name")
        .and_then(form::repository)
        .or_else(|| variable("GITHUB_REPOSITORY").as_deref().and_then(form::repository));
    let web = match (address("GITHUB_SERVER_URL"), &repository) {
        (Some(server), Some(repository)) => Some(format!("{server}/{repository}")),
        _ => payload.text("/repository/html_url").and_then(form::address),
    };
    // Forgejo's pages go by the run's number within the repository.
    let page = match provider {
        Provider::Forgejo => number("GITHUB_RUN_NUMBER"),
        _ => number("GITHUB_RUN_ID"),
    };
    let run = page.and_then(|page| Some(format!("{}/actions/runs/{page}", web.as_deref()?)));
    Event {
        provider,
        kind,
        head: head(kind, variable, payload),
        base: base(kind, payload)
            .or_else(|| Base::of_branch(trust, own.as_deref(), default_branch.as_deref())),
        branch: own,
        change: match kind {
            Kind::PullRequest | Kind::PullRequestTarget => {
                change(payload, reference.as_deref()).map(|number| Change { number, fork })
            }
            _ => None,
        },
        source: proposal.and_then(|proposal| proposal.source(payload)),
        trust,
        default_branch,
        repository,
        api: address("GITHUB_API_URL"),
        web,
        job: Job {
            url: run,
            id: number("GITHUB_RUN_ID").map(|id| id.to_string()),
            attempt: number("GITHUB_RUN_ATTEMPT"),
        },
    }
}

fn kind(variable: Variables<'_>, payload: &Payload, reference: Option<&str>) -> Kind {
    let name = variable("GITHUB_EVENT_NAME");
    let kind = match name.as_deref().or_else(|| shape(payload)).unwrap_or_default() {
        "pull_request" => Kind::PullRequest,
        "pull_request_target" => Kind::PullRequestTarget,
        "merge_group" => Kind::MergeGroup,
        "workflow_run" => Kind::WorkflowRun,
        "push" if reference.is_some_and(|name| name.starts_with("refs/tags/")) => Kind::Tag,
        "push" => Kind::Push,
        "schedule" => Kind::Schedule,
        "workflow_dispatch" | "repository_dispatch" => Kind::Manual,
        _ => Kind::Other,
    };
    let own = matches!(kind, Kind::Push | Kind::Schedule | Kind::Manual);
    let foreign = ["/pull_request", "/workflow_run", "/merge_group"];
    // What contradicts itself is nothing that we know.
    if own && foreign.iter().any(|key| payload.has(key)) { Kind::Other } else { kind }
}

/// The name of the event that has a payload's shape, for a replay without variables.
fn shape(payload: &Payload) -> Option<&'static str> {
    let by_object = ["pull_request", "merge_group", "workflow_run"];
    let named = by_object.into_iter().find(|name| payload.has(&format!("/{name}")));
    named
        .or_else(|| payload.text("/schedule").map(|_| "schedule"))
        .or_else(|| payload.text("/after").map(|_| "push"))
        .or_else(|| payload.text("/workflow").map(|_| "workflow_dispatch"))
}

/// The commit to report on. `GITHUB_SHA` is not that of a pull request, but a merge that the forge made.
fn head(kind: Kind, variable: Variables<'_>, payload: &Payload) -> Option<String> {
    let sha = || variable("GITHUB_SHA").as_deref().and_then(form::commit);
    match kind {
        Kind::PullRequest | Kind::PullRequestTarget => payload.commit("/pull_request/head/sha"),
        Kind::WorkflowRun => payload.commit("/workflow_run/head_sha"),
        Kind::MergeGroup => payload.commit("/merge_group/head_sha").or_else(sha),
        Kind::Push => payload.commit("/after").or_else(sha),
        // Of an annotated tag, the payload has the tag's own hash.
        Kind::Tag => sha().or_else(|| payload.commit("/head_commit/id")),
        Kind::Schedule | Kind::Manual | Kind::Other => sha(),
    }
}

fn base(kind: Kind, payload: &Payload) -> Option<Base> {
    match kind {
        Kind::PullRequest | Kind::PullRequestTarget => {
            let branch = payload.text("/pull_request/base/ref").and_then(form::branch);
            // Forgejo's payload has it, GitHub's does not.
            let merge_base = payload.commit("/pull_request/merge_base");
            let commit = merge_base.or_else(|| payload.commit("/pull_request/base/sha"));
            Base::known(branch, commit)
        }
        Kind::MergeGroup => {
            let branch = payload.text("/merge_group/base_ref").and_then(form::branch_of);
            Base::known(branch, payload.commit("/merge_group/base_sha"))
        }
        _ => None,
    }
}

/// The number of a pull request, from the event or a reference such as `refs/pull/7/merge`.
fn change(payload: &Payload, reference: Option<&str>) -> Option<u64> {
    let of_reference = || reference?.strip_prefix("refs/pull/")?.split('/').next();
    payload
        .number("/pull_request/number")
        .or_else(|| payload.number("/number"))
        .or_else(|| of_reference().and_then(form::number))
}

/// Whether the job's token may only read, whatever its permissions say. Who started the job decides, not
/// who wrote the code.
fn is_read_only_bot(variable: Variables<'_>, payload: &Payload) -> bool {
    let actor = variable("GITHUB_ACTOR");
    let other = ["/sender/login", "/pull_request/user/login"];
    let by = actor.as_deref().or_else(|| other.iter().find_map(|key| payload.text(key)));
    by == Some(READ_ONLY_BOT)
}

/// Where an event tells of the repository that a proposal comes from.
#[derive(Clone, Copy)]
enum Proposal {
    /// That of a pull request.
    Own,
    /// That of the workflow which has ended.
    Followed,
}

impl Proposal {
    fn of(kind: Kind) -> Option<Proposal> {
        match kind {
            Kind::PullRequest | Kind::PullRequestTarget => Some(Proposal::Own),
            Kind::WorkflowRun => Some(Proposal::Followed),
            _ => None,
        }
    }

    fn repository(self) -> &'static str {
        match self {
            Proposal::Own => "/pull_request/head/repo",
            Proposal::Followed => "/workflow_run/head_repository",
        }
    }

    /// Whether it comes from another repository; one that is gone was another.
    fn is_fork(self, payload: &Payload) -> bool {
        let from = payload.text(&format!("{}/full_name", self.repository()));
        let to = match self {
            Proposal::Own => payload.text("/pull_request/base/repo/full_name"),
            Proposal::Followed => None,
        };
        let to = to.or_else(|| payload.text("/repository/full_name"));
        !matches!((from, to), (Some(from), Some(to)) if from.eq_ignore_ascii_case(to))
    }

    fn source(self, payload: &Payload) -> Option<Source> {
        let branch = match self {
            Proposal::Own => payload.text("/pull_request/head/ref")?,
            Proposal::Followed if payload.text("/workflow_run/event") != Some("pull_request") => {
                return None;
            }
            Proposal::Followed => payload.text("/workflow_run/head_branch")?,
        };
        let repository = payload.text(&format!("{}/full_name", self.repository()))?;
        let repository = form::repository(repository)?;
        let owner = repository.split('/').next().unwrap_or_default().to_owned();
        Some(Source { owner, branch: form::branch(branch)?, repository })
    }
}
