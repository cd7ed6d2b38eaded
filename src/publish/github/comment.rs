//! The comments of a pull request.

use super::requests::cut;
use crate::publish::request::{below, get};
use crate::publish::sticky::{Comments, Written};
use crate::publish::{Comment, Request};
use serde_json::{Value, json};

/// Who writes with the token that GitHub gives a job.
const JOBS: &str = "github-actions[bot]";
/// How the tokens of people begin; those of apps and jobs cannot be told apart.
const PERSONAL: [&str; 4] = ["ghp_", "github_pat_", "gho_", "ghu_"];
/// The most bytes of a comment; GitHub counts characters.
const MAX_COMMENT: usize = 65_536;

pub(super) struct GitHub;

impl Comments for GitHub {
    fn usual_author(token: &str) -> Option<&'static str> {
        (!PERSONAL.iter().any(|start| token.starts_with(start))).then_some(JOBS)
    }

    fn change(repository: &str, number: u64) -> Request {
        get(below(repository, &["pulls", &number.to_string()], &[]))
    }

    fn head(change: &Value) -> Option<&str> {
        change["head"]["sha"].as_str()
    }

    fn list(repository: &str, number: u64, page: u32) -> Request {
        let query = [("per_page", "100"), ("page", &page.to_string())];
        get(below(repository, &["issues", &number.to_string(), "comments"], &query))
    }

    fn comment(value: &Value) -> Option<Written<'_>> {
        Some(Written {
            id: value["id"].as_u64()?,
            // There is none where an author is gone.
            author: value["user"]["id"].as_i64()?,
            author_name: value["user"]["login"].as_str()?,
            body: value["body"].as_str()?,
        })
    }

    fn write(repository: &str, comment: &Comment, id: Option<u64>) -> Request {
        let (method, path) = match id {
            Some(id) => ("PATCH", below(repository, &["issues", "comments", &id.to_string()], &[])),
            None => {
                let number = comment.change.to_string();
                ("POST", below(repository, &["issues", &number, "comments"], &[]))
            }
        };
        Request { method, path, body: Some(json!({ "body": cut(&comment.body, MAX_COMMENT) })) }
    }
}
