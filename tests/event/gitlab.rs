//! The pipelines of GitLab.

use crate::job::{BASE, HEAD, MERGE, payload, try_read};
use pacegate::publish::event::{
    Base, Change, Distrust, Event, Job, Kind, Provider, Source, Trust, may_measure,
};

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn event(kind: Kind, trust: Trust) -> Event {
    Event {
        provider: Provider::GitLab,
        kind,
        head: text(HEAD),
        base: None,
        branch: None,
        default_branch: text("main"),
        change: None,
        source: None,
        trust,
        repository: text("42"),
        api: text("https://gitlab.example.org/api/v4"),
        web: text("https://gitlab.example.org/octo/shop"),
        job: Job {
            url: text("https://gitlab.example.org/octo/shop/-/jobs/991"),
            id: text("991"),
            attempt: None,
        },
    }
}

fn proposal(kind: Kind, why: Distrust, from: &str, onto: &str) -> Event {
    let change = Change { number: 7, fork: why == Distrust::Fork };
    Event {
        base: Some(Base { branch: text("main"), commit: text(onto) }),
        change: (kind == Kind::PullRequest).then_some(change),
        source: Some(Source {
            owner: from.split('/').next().unwrap().to_owned(),
            branch: "feature/faster".to_owned(),
            repository: from.to_owned(),
        }),
        ..event(kind, Trust::Untrusted(why))
    }
}

/// Reads a job's variables, and the same from a file that is replayed.
#[track_caller]
fn check(name: &str, more: &str, expected: Event) {
    let file = payload(name);
    let object: std::collections::BTreeMap<String, String> = serde_json::from_str(&file).unwrap();
    let pairs = object.iter().map(|(name, value)| format!("{name}={value}"));
    let variables = pairs.collect::<Vec<_>>().join(" ");
    let found = try_read(&format!("{more} {variables}"), None, None).unwrap();
    assert_eq!(found, expected, "{name} {more}");
    if more.is_empty() {
        let replay = |variables: &str| {
            try_read(variables, Some(&file), Some(Provider::GitLab)).expect("an event")
        };
        // A file never says where a token is sent.
        assert_eq!(replay(""), Event { api: None, ..expected.clone() }, "{name}, replayed");
        let elsewhere = Event { api: text("https://other.example"), ..expected };
        assert_eq!(replay("CI_API_V4_URL=https://other.example"), elsewhere, "{name}, replayed");
    }
    assert_eq!(may_measure(&found), Ok(()));
}

#[test]
fn a_merge_request_is_reported_on_at_its_head_and_never_trusted() {
    let of = |kind, why, onto| proposal(kind, why, "octo/shop", onto);
    let why = Distrust::Proposal;
    check("gitlab_merge_request", "", of(Kind::PullRequest, why, MERGE));
    // What the target has gained since is in the commit that is measured.
    check("gitlab_merged_results", "", of(Kind::PullRequest, why, BASE));
    check("gitlab_merge_train", "", of(Kind::MergeGroup, why, BASE));
    // A child pipeline says so only by the variables that it was handed.
    let child = "CI_PIPELINE_SOURCE=parent_pipeline CI_COMMIT_BRANCH=main";
    check("gitlab_merge_request", child, of(Kind::PullRequest, why, MERGE));
}

#[test]
fn a_forks_pipeline_tells_the_project_that_it_proposes_to() {
    let expected = proposal(Kind::PullRequest, Distrust::Fork, "ben/shop", MERGE);
    check("gitlab_fork", "", expected);
    let unknown =
        Event { source: None, ..proposal(Kind::PullRequest, Distrust::Fork, "?/?", MERGE) };
    let none = "CI_MERGE_REQUEST_SOURCE_PROJECT_ID= CI_MERGE_REQUEST_SOURCE_PROJECT_PATH=";
    check("gitlab_merge_request", none, unknown);
}

#[test]
fn what_runs_on_the_default_branch_is_trusted() {
    let on_main = |kind| Event { branch: text("main"), ..event(kind, Trust::Trusted) };
    check("gitlab_push", "", on_main(Kind::Push));
    check("gitlab_schedule", "", on_main(Kind::Schedule));
    for source in ["web", "api", "trigger", "parent_pipeline"] {
        check("gitlab_push", &format!("CI_PIPELINE_SOURCE={source}"), on_main(Kind::Manual));
    }
    let unknown = Trust::Untrusted(Distrust::Unknown);
    let other = Event { branch: text("main"), ..event(Kind::Other, unknown) };
    check("gitlab_push", "CI_PIPELINE_SOURCE=ondemand_dast_scan", other);
}

#[test]
fn another_branch_is_compared_with_the_default_one_and_a_tag_with_nothing() {
    let topic = Event {
        branch: text("topic"),
        base: Some(Base { branch: text("main"), commit: None }),
        ..event(Kind::Push, Trust::Untrusted(Distrust::OtherBranch))
    };
    check("gitlab_push", "CI_COMMIT_BRANCH=topic", topic);
    check("gitlab_tag", "", event(Kind::Tag, Trust::Untrusted(Distrust::Detached)));
}
