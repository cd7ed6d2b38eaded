//! Telling Forgejo and Gitea: a comment on a pull request and a commit status.

use super::issues;
use super::request::is_owner_and_name;
use super::rest::{self, Forge};
use super::sticky::{Comments, Written};
use super::{Comment, Connection, Post, Request, Status, Told};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde_json::Value;

struct Forgejo;

/// Tells all that a post holds but a check, which Forgejo has not.
///
/// A thing that cannot be told keeps none of the others from being told.
pub async fn publish(connection: &Connection, post: &Post) -> Told {
    rest::publish::<Forgejo>(connection, post).await
}

/// What would be sent for a post to a repository, `owner/name`, that has heard of nothing yet.
pub fn plan(repository: &str, post: &Post) -> Vec<Request> {
    rest::plan::<Forgejo>(repository, post)
}

impl Comments for Forgejo {
    fn usual_author(_: &str) -> Option<&'static str> {
        None
    }

    fn change(repository: &str, number: u64) -> Request {
        issues::change(repository, number)
    }

    fn head(change: &Value) -> Option<&str> {
        issues::head(change)
    }

    fn list(repository: &str, number: u64, page: u32) -> Request {
        // Older versions know no pages here, and send all at once.
        issues::list(repository, number, &[("limit", "50"), ("page", &page.to_string())])
    }

    fn comment(value: &Value) -> Option<Written<'_>> {
        issues::comment(value)
    }

    fn write(repository: &str, comment: &Comment, id: Option<u64>) -> Request {
        issues::write(repository, comment.change, &comment.body, id)
    }
}

impl Forge for Forgejo {
    const NO_ACCESS: &str =
        "give it a token with the scopes write:issue, write:repository and read:user";

    const HEADER: (HeaderName, &str) = (AUTHORIZATION, "token ");

    fn is_repository(text: &str) -> bool {
        is_owner_and_name(text)
    }

    fn status(repository: &str, post: &Post, status: &Status) -> Request {
        issues::status(repository, post, status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::Conclusion;
    use crate::publish::rest::tests as shared;
    use serde_json::json;

    #[test]
    fn a_repository_is_two_segments() {
        assert!(Forgejo::is_repository("octo/shop"));
        assert_eq!(Forgejo::change("octo/s?#", 7).path, "/repos/octo/s%3F%23/pulls/7");
        for none in ["", "shop", "/", "a/", "a/b/c", "../b", "a/."] {
            assert!(!Forgejo::is_repository(none), "{none}");
        }
    }

    #[test]
    fn statuses_have_forgejos_words() {
        let check = |conclusion, state: &str| {
            let (post, status) = shared::status(conclusion, "PASS");
            let request = Forgejo::status("o/r", &post, &status);
            assert_eq!(request.path, format!("/repos/o/r/statuses/{}", post.head));
            assert_eq!(
                request.body.unwrap(),
                json!({"state": state, "context": "pacegate", "description": "PASS", "target_url": "https://ci.example/1"})
            );
        };
        check(Conclusion::Success, "success");
        check(Conclusion::Neutral, "success");
        check(Conclusion::Failure, "failure");
    }
}
