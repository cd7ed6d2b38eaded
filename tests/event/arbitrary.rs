//! Whatever the variables and the event file say, nothing panics and no proposal is trusted.

use pacegate::publish::event::{Distrust, Event, Kind, Provider, Trust, may_measure, read};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NAMES: [&str; 20] = [
    "GITHUB_ACTIONS",
    "GITEA_ACTIONS",
    "GITLAB_CI",
    "GITHUB_EVENT_NAME",
    "GITHUB_REF",
    "GITHUB_SHA",
    "GITHUB_ACTOR",
    "GITHUB_REPOSITORY",
    "GITHUB_SERVER_URL",
    "GITHUB_API_URL",
    "GITHUB_RUN_ID",
    "CI_PIPELINE_SOURCE",
    "CI_MERGE_REQUEST_IID",
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_TAG",
    "CI_COMMIT_SHA",
    "CI_DEFAULT_BRANCH",
    "PACEGATE_EVENT",
    "PACEGATE_BRANCH",
    "PACEGATE_DEFAULT_BRANCH",
];

const KEYS: [&str; 22] = [
    "pull_request",
    "merge_group",
    "workflow_run",
    "repository",
    "head_repository",
    "head",
    "base",
    "repo",
    "ref",
    "sha",
    "head_sha",
    "base_sha",
    "head_branch",
    "base_ref",
    "full_name",
    "default_branch",
    "after",
    "number",
    "schedule",
    "event",
    "sender",
    "login",
];

fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "true",
        "push",
        "pull_request",
        "pull_request_target",
        "merge_group",
        "workflow_run",
        "merge_request_event",
        "schedule",
        "workflow_dispatch",
        "web",
        "main",
        "refs/heads/main",
        "refs/pull/7/merge",
        "refs/tags/v1",
        "1f4a5f0e6c9b2d3a4b5c6d7e8f9a0b1c2d3e4f50",
        "octo/shop",
        "dependabot[bot]",
        "https://example.org/api/v1",
        "7",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn variables() -> impl Strategy<Value = BTreeMap<&'static str, String>> {
    prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), text(), 0..12)
}

fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
    ];
    let key = prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            4 => prop::collection::btree_map(key.clone(), inner.clone(), 0..8).prop_map(|map| json!(map)),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

fn provider() -> impl Strategy<Value = Option<Provider>> {
    let all = [Provider::GitHub, Provider::GitLab, Provider::Forgejo, Provider::Generic];
    prop::option::of(prop::sample::select(all.to_vec()))
}

fn holds(event: &Event) -> Result<(), TestCaseError> {
    if event.trust == Trust::Trusted {
        prop_assert!(matches!(event.kind, Kind::Push | Kind::Schedule | Kind::Manual), "{event:?}");
        let known = event.branch.is_some() && event.branch == event.default_branch;
        prop_assert!(known && event.change.is_none(), "{event:?}");
        prop_assert_eq!(may_measure(event), Ok(()));
    }
    if event.change.as_ref().is_some_and(|change| change.fork) {
        prop_assert_eq!(event.trust, Trust::Untrusted(Distrust::Fork));
    }
    let base = event.base.as_ref().and_then(|base| base.branch.as_ref());
    let texts = [&event.head, &event.branch, &event.repository, &event.api, &event.web];
    for text in texts.into_iter().flatten().chain(base) {
        prop_assert!(!text.contains(char::is_control) && !text.contains(' '), "{text:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_proposal_is_trusted(
        variables in variables(),
        payload in prop::option::of(payload()),
        provider in provider(),
    ) {
        let find = |name: &str| variables.get(name).cloned();
        let payload = payload.map(|payload| payload.to_string());
        if let Ok(event) = read(&find, payload.as_deref(), provider, &[]) {
            holds(&event)?;
        }
    }

    #[test]
    fn any_text_is_an_event_or_an_error(text in any::<String>(), provider in provider()) {
        if let Ok(event) = read(&|_| None, Some(&text), provider, &[]) {
            holds(&event)?;
        }
    }
}
