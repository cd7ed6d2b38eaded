//! Event files that strangers had a hand in, or that are none.

use crate::job::{on_github, payload, try_read};
use pacegate::publish::event::{Distrust, Kind, MOST, Provider, Trust};
use serde_json::{Value, json};

#[test]
fn what_is_no_event_file_is_refused() {
    let check = |text: &str, expected: &str| {
        let error = try_read("", Some(text), Some(Provider::GitHub)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("", "GITHUB_EVENT_PATH");
    check("{", "GITHUB_EVENT_PATH");
    check("[]", "no JSON object");
    check("null", "no JSON object");
    check(&"[".repeat(100_000), "GITHUB_EVENT_PATH");
    let longest = format!("{{\"a\":\"{}\"}}", "x".repeat(MOST - 8));
    assert!(try_read("", Some(&longest), None).is_ok());
    check(&format!("{longest} "), "bytes, and may have");
}

/// A payload in which the value at a pointer is another.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut event: Value = serde_json::from_str(&payload(name)).unwrap();
    *event.pointer_mut(pointer).unwrap() = value;
    event.to_string()
}

#[test]
fn what_is_not_what_it_should_be_is_absent() {
    let pull = |pointer: &str, value: Value| {
        on_github("GITHUB_EVENT_NAME=pull_request", &with("github_pull_request", pointer, value))
    };
    for value in
        [json!("HEAD"), json!(7), json!("0".repeat(40)), json!("x\n"), json!({}), json!(null)]
    {
        assert_eq!(pull("/pull_request/head/sha", value.clone()).head, None, "{value}");
    }
    for value in
        [json!("main\n::error::x"), json!("--upload-pack=x"), json!("a\u{1b}[2J"), json!(["main"])]
    {
        let event = pull("/pull_request/base/ref", value.clone());
        assert_eq!(event.base.and_then(|base| base.branch), None, "{value}");
        assert_eq!(pull("/pull_request/head/ref", value.clone()).source, None, "{value}");
    }
    for value in [json!("../../admin"), json!("o/r?x"), json!(1)] {
        let event = pull("/repository/full_name", value.clone());
        assert_eq!(event.repository.as_deref(), Some("octo/shop"), "{value}");
    }
    let number = |value: Value| pull("/pull_request/number", value).change.map(|it| it.number);
    assert_eq!(number(json!("8")), Some(8));
    // The other place says it, too.
    assert_eq!(number(json!(-8)), Some(7));
    assert_eq!(number(json!("8; rm")), Some(7));
}

#[test]
fn what_cannot_be_told_to_be_ours_is_a_forks() {
    for value in
        [json!(null), json!({}), json!({ "full_name": null }), json!("octo/shop"), json!([])]
    {
        let text = with("github_pull_request", "/pull_request/head/repo", value.clone());
        let event = on_github("GITHUB_EVENT_NAME=pull_request", &text);
        assert_eq!(event.trust, Trust::Untrusted(Distrust::Fork), "{value}");
        let text = with("github_workflow_run_fork", "/workflow_run/head_repository", value.clone());
        let event = on_github("GITHUB_EVENT_NAME=workflow_run", &text);
        assert_eq!(
            (event.trust, event.source),
            (Trust::Untrusted(Distrust::Fork), None),
            "{value}"
        );
    }
}

#[test]
fn an_event_that_contradicts_itself_is_not_trusted() {
    let reference = "GITHUB_REF=refs/heads/main";
    for name in ["push", "schedule", "workflow_dispatch"] {
        let variables = format!("GITHUB_EVENT_NAME={name} {reference}");
        let event = on_github(&variables, &payload("github_pull_request"));
        assert_eq!((event.kind, event.change), (Kind::Other, None), "{name}");
        assert_eq!(event.trust, Trust::Untrusted(Distrust::Unknown), "{name}");
    }
}

#[test]
fn a_number_within_an_artifact_is_never_asked_for() {
    let mut event: Value = serde_json::from_str(&payload("github_workflow_run_fork")).unwrap();
    event["number"] = json!(1);
    event["workflow_run"]["pull_requests"] = json!([{ "number": 1 }]);
    let found = on_github("GITHUB_EVENT_NAME=workflow_run", &event.to_string());
    assert_eq!(found.change, None);
}
