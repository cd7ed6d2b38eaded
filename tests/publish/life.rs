//! One pull request from its first build to its last.

use crate::posts::{HEAD, connect, post};
use crate::stub::{BOT, Stub};
use pacegate::publish::github::{plan, publish};
use pacegate::publish::{Conclusion, Delivered, Fate, Post};

/// The most requests that an update may cost.
const MOST: usize = 6;

/// Tells, through the API at `url`, and gives what became of the comment.
async fn tell(url: &str, stub: &Stub, post: &Post) -> Fate {
    let told = publish(&connect(url), post).await;
    assert!(told.errors.is_empty(), "{:?}", told.errors);
    let sent = stub.requests();
    assert!(sent.len() <= MOST && sent.len() == told.requests, "{sent:?}");
    match told.delivered.as_slice() {
        [Delivered::Comment(fate), Delivered::Check, Delivered::Status] => *fate,
        other => panic!("{other:?}"),
    }
}

/// The life of a pull request, through the API at `url`.
pub(crate) async fn live(url: &str, stub: &Stub) {
    // Others were there before, one with our marker, and more than a page holds.
    let marked = post("PASS").comment.expect("a comment").body;
    for number in 0..120 {
        stub.state().plant(Some("octocat"), &format!("comment {number}"));
    }
    stub.state().plant(Some("mallory"), &marked);
    stub.state().plant(Some("github-actions"), &marked);
    stub.state().plant(None, &marked);
    stub.state().plant(Some(BOT), &format!("quoted:\n{marked}"));
    stub.state().plant(Some(BOT), "<!-- pacegate:v1:other -->\nPASS");
    let others = stub.state().comments.clone();

    let mut expected = plan("octo/shop", &post("FAIL")).iter().map(line).collect::<Vec<_>>();
    expected.insert(1, expected[0].replace("&page=1", "&page=2"));
    let told = publish(&connect(url), &post("FAIL")).await;
    assert_eq!(told.delivered[0], Delivered::Comment(Fate::Created), "{told:?}");
    assert!(told.errors.is_empty(), "{:?}", told.errors);
    assert_eq!(stub.requests(), expected);

    assert_eq!(tell(url, stub, &post("FAIL")).await, Fate::Unchanged);
    assert_eq!(tell(url, stub, &post("FAIL by more")).await, Fate::Updated);

    // Pushed by force while this was measured: of the new head nothing is known.
    let head = "2".repeat(40);
    stub.state().changes[0].head.clone_from(&head);
    assert_eq!(tell(url, stub, &post("FAIL by less")).await, Fate::Stale);

    let mut fixed = Post { head, ..post("PASS") };
    fixed.check.as_mut().expect("a check").conclusion = Conclusion::Success;
    fixed.status.as_mut().expect("a status").conclusion = Conclusion::Success;
    fixed.comment.as_mut().expect("a comment").only_replace = true;
    assert_eq!(tell(url, stub, &fixed).await, Fate::Updated);

    let state = stub.state();
    let (before, after) = state.comments.split_at(others.len());
    assert_eq!(before, others, "what others wrote is as it was");
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].body, marked);
    let runs = |head: &str| {
        let of = state.checks.iter().filter(|run| run.sent["head_sha"] == head);
        of.map(|run| run.sent["conclusion"].as_str().expect("a conclusion")).collect::<Vec<_>>()
    };
    assert_eq!(runs(HEAD), ["failure"; 4]);
    assert_eq!(runs(&fixed.head), ["success"]);
    let status =
        |head: &str| state.statuses[&(head.to_owned(), "pacegate".to_owned())]["state"].clone();
    assert_eq!(status(HEAD), "failure");
    assert_eq!(status(&fixed.head), "success");
}

fn line(request: &pacegate::publish::Request) -> String {
    format!("{} {}", request.method, request.path)
}

#[tokio::test]
async fn one_comment_follows_a_pull_request_through_its_life() {
    let stub = Stub::start(HEAD).await;
    live(&stub.url, &stub).await;
}

#[tokio::test]
async fn an_enterprise_has_its_api_below_a_path() {
    let stub = Stub::start(HEAD).await;
    let url = format!("{}/api/v3", stub.url);
    stub.announce(&url);
    live(&url, &stub).await;
}

#[tokio::test]
async fn nothing_to_say_is_said_only_where_something_was_said() {
    let stub = Stub::start(HEAD).await;
    let mut quiet = post("PASS");
    quiet.comment.as_mut().expect("a comment").only_replace = true;
    assert_eq!(tell(&stub.url, &stub, &quiet).await, Fate::Unneeded);
    assert_eq!(stub.state().comments, []);
}

#[tokio::test]
async fn a_token_of_somebody_keeps_to_the_comments_of_somebody() {
    let stub = Stub::start(HEAD).await;
    let mut post = post("PASS");
    let comment = post.comment.as_mut().expect("a comment");
    comment.author = Some("Octo-Perf".to_owned());
    let earlier = comment.body.replace("PASS", "FAIL\r\n");
    stub.state().plant(Some(BOT), &earlier);
    stub.state().plant(Some("octo-perf"), &earlier);
    assert_eq!(tell(&stub.url, &stub, &post).await, Fate::Updated);
    let state = stub.state();
    assert_eq!(state.comments[0].body, earlier);
    assert!(state.comments[1].body.ends_with("PASS"));
}
