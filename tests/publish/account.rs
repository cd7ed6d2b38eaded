//! Tokens of accounts other than that of a job.

use crate::posts::{HEAD, connect_with, post};
use crate::stub::{FAULTS, Fault, Stub, TOKEN};
use pacegate::publish::github::publish;
use pacegate::publish::{Delivered, Error, Fate, Post, Told};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// Tells, through the API at `url`, with this token alone.
async fn tell(url: &str, stub: &Stub, token: &str, login: &str, post: &Post) -> Told {
    stub.state().account = (token.to_owned(), login.to_owned());
    publish(&connect_with(url, token, PATIENCE), post).await
}

fn bodies(stub: &Stub, login: &str) -> Vec<String> {
    let state = stub.state();
    let ours = state.comments.iter().filter(|one| one.author.as_deref() == Some(login));
    ours.map(|one| one.body.clone()).collect()
}

/// A person's token finds its own comment again, through the API at `url`.
pub(crate) async fn live(url: &str, stub: &Stub) {
    let before = stub.state().account.clone();
    let head = stub.state().changes[0].head.clone();
    for (number, start) in ["ghp_", "github_pat_", "gho_", "ghu_"].into_iter().enumerate() {
        let (token, login) = (format!("{start}canary"), format!("person-{number}"));
        for (says, fate) in
            [("FAIL", Fate::Created), ("FAIL", Fate::Unchanged), ("PASS", Fate::Updated)]
        {
            let post = Post { head: head.clone(), ..post(says) };
            let told = tell(url, stub, &token, &login, &post).await;
            assert!(told.errors.is_empty(), "{start}: {:?}", told.errors);
            assert_eq!(told.delivered[0], Delivered::Comment(fate), "{start}");
            assert!(told.requests <= 7, "{start}: {}", told.requests);
        }
        assert_eq!(bodies(stub, &login), [post("PASS").comment.expect("a comment").body]);
    }
    stub.state().account = before;
    stub.requests();
}

#[tokio::test]
async fn the_comment_of_a_person_is_found_again() {
    let stub = Stub::start(HEAD).await;
    live(&stub.url, &stub).await;
}

/// What the app's token writes is told, and how to find it the next time.
#[tokio::test]
async fn an_app_is_told_to_name_itself() {
    let app = "perf-app[bot]";
    let stub = Stub::start(HEAD).await;
    let told = tell(&stub.url, &stub, TOKEN, app, &post("FAIL")).await;
    assert_eq!(told.delivered.len(), 3, "{told:?}");
    let [error @ Error::OtherAuthor { author, expected }] = told.errors.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!((author.as_str(), expected.as_str()), (app, "github-actions[bot]"));
    assert!(error.to_string().contains("`--comment-author perf-app[bot]`"), "{error}");

    let mut named = post("PASS");
    named.comment.as_mut().expect("a comment").author = Some(app.to_owned());
    let told = tell(&stub.url, &stub, TOKEN, app, &named).await;
    assert!(told.errors.is_empty(), "{told:?}");
    assert_eq!(told.delivered[0], Delivered::Comment(Fate::Updated));
    assert_eq!(bodies(&stub, app).len(), 1);
}

/// The write of the comment takes effect and seems to fail, with a token of an unknown account.
#[tokio::test]
async fn what_an_app_may_have_written_is_not_written_twice() {
    let app = "perf-app[bot]";
    let late = FAULTS.into_iter().filter(|fault| fault.takes_effect());
    let cases: Vec<_> = late.map(|fault| tokio::spawn(once(fault, app))).collect();
    assert!(cases.len() > 3);
    for case in cases {
        case.await.expect("a case");
    }
}

async fn once(fault: Fault, app: &'static str) {
    let fails = move |index, _: &str| (index == 3).then_some(fault);
    let stub = Stub::failing(HEAD, fails).await;
    // Others have our marker, and are no reason not to write.
    for login in ["mallory", app] {
        stub.state().plant(Some(login), &post("PASS").comment.expect("a comment").body);
    }
    let told = tell(&stub.url, &stub, TOKEN, app, &post("FAIL")).await;
    assert_eq!(told.delivered.first(), Some(&Delivered::Comment(Fate::Created)), "{fault:?}");
    let told_of = told.errors.iter().filter(|error| matches!(error, Error::OtherAuthor { .. }));
    assert_eq!((told_of.count(), told.errors.len()), (1, 1), "{fault:?}: {told:?}");
    assert_eq!(bodies(&stub, app).len(), 2, "{fault:?}: the earlier one, and this one");
}
