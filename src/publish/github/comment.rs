//! The comments of a pull request.

use super::requests::cut;
use crate::publish::sticky::{Comments, Written};
use crate::publish::{Comment, Request, issues};
use serde_json::Value;

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
        issues::change(repository, number)
    }

    fn head(change: &Value) -> Option<&str> {
        issues::head(change)
    }

    fn list(repository: &str, number: u64, page: u32) -> Request {
        issues::list(repository, number, &[("per_page", "100"), ("page", &page.to_string())])
    }

    fn comment(value: &Value) -> Option<Written<'_>> {
        issues::comment(value)
    }

    fn write(repository: &str, comment: &Comment, id: Option<u64>) -> Request {
        issues::write(repository, comment.change, cut(&comment.body, MAX_COMMENT), id)
    }
}
