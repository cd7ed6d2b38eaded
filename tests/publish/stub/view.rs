//! How the forge shows what it remembers.

use super::REPOSITORY;
use super::state::{Change, CheckRun, Comment};
use serde_json::{Map, Value, json};

const TIME: &str = "2026-01-02T03:04:05Z";

fn url(below: &str) -> String {
    format!("https://api.github.com/repos/{REPOSITORY}/{below}")
}

pub(super) fn comment(comment: &Comment) -> Value {
    let id = comment.id;
    json!({
        "id": id,
        "node_id": format!("IC_{id}"),
        "url": url(&format!("issues/comments/{id}")),
        "html_url": url(&format!("issues/comments/{id}")),
        "issue_url": url("issues/7"),
        "created_at": TIME,
        "updated_at": TIME,
        "author_association": "NONE",
        "user": comment.author.as_deref().map(user),
        "body": comment.body,
    })
}

fn user(login: &str) -> Value {
    let mut user = json!({
        "login": login,
        "id": id(login),
        "node_id": "MDM6Qm90",
        "gravatar_id": "",
        "type": if login.ends_with("[bot]") { "Bot" } else { "User" },
        "site_admin": false,
    });
    for name in [
        "avatar",
        "html",
        "followers",
        "following",
        "gists",
        "starred",
        "subscriptions",
        "organizations",
        "repos",
        "events",
        "received_events",
    ] {
        user[format!("{name}_url")] = json!("https://api.github.com/users/someone");
    }
    user["url"] = json!("https://api.github.com/users/someone");
    user
}

/// The account that a token belongs to.
pub(super) fn account(login: &str) -> Value {
    let mut account = user(login);
    for name in ["bio", "blog", "company", "email", "hireable", "location", "name"] {
        account[name] = Value::Null;
    }
    for name in ["followers", "following", "public_gists", "public_repos"] {
        account[name] = json!(0);
    }
    account["created_at"] = json!(TIME);
    account["updated_at"] = json!(TIME);
    account
}

/// The number of an account: no two that are used here share one.
fn id(login: &str) -> u64 {
    login.bytes().fold(0, |id, byte| (id * 31 + u64::from(byte)) % 1_000_000_007)
}

pub(super) fn check(id: usize, run: &CheckRun) -> Value {
    let output = &run.sent["output"];
    json!({
        "id": id,
        "node_id": format!("CR_{id}"),
        "name": run.sent["name"],
        "head_sha": run.sent["head_sha"],
        "external_id": run.sent.get("external_id"),
        "url": url(&format!("check-runs/{id}")),
        "html_url": null,
        "details_url": run.sent.get("details_url"),
        "status": "completed",
        "conclusion": run.sent["conclusion"],
        "started_at": TIME,
        "completed_at": TIME,
        "output": {
            "title": output["title"],
            "summary": output["summary"],
            "text": null,
            "annotations_count": run.annotations.len(),
            "annotations_url": url(&format!("check-runs/{id}/annotations")),
        },
        "check_suite": null,
        "app": null,
        "pull_requests": [],
    })
}

pub(super) fn status(head: &str, sent: &Map<String, Value>) -> Value {
    json!({
        "url": url(&format!("statuses/{head}")),
        "avatar_url": null,
        "id": 1,
        "node_id": "SC_1",
        "state": sent["state"],
        "description": sent["description"],
        "target_url": sent.get("target_url"),
        "context": sent["context"],
        "created_at": TIME,
        "updated_at": TIME,
        "creator": null,
    })
}

pub(super) fn change(change: &Change) -> Value {
    json!({
        "number": change.number,
        "state": "open",
        "head": {
            "sha": change.head,
            "ref": change.branch,
            "label": format!("{}:{}", change.owner, change.branch),
            // As for a fork that is gone.
            "repo": null,
        },
        "base": {
            "sha": "b".repeat(40),
            "ref": "main",
            "repo": { "full_name": change.base },
        },
    })
}
