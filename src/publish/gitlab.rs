//! Telling GitLab: a note on a merge request and a commit status.
//!
//! The token that GitLab gives a job may read notes and not write them, so this needs one of a project.

use super::request::{get, path};
use super::rest::{self, Forge};
use super::sticky::{Comments, Written};
use super::{Comment, Conclusion, Connection, Post, Request, Status, Told};
use reqwest::header::HeaderName;
use serde_json::{Value, json};

struct GitLab;

/// Tells all that a post holds but a check, which GitLab has not.
///
/// A thing that cannot be told keeps none of the others from being told.
pub async fn publish(connection: &Connection, post: &Post) -> Told {
    rest::publish::<GitLab>(connection, post).await
}

/// What would be sent for a post to a project, `group/name` or its number, that has heard of nothing yet.
pub fn plan(repository: &str, post: &Post) -> Vec<Request> {
    rest::plan::<GitLab>(repository, post)
}

impl Comments for GitLab {
    fn usual_author(_: &str) -> Option<&'static str> {
        None
    }

    fn change(repository: &str, number: u64) -> Request {
        get(below(repository, &["merge_requests", &number.to_string()], &[]))
    }

    fn head(change: &Value) -> Option<&str> {
        change["sha"].as_str()
    }

    fn list(repository: &str, number: u64, page: u32) -> Request {
        let page = page.to_string();
        let query =
            [("order_by", "created_at"), ("sort", "asc"), ("per_page", "100"), ("page", &page)];
        get(below(repository, &["merge_requests", &number.to_string(), "notes"], &query))
    }

    fn comment(value: &Value) -> Option<Written<'_>> {
        if value["system"].as_bool() == Some(true) {
            return None;
        }
        Some(Written {
            id: value["id"].as_u64()?,
            author: value["author"]["id"].as_i64()?,
            author_name: value["author"]["username"].as_str()?,
            body: value["body"].as_str()?,
        })
    }

    fn write(repository: &str, comment: &Comment, id: Option<u64>) -> Request {
        let (number, id) = (comment.change.to_string(), id.map(|id| id.to_string()));
        let mut segments = vec!["merge_requests", &number, "notes"];
        segments.extend(id.as_deref());
        Request {
            method: if id.is_some() { "PUT" } else { "POST" },
            path: below(repository, &segments, &[]),
            body: Some(json!({ "body": comment.body })),
        }
    }
}

impl Forge for GitLab {
    const NO_ACCESS: &str =
        "give it a project access token with the api scope in a masked variable";

    const HEADER: (HeaderName, &str) = (HeaderName::from_static("private-token"), "");

    fn is_repository(text: &str) -> bool {
        let name = decoded(text);
        let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        number || name.contains('/') && !name.split('/').any(|part| ["", ".", ".."].contains(&part))
    }

    fn status(repository: &str, post: &Post, status: &Status) -> Request {
        let mut body = json!({
            "state": match status.conclusion {
                // There is no third state that lets a change be merged.
                Conclusion::Success | Conclusion::Neutral => "success",
                Conclusion::Failure => "failed",
            },
            "name": status.context,
            "description": status.description,
        });
        if let Some(link) = &post.link {
            body["target_url"] = json!(link);
        }
        let path = below(repository, &["statuses", &post.head], &[]);
        Request { method: "POST", path, body: Some(body) }
    }
}

/// A path below a project, whose name is one segment.
fn below(repository: &str, segments: &[&str], query: &[(&str, &str)]) -> String {
    path(&[&["projects", &decoded(repository)], segments].concat(), query)
}

/// A project's name as people write it, where it was given as GitLab's addresses hold it.
fn decoded(repository: &str) -> String {
    repository.replace("%2F", "/").replace("%2f", "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::rest::tests as shared;

    #[test]
    fn a_project_is_one_segment() {
        let check = |repository: &str, path: &str| {
            assert!(GitLab::is_repository(repository), "{repository}");
            assert_eq!(GitLab::change(repository, 7).path, path);
        };
        check("42", "/projects/42/merge_requests/7");
        check("group/shop", "/projects/group%2Fshop/merge_requests/7");
        check("group%2Fsub%2fshop", "/projects/group%2Fsub%2Fshop/merge_requests/7");
        check("a?b#/c%", "/projects/a%3Fb%23%2Fc%25/merge_requests/7");
        for none in ["", "shop", "/", "a/", "a/..", "4 2", "a%2F%2F", "-1"] {
            assert!(!GitLab::is_repository(none), "{none}");
        }
    }

    #[test]
    fn statuses_have_gitlabs_words() {
        let check = |conclusion, state: &str| {
            let (post, status) = shared::status(conclusion, "PASS");
            let request = GitLab::status("42", &post, &status);
            assert_eq!(request.path, format!("/projects/42/statuses/{}", post.head));
            assert_eq!(
                request.body.unwrap(),
                json!({"state": state, "name": "pacegate", "description": "PASS", "target_url": "https://ci.example/1"})
            );
        };
        check(Conclusion::Success, "success");
        check(Conclusion::Neutral, "success");
        check(Conclusion::Failure, "failed");
    }

    #[test]
    fn notes_of_the_system_are_no_comments() {
        let note = |system: Value| json!({"id": 1, "system": system, "author": {"id": 2, "username": "a"}, "body": ""});
        assert!(GitLab::comment(&note(json!(false))).is_some());
        assert!(GitLab::comment(&note(Value::Null)).is_some());
        assert!(GitLab::comment(&note(json!(true))).is_none());
        assert!(GitLab::comment(&json!({"id": 1, "author": null, "body": ""})).is_none());
    }
}
