//! Telling Forgejo and Gitea: a comment on a pull request and a commit status.

use super::request::{below, get, is_owner_and_name};
use super::rest::{self, Forge};
use super::sticky::{Comments, Written};
use super::{Comment, Conclusion, Connection, Post, Request, Status, Told};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde_json::{Value, json};

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
        get(below(repository, &["pulls", &number.to_string()], &[]))
    }

    fn head(change: &Value) -> Option<&str> {
        change["head"]["sha"].as_str()
    }

    fn list(repository: &str, number: u64, page: u32) -> Request {
        // Older versions know no pages here, and send all at once.
        let query = [("limit", "50"), ("page", &page.to_string())];
        get(below(repository, &["issues", &number.to_string(), "comments"], &query))
    }

    fn comment(value: &Value) -> Option<Written<'_>> {
        Some(Written {
            id: value["id"].as_u64()?,
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
        Request { method, path, body: Some(json!({ "body": comment.body })) }
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
        let mut body = json!({
            "state": match status.conclusion {
                // There is no third state that lets a change be merged in every version.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::rest::tests as shared;

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
