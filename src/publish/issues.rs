//! The API for the comments of a pull request and for statuses that GitHub made, and Forgejo and Gitea
//! took over.

use super::request::{below, get};
use super::sticky::Written;
use super::{Conclusion, Post, Request, Status};
use serde_json::{Value, json};

/// Asks for a pull request.
pub(super) fn change(repository: &str, number: u64) -> Request {
    get(below(repository, &["pulls", &number.to_string()], &[]))
}

/// The commit that the answer to it names as its head.
pub(super) fn head(change: &Value) -> Option<&str> {
    change["head"]["sha"].as_str()
}

/// Asks for comments on a pull request.
pub(super) fn list(repository: &str, number: u64, query: &[(&str, &str)]) -> Request {
    get(below(repository, &["issues", &number.to_string(), "comments"], query))
}

/// One of these; there is none where an author is gone.
pub(super) fn comment(value: &Value) -> Option<Written<'_>> {
    Some(Written {
        id: value["id"].as_u64()?,
        author: value["user"]["id"].as_i64()?,
        author_name: value["user"]["login"].as_str()?,
        body: value["body"].as_str()?,
    })
}

/// Writes a comment on a pull request, or another text into the one of that id.
pub(super) fn write(repository: &str, number: u64, body: &str, id: Option<u64>) -> Request {
    let number = number.to_string();
    let (method, path) = match id {
        Some(id) => ("PATCH", below(repository, &["issues", "comments", &id.to_string()], &[])),
        None => ("POST", below(repository, &["issues", &number, "comments"], &[])),
    };
    Request { method, path, body: Some(json!({ "body": body })) }
}

/// Sets the status of the head.
pub(super) fn status(repository: &str, post: &Post, status: &Status) -> Request {
    let mut body = json!({
        "state": match status.conclusion {
            // There is no third state that lets a change be merged.
            Conclusion::Success | Conclusion::Neutral => "success",
            Conclusion::Failure => "failure",
        },
        "context": status.context,
        "description": status.description,
    });
    if let Some(link) = &post.link {
        body["target_url"] = json!(link);
    }
    let path = below(repository, &["statuses", &post.head], &[]);
    Request { method: "POST", path, body: Some(body) }
}
