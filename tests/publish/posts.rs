//! Posts, and connections to tell them over.

use crate::stub::{REPOSITORY, TOKEN};
use pacegate::publish::{
    Annotation, Check, Comment, Conclusion, Connection, Level, Post, Status, Token, body,
};
use std::time::Duration;

/// A commit.
pub(crate) const HEAD: &str = "1111111111111111111111111111111111111111";

/// A connection that waits for seconds where a real one waits for minutes: every wait is a share of the
/// whole time.
pub(crate) fn connect(url: &str) -> Connection {
    connect_within(url, Duration::from_secs(20))
}

pub(crate) fn connect_within(url: &str, within: Duration) -> Connection {
    connect_with(url, TOKEN, within)
}

pub(crate) fn connect_with(url: &str, token: &str, within: Duration) -> Connection {
    Connection::new(url, Token::new(token), REPOSITORY, within).expect("a connection")
}

/// A comment, a check and a status that all say the same of [`HEAD`].
pub(crate) fn post(says: &str) -> Post {
    let id = "default".parse().expect("an id");
    Post {
        head: HEAD.to_owned(),
        link: Some("https://github.com/octo/shop/actions/runs/1".to_owned()),
        comment: Some(Comment {
            change: 7,
            body: body(&id, says),
            id,
            only_replace: false,
            author: None,
        }),
        check: Some(Check {
            name: "pacegate".to_owned(),
            conclusion: Conclusion::Failure,
            title: says.to_owned(),
            summary: format!("**{says}**"),
            annotations: annotations(1),
        }),
        status: Some(Status {
            context: "pacegate".to_owned(),
            conclusion: Conclusion::Failure,
            description: says.to_owned(),
        }),
    }
}

pub(crate) fn annotations(count: u32) -> Vec<Annotation> {
    let annotation = |line| Annotation {
        level: Level::Failure,
        path: "gates.yaml".to_owned(),
        line,
        title: format!("gate {line}"),
        message: "slower by 4 %".to_owned(),
    };
    (1..=count).map(annotation).collect()
}
