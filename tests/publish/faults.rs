//! Every fault at every call: what is told is told once, and the rest is told all the same.

use crate::posts::{HEAD, annotations, connect, connect_within, post};
use crate::stub::{BOT, FAULTS, Fault, Stub, TOKEN};
use pacegate::publish::github::publish;
use pacegate::publish::{Connection, Delivered, Error, Fate, Post, Told};
use std::time::Duration;
use tokio::task::JoinSet;

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Debug)]
enum For {
    Comment,
    Check,
    Status,
}

/// The calls of a post with 60 annotations.
const CALLS: [For; 6] =
    [For::Comment, For::Comment, For::Comment, For::Check, For::Check, For::Status];

/// A case in which one call goes wrong.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// Whether there is a comment already, and not of this text.
    update: bool,
    /// Which call, from 1.
    call: usize,
    fault: Fault,
}

fn full(says: &str) -> Post {
    let mut post = post(says);
    post.check.as_mut().expect("a check").annotations = annotations(60);
    post
}

/// Tells, and panics where that does not end.
async fn ended(connection: &Connection, post: &Post) -> Told {
    // Far longer than it may take, so that a busy machine fails nothing.
    let told = tokio::time::timeout(Duration::from_secs(120), publish(connection, post)).await;
    told.expect("publishing ends")
}

#[tokio::test]
async fn what_passes_is_told_once_and_what_stays_keeps_nothing_else_from_being_told() {
    let mut running = JoinSet::new();
    let mut cases = [false, true].into_iter().flat_map(|update| {
        (1..=CALLS.len())
            // Only the write of the comment differs where there is one already.
            .filter(move |call| !update || *call == 3)
            .flat_map(move |call| FAULTS.map(|fault| Case { update, call, fault }))
    });
    // A few at a time, so that they do not take the time from each other.
    loop {
        while running.len() < 24
            && let Some(case) = cases.next()
        {
            running.spawn(check(case));
        }
        match running.join_next().await {
            Some(ended) => ended.expect("a case"),
            None => break,
        }
    }
}

async fn check(case: Case) {
    let Case { update, call, fault } = case;
    let stub = Stub::failing(HEAD, move |index, _| (index == call).then_some(fault)).await;
    stub.state().plant(Some("mallory"), &post("PASS").comment.expect("a comment").body);
    if update {
        stub.state().plant(Some(BOT), &post("PASS").comment.expect("a comment").body);
    }
    let told = ended(&connect(&stub.url), &full("FAIL")).await;

    let lost = (!fault.passes()).then(|| CALLS[call - 1]);
    let fate = if update { Fate::Updated } else { Fate::Created };
    let things = [
        (For::Comment, Delivered::Comment(fate)),
        (For::Check, Delivered::Check),
        (For::Status, Delivered::Status),
    ];
    let expected = things.into_iter().filter(|(thing, _)| lost != Some(*thing));
    let expected: Vec<_> = expected.map(|(_, delivered)| delivered).collect();
    assert_eq!(told.delivered, expected, "{case:?}: {:?}", told.errors);
    assert_eq!(told.errors.len(), usize::from(lost.is_some()), "{case:?}: {:?}", told.errors);
    assert!(!format!("{told:?}").contains(TOKEN), "{case:?}: {told:?}");

    let state = stub.state();
    let comments = usize::from(update || lost != Some(For::Comment));
    assert_eq!(state.ours().len(), comments, "{case:?}");
    if lost != Some(For::Comment) {
        assert!(state.ours()[0].body.ends_with("FAIL"), "{case:?}");
    }
    assert!(state.comments[0].body.ends_with("PASS"), "{case:?}: mallory's");
    // The second call about a check adds annotations to one that is there.
    let checks = usize::from(lost != Some(For::Check) || call == 5);
    assert_eq!(state.checks.len(), checks, "{case:?}");
    if lost != Some(For::Check) {
        assert_eq!(state.checks[0].annotations.len(), 60, "{case:?}");
    }
    assert_eq!(state.statuses.len(), usize::from(lost != Some(For::Status)), "{case:?}");
}

/// What always goes wrong is given up in the end, and nothing is written twice even then.
#[tokio::test]
async fn a_forge_that_always_fails_is_given_up() {
    let mut running = JoinSet::new();
    for fault in FAULTS {
        for all in [true, false] {
            running.spawn(always(fault, all));
        }
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("a case");
    }
}

/// All requests fail, or all that write.
async fn always(fault: Fault, all: bool) {
    let fails = move |_, method: &str| (all || method != "GET").then_some(fault);
    let stub = Stub::failing(HEAD, fails).await;
    let connection = connect_within(&stub.url, Duration::from_secs(4));
    let told = ended(&connection, &full("FAIL")).await;
    let case = format!("{fault:?} {all} {told:?}");
    let state = stub.state();
    assert!(state.ours().len() <= 1 && state.checks.len() <= 1, "{case}");
    if all {
        assert_eq!((told.delivered.len(), state.ours().len()), (0, 0), "{case}");
    }
    if !fault.takes_effect() {
        assert!(told.delivered.is_empty() && state.writes == 0, "{case}");
    }
    let told_of = |what| told.delivered.contains(&what);
    if told_of(Delivered::Comment(Fate::Created)) {
        assert_eq!(state.ours().len(), 1, "{case}");
    }
    if told_of(Delivered::Check) {
        assert_eq!(state.checks[0].annotations.len(), 60, "{case}");
    }
    assert_eq!(told.errors.len() + told.delivered.len(), 3, "{case}");
}

/// A forge that nobody answers for at all.
#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let told = publish(&connect_within(&url, Duration::from_secs(1)), &post("FAIL")).await;
    assert!(told.delivered.is_empty(), "{told:?}");
    assert_eq!(told.errors.len(), 3);
    for error in &told.errors {
        let text = error.to_string();
        assert!(text.starts_with("failed to "), "{text}");
        assert!(text.contains("Connection refused") || text.contains("in time"), "{text}");
        // A server that is not there is not waited for until the time is over.
        assert!(matches!(error, Error::Unreachable { tries: 1..=5, .. }), "{error:?}");
    }
}
