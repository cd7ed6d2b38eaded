//! What is refused before anything is sent, and what a refusal is told as.

use crate::posts::{HEAD, connect, post};
use crate::stub::{Fault, REPOSITORY, Stub, TOKEN};
use pacegate::publish::github::publish;
use pacegate::publish::{Connection, Token};
use std::time::Duration;

#[tokio::test]
async fn a_connection_that_cannot_be_meant_sends_nothing() {
    let stub = Stub::start(HEAD).await;
    let check = async |token: &str, repository: &str, why: &str| {
        let within = Duration::from_secs(20);
        let connection = Connection::new(&stub.url, Token::new(token), repository, within);
        let told = publish(&connection.expect("a connection"), &post("FAIL")).await;
        let [error] = told.errors.as_slice() else { panic!("{told:?}") };
        let text = error.to_string();
        assert!(text.contains(why) && (token.is_empty() || !text.contains(token)), "{text}");
        assert_eq!(told.requests, 0);
    };
    for token in ["", "two\nlines", "s3cret\n", "\0"] {
        check(token, REPOSITORY, "token").await;
    }
    for repository in ["", "octo", "octo/", "octo/shop/..", "../shop", "octo/.."] {
        check(TOKEN, repository, "owner/name").await;
    }
    assert_eq!(stub.requests(), [""; 0]);
}

#[tokio::test]
async fn a_refusal_names_the_permission_that_is_missing() {
    let check = async |fault: Fault, said: &str| {
        let stub = Stub::failing(HEAD, move |_, _| Some(fault)).await;
        let told = publish(&connect(&stub.url), &post("FAIL")).await;
        let texts: Vec<_> = told.errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 3, "{texts:?}");
        for (text, permission) in texts.iter().zip(["pull-requests", "checks", "statuses"]) {
            assert!(text.contains(&format!("permissions: {permission}: write")), "{text}");
            assert!(text.contains(said), "{text}");
        }
    };
    check(Fault::Forbidden, "Resource not accessible by integration").await;
    check(Fault::Answer(404, None), "lack of").await;
}

#[tokio::test]
async fn a_token_that_is_none_is_told_as_such_and_not_shown() {
    let stub = Stub::start(HEAD).await;
    let within = Duration::from_secs(20);
    let connection = Connection::new(&stub.url, Token::new("wr0ng"), REPOSITORY, within);
    let told = publish(&connection.expect("a connection"), &post("FAIL")).await;
    assert_eq!(told.errors.len(), 3);
    for error in told.errors {
        let text = error.to_string();
        assert!(text.contains("answered 401") && !text.contains("wr0ng"), "{text}");
    }
}
