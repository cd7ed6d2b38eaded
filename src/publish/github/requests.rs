//! What is sent to GitHub, and its limits.

use super::comment::GitHub;
use crate::publish::request::{below, get};
use crate::publish::sticky;
use crate::publish::{Annotation, Check, Conclusion, Level, Post, Request, issues};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The most annotations of one request.
pub(super) const BATCH: usize = 50;
/// The most annotations of one check, so that a change is told with six requests; the comment and the
/// summary name all.
pub(super) const MAX_ANNOTATIONS: usize = 2 * BATCH;
/// The most bytes of a summary.
const MAX_SUMMARY: usize = 65_535;
/// The most bytes of a title.
const MAX_TITLE: usize = 255;
/// The most bytes of an annotation's message.
const MAX_MESSAGE: usize = 65_536;

/// What would be sent for a post to a repository, `owner/name`, that has heard of nothing yet.
pub fn plan(repository: &str, post: &Post) -> Vec<Request> {
    let comment = post.comment.as_ref();
    let mut planned =
        comment.map_or_else(Vec::new, |comment| sticky::plan::<GitHub>(repository, comment));
    if let Some(check) = &post.check {
        planned.push(create_check(repository, post, check));
        planned.extend(batches(check).skip(1).map(|batch| Request {
            path: below(repository, &["check-runs", "ID"], &[]),
            ..add_annotations(repository, 0, check, batch)
        }));
    }
    if let Some(one) = &post.status {
        planned.push(issues::status(repository, post, one));
    }
    planned
}

/// Asks for the open pull requests from a branch.
pub(super) fn changes(repository: &str, owner: &str, branch: &str) -> Request {
    let head = format!("{owner}:{branch}");
    let query = [("state", "open"), ("head", head.as_str()), ("per_page", "100")];
    get(below(repository, &["pulls"], &query))
}

pub(super) fn create_check(repository: &str, post: &Post, check: &Check) -> Request {
    let batch = batches(check).next().unwrap_or_default();
    let mut body = json!({
        "name": check.name,
        "head_sha": post.head,
        "status": "completed",
        "conclusion": match check.conclusion {
            Conclusion::Success => "success",
            Conclusion::Failure => "failure",
            Conclusion::Neutral => "neutral",
        },
        "external_id": external_id(post, check),
        "output": output(check, batch),
    });
    if let Some(link) = &post.link {
        body["details_url"] = json!(link);
    }
    Request { method: "POST", path: below(repository, &["check-runs"], &[]), body: Some(body) }
}

/// Adds annotations to those that a check has.
pub(super) fn add_annotations(
    repository: &str,
    number: u64,
    check: &Check,
    batch: &[Annotation],
) -> Request {
    Request {
        method: "PATCH",
        path: below(repository, &["check-runs", &number.to_string()], &[]),
        body: Some(json!({ "output": output(check, batch) })),
    }
}

/// Asks for one check.
pub(super) fn check(repository: &str, number: u64) -> Request {
    get(below(repository, &["check-runs", &number.to_string()], &[]))
}

/// Asks for all checks of a commit that have a name.
pub(super) fn checks(repository: &str, post: &Post, check: &Check) -> Request {
    let query = [("check_name", check.name.as_str()), ("filter", "all"), ("per_page", "100")];
    get(below(repository, &["commits", &post.head, "check-runs"], &query))
}

/// The annotations of each request that tells of a check.
pub(super) fn batches(check: &Check) -> impl Iterator<Item = &[Annotation]> {
    check.annotations[..check.annotations.len().min(MAX_ANNOTATIONS)].chunks(BATCH)
}

/// Tells a check from others of its name: two of the same id say the same.
pub(super) fn external_id(post: &Post, check: &Check) -> String {
    let mut digest = Sha256::new();
    let said = json!([post.head, check.name, output(check, &check.annotations)]);
    digest.update(said.to_string());
    digest.update([check.conclusion as u8]);
    digest.finalize().iter().take(16).fold("pacegate:".to_owned(), |mut id, byte| {
        // Writing to a text cannot fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}

fn output(check: &Check, batch: &[Annotation]) -> Value {
    let mut output = Map::new();
    output.insert("title".to_owned(), json!(cut(&check.title, MAX_TITLE)));
    output.insert("summary".to_owned(), json!(cut(&check.summary, MAX_SUMMARY)));
    if !batch.is_empty() {
        output.insert("annotations".to_owned(), batch.iter().map(annotation).collect());
    }
    Value::Object(output)
}

fn annotation(annotation: &Annotation) -> Value {
    json!({
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.line,
        "annotation_level": match annotation.level {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Failure => "failure",
        },
        "title": cut(&annotation.title, MAX_TITLE),
        "message": cut(&annotation.message, MAX_MESSAGE),
    })
}

/// At most `max` bytes of a text.
pub(super) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::Status;
    use proptest::prelude::*;
    use url::Url;

    fn post() -> Post {
        let head = "1".repeat(40);
        Post { head, link: None, comment: None, check: None, status: None }
    }

    fn check_of(annotations: usize) -> Check {
        let annotation = |line| Annotation {
            level: Level::Warning,
            path: "gates.yaml".to_owned(),
            line,
            title: "slower".to_owned(),
            message: "by 4 %".to_owned(),
        };
        Check {
            name: "pacegate".to_owned(),
            conclusion: Conclusion::Neutral,
            title: "PASS".to_owned(),
            summary: "s".repeat(MAX_SUMMARY),
            annotations: (1..).take(annotations).map(annotation).collect(),
        }
    }

    #[test]
    fn limits_hold_on_both_of_their_sides() {
        let check =
            |cut: &str, all: &str, whole: bool| assert_eq!(cut == all, whole, "{}", all.len());
        for max in [MAX_SUMMARY, MAX_TITLE] {
            for (length, whole) in [(max - 1, true), (max, true), (max + 1, false)] {
                let text = "s".repeat(length);
                check(cut(&text, max), &text, whole);
            }
        }
        assert_eq!(cut("aä", 2), "a");
    }

    #[test]
    fn annotations_go_in_batches_and_never_in_more_than_two() {
        let check = |annotations: usize, expected: &[usize]| {
            let check = check_of(annotations);
            let requests = plan("o/r", &Post { check: Some(check), ..post() });
            let sent = requests.iter().map(|request| {
                let output = &request.body.as_ref().unwrap()["output"];
                output["annotations"].as_array().map_or(0, Vec::len)
            });
            assert_eq!(sent.collect::<Vec<_>>(), expected, "{annotations}");
        };
        check(0, &[0]);
        check(49, &[49]);
        check(50, &[50]);
        check(51, &[50, 1]);
        check(100, &[50, 50]);
        check(101, &[50, 50]);
    }

    #[test]
    fn two_checks_have_one_id_only_where_they_say_the_same() {
        let id = external_id(&post(), &check_of(3));
        assert_eq!(id, external_id(&post(), &check_of(3)));
        let others = [
            external_id(&post(), &check_of(4)),
            external_id(&Post { head: "2".repeat(40), ..post() }, &check_of(3)),
            external_id(&post(), &Check { conclusion: Conclusion::Failure, ..check_of(3) }),
            external_id(&post(), &Check { name: "other".to_owned(), ..check_of(3) }),
            external_id(&post(), &Check { title: "FAIL".to_owned(), ..check_of(3) }),
        ];
        assert!(others.iter().all(|other| *other != id), "{others:?}");
    }

    #[test]
    fn a_branch_goes_into_the_query_whole() {
        let path = changes("o/r", "octo", "a&state=closed#é").path;
        assert_eq!(
            path,
            "/repos/o/r/pulls?state=open&head=octo%3Aa%26state%3Dclosed%23%C3%A9&per_page=100"
        );
    }

    proptest! {
        #[test]
        fn no_segment_leaves_its_repository(
            head in prop_oneof![Just("..".to_owned()), "[./%?#\\\\ a-z]{0,12}", any::<String>()],
        ) {
            let path = issues::status("o/r", &Post { head, ..post() }, &Status {
                context: "pacegate".to_owned(),
                conclusion: Conclusion::Success,
                description: String::new(),
            }).path;
            let url = Url::parse(&format!("https://localhost{path}")).unwrap();
            prop_assert!(url.path().starts_with("/repos/o/r/statuses"), "{path}");
            prop_assert_eq!(url.query(), None);
            prop_assert!(url.path_segments().unwrap().count() <= 5);
        }
    }
}
