//! The events of GitHub, Forgejo and Gitea.

use crate::job::{BASE, HEAD, MERGE, on_github, payload, try_read};
use pacegate::publish::event::{
    Base, Change, Distrust, Event, Job, Kind, Provider, Refusal, Source, Trust, may_measure,
};

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn base(branch: &str, commit: Option<&str>) -> Option<Base> {
    Some(Base { branch: text(branch), commit: commit.map(str::to_owned) })
}

fn source(repository: &str, branch: &str) -> Option<Source> {
    let owner = repository.split('/').next().unwrap().to_owned();
    Some(Source { owner, branch: branch.to_owned(), repository: repository.to_owned() })
}

/// What every event of the repository on GitHub has.
fn event(kind: Kind, trust: Trust) -> Event {
    Event {
        provider: Provider::GitHub,
        kind,
        head: text(HEAD),
        base: None,
        branch: None,
        default_branch: text("main"),
        change: None,
        source: None,
        trust,
        repository: text("octo/shop"),
        api: text("https://api.github.com"),
        web: text("https://github.com/octo/shop"),
        job: Job {
            url: text("https://github.com/octo/shop/actions/runs/30433642"),
            id: text("30433642"),
            attempt: Some(2),
        },
    }
}

fn proposal(kind: Kind, why: Distrust, source: Option<Source>) -> Event {
    Event {
        base: base("main", Some(BASE)),
        change: Some(Change { number: 7, fork: why == Distrust::Fork }),
        source,
        ..event(kind, Trust::Untrusted(why))
    }
}

/// Reads a payload under the variables of its event, and once more without any but the provider.
#[track_caller]
fn check(name: &str, variables: &str, expected: Event) {
    let payload = payload(name);
    let found = on_github(variables, &payload);
    assert_eq!(found, expected, "{name}");
    if expected.kind == Kind::PullRequestTarget {
        return;
    }
    let replayed = try_read("", Some(&payload), Some(Provider::GitHub)).unwrap();
    assert_eq!(replayed.kind, expected.kind, "{name}, replayed");
    assert_eq!(
        (replayed.change, replayed.base, replayed.source, replayed.repository),
        (expected.change, expected.base, expected.source, expected.repository),
        "{name}, replayed"
    );
}

#[test]
fn a_pull_request_is_reported_on_at_its_head_and_never_trusted() {
    // The commit of such a job is the merge, which nobody sees.
    let variables = format!(
        "GITHUB_EVENT_NAME=pull_request GITHUB_REF=refs/pull/7/merge GITHUB_HEAD_REF=main GITHUB_SHA={MERGE}"
    );
    let own = source("octo/shop", "feature/faster");
    let pull = |why, source| proposal(Kind::PullRequest, why, source);
    assert_eq!(pull(Distrust::Proposal, None).reference().as_deref(), Some("origin/main"));
    check("github_pull_request", &variables, pull(Distrust::Proposal, own.clone()));
    let fork = source("ben/shop-fork", "main");
    check("github_pull_request_fork", &variables, pull(Distrust::Fork, fork.clone()));
    check("github_pull_request_gone", &variables, pull(Distrust::Fork, None));
    let bot = source("octo/shop", "dependabot/cargo/serde-1.0.229");
    check("github_pull_request_dependabot", &variables, pull(Distrust::Bot, bot));
    let by_bot = format!("{variables} GITHUB_ACTOR=dependabot[bot]");
    check("github_pull_request", &by_bot, pull(Distrust::Bot, own));

    let target = variables.replace("=pull_request ", "=pull_request_target ");
    let expected = proposal(Kind::PullRequestTarget, Distrust::Fork, fork);
    check("github_pull_request_fork", &target, expected.clone());
    assert_eq!(may_measure(&expected), Err(Refusal::PullRequestTarget));
}

#[test]
fn a_person_who_pushes_to_a_bots_branch_may_write() {
    let payload = payload("github_pull_request_dependabot");
    let event = on_github("GITHUB_EVENT_NAME=pull_request GITHUB_ACTOR=ana", &payload);
    assert_eq!(event.trust, Trust::Untrusted(Distrust::Proposal));
}

#[test]
fn a_merge_queue_is_compared_with_what_it_merges_into() {
    let name = "GITHUB_EVENT_NAME=merge_group";
    let reference = format!("GITHUB_REF=refs/heads/gh-readonly-queue/main/pr-7-{BASE}");
    let expected = Event {
        base: base("main", Some(BASE)),
        ..event(Kind::MergeGroup, Trust::Untrusted(Distrust::Proposal))
    };
    assert_eq!(
        expected.reference().as_deref(),
        Some(BASE),
        "others wait between it and the branch"
    );
    check("github_merge_group", &format!("{name} {reference} GITHUB_SHA={HEAD}"), expected);
}

#[test]
fn what_arrived_on_the_default_branch_is_trusted() {
    let main = format!("GITHUB_REF=refs/heads/main GITHUB_SHA={HEAD}");
    for (name, payload, kind) in [
        ("push", "github_push", Kind::Push),
        ("schedule", "github_schedule", Kind::Schedule),
        ("workflow_dispatch", "github_workflow_dispatch", Kind::Manual),
    ] {
        let expected = Event { branch: text("main"), ..event(kind, Trust::Trusted) };
        check(payload, &format!("GITHUB_EVENT_NAME={name} {main}"), expected.clone());
        assert_eq!(may_measure(&expected), Ok(()));
    }
}

#[test]
fn another_branch_is_compared_with_the_default_one_and_a_tag_with_nothing() {
    let name = "GITHUB_EVENT_NAME=push";
    let expected = Event {
        branch: text("feature/faster"),
        base: base("main", None),
        ..event(Kind::Push, Trust::Untrusted(Distrust::OtherBranch))
    };
    let topic = format!("{name} GITHUB_REF=refs/heads/feature/faster GITHUB_SHA={HEAD}");
    check("github_push_topic", &topic, expected);
    let tag = format!("{name} GITHUB_REF=refs/tags/v1.2.0 GITHUB_SHA={HEAD}");
    check("github_push_tag", &tag, event(Kind::Tag, Trust::Untrusted(Distrust::Detached)));
}

#[test]
fn a_workflow_that_follows_another_finds_the_pull_request_by_its_branch() {
    let variables =
        format!("GITHUB_EVENT_NAME=workflow_run GITHUB_REF=refs/heads/main GITHUB_SHA={BASE}");
    let fork = Event {
        source: source("ben/shop-fork", "main"),
        ..event(Kind::WorkflowRun, Trust::Untrusted(Distrust::Fork))
    };
    check("github_workflow_run_fork", &variables, fork.clone());
    assert_eq!(may_measure(&fork), Err(Refusal::WorkflowRun));
    // It followed no pull request.
    let push = event(Kind::WorkflowRun, Trust::Untrusted(Distrust::Unknown));
    check("github_workflow_run_push", &variables, push);
}

#[test]
fn without_an_event_file_the_variables_say_what_they_can() {
    let read = |variables: &str| try_read(variables, None, Some(Provider::GitHub)).unwrap();
    let pull = read(&format!(
        "GITHUB_EVENT_NAME=pull_request GITHUB_REF=refs/pull/7/merge GITHUB_SHA={MERGE}"
    ));
    assert_eq!((pull.kind, pull.head), (Kind::PullRequest, None));
    // Where it comes from is not known, so that it may be anywhere.
    assert_eq!(pull.change, Some(Change { number: 7, fork: true }));
    let push =
        read(&format!("GITHUB_EVENT_NAME=push GITHUB_REF=refs/heads/main GITHUB_SHA={HEAD}"));
    assert_eq!((push.head, push.trust), (text(HEAD), Trust::Untrusted(Distrust::Unknown)));
}

#[test]
fn forgejo_speaks_as_github_does_with_pages_of_its_own() {
    let variables = format!(
        "FORGEJO_ACTIONS=true GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://codeberg.org \
         GITHUB_API_URL=https://codeberg.org/api/v1 GITHUB_RUN_ID=8000 GITHUB_RUN_NUMBER=12 GITHUB_SHA={HEAD}"
    );
    let common = Event {
        provider: Provider::Forgejo,
        api: text("https://codeberg.org/api/v1"),
        web: text("https://codeberg.org/octo/shop"),
        job: Job {
            url: text("https://codeberg.org/octo/shop/actions/runs/12"),
            id: text("8000"),
            attempt: None,
        },
        ..event(Kind::Push, Trust::Trusted)
    };
    let read = |name: &str, event: &str| {
        let variables = format!("GITHUB_EVENT_NAME={event} {variables}");
        try_read(&variables, Some(&payload(name)), None).unwrap()
    };
    let push = Event { branch: text("main"), ..common.clone() };
    assert_eq!(read("forgejo_push", "push"), push);
    let pull = Event {
        kind: Kind::PullRequest,
        trust: Trust::Untrusted(Distrust::Proposal),
        base: base("main", Some(MERGE)),
        change: Some(Change { number: 7, fork: false }),
        source: source("octo/shop", "feature/faster"),
        ..common
    };
    assert_eq!(read("forgejo_pull_request", "pull_request"), pull);
}
