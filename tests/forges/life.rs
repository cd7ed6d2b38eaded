//! A comment from its first run to its last, among those of others.

use crate::state::{BOT, CHANGE, Call, HEAD, Kind, State, TOKEN};
use crate::stub::Stub;
use pacegate::publish::*;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn post(markdown: &str) -> Post {
    let id: CommentId = "default".parse().unwrap();
    let conclusion = Conclusion::Neutral;
    Post {
        head: HEAD.to_owned(),
        link: Some("https://ci.example/jobs/1".to_owned()),
        comment: Some(Comment {
            change: CHANGE,
            body: body(&id, markdown),
            id,
            only_replace: false,
            author: None,
        }),
        check: None,
        status: Some(Status {
            context: "pacegate".to_owned(),
            conclusion,
            description: "PASS".to_owned(),
        }),
    }
}

fn comment_of(post: &mut Post) -> &mut Comment {
    post.comment.as_mut().unwrap()
}

pub(crate) fn tell(stub: &Stub, kind: Kind, post: &Post, within: Duration) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(kind.publish(&stub.connection(within), post))
}

fn check(stub: &Stub, kind: Kind, post: &Post, fate: Fate) {
    let told = tell(stub, kind, post, PATIENCE);
    assert!(told.errors.is_empty(), "{kind:?}: {:?}", told.errors);
    let mut delivered = vec![Delivered::Comment(fate)];
    delivered.extend(post.status.is_some().then_some(Delivered::Status));
    assert_eq!(told.delivered, delivered, "{kind:?}");
    assert!(told.requests <= 6, "{kind:?}: {} requests", told.requests);
}

/// The texts of the bot's comments.
fn ours(state: &mut State) -> Vec<String> {
    let notes = state.notes.iter().filter(|note| note.author.0 == BOT.0);
    notes.map(|note| note.body.clone()).collect()
}

#[test]
fn one_comment_lives_as_long_as_its_change() {
    for kind in Kind::ALL {
        let stub = Stub::new(kind);
        let (fails, passes) = (post("FAIL: slower.\n"), post("PASS\n"));
        let planned: Vec<String> =
            kind.plan(&fails).iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        check(&stub, kind, &fails, Fate::Created);
        assert_eq!(stub.heard(), planned, "{kind:?}: what is planned is what is sent");

        check(&stub, kind, &fails, Fate::Unchanged);
        assert_eq!(stub.count(Call::Update) + stub.count(Call::Create), 0);
        check(&stub, kind, &post("FAIL: slower still.\n"), Fate::Updated);

        stub.edit(|state| state.head = "0".repeat(40));
        check(&stub, kind, &passes, Fate::Stale);
        let body = |post: &Post| post.comment.as_ref().unwrap().body.clone();
        assert_eq!(stub.edit(ours), [body(&post("FAIL: slower still.\n"))]);

        stub.edit(|state| state.head = HEAD.to_ascii_uppercase());
        let mut fixed = passes.clone();
        comment_of(&mut fixed).only_replace = true;
        check(&stub, kind, &fixed, Fate::Updated);
        assert_eq!(stub.edit(ours), [body(&passes)]);
        // A forge may store other ends of lines, and none at the end.
        stub.edit(|state| state.notes[0].body = body(&passes).trim_end().replace('\n', "\r\n"));
        check(&stub, kind, &fixed, Fate::Unchanged);
        assert_eq!(stub.edit(|state| state.statuses.len()), 6);
        assert_eq!(stub.count(Call::Create), 0, "{kind:?}");
    }
}

#[test]
fn nothing_is_written_where_nothing_is_to_be_said() {
    for kind in Kind::ALL {
        let stub = Stub::new(kind);
        let mut quiet = post("PASS");
        comment_of(&mut quiet).only_replace = true;
        quiet.status = None;
        let planned = kind.plan(&quiet).len();
        check(&stub, kind, &quiet, Fate::Unneeded);
        assert_eq!(stub.heard().len(), planned);
        assert!(stub.edit(ours).is_empty());
    }
}

#[test]
fn comments_of_others_are_left_alone() {
    for kind in Kind::ALL {
        let stub = Stub::new(kind);
        let text = body(&"default".parse().unwrap(), "planted");
        let planted = stub.edit(|state| {
            state.plant((1, "mallory"), &text);
            state.plant((2, BOT.1), &text).author.0 = 2;
            state.plant(BOT, &text).system = kind == Kind::GitLab;
            if kind != Kind::GitLab {
                state.notes.pop();
            }
            state.plant(BOT, &format!("> {text}"));
            state.plant(BOT, &text.replace("default", "other"));
            state.plant(BOT, &format!("see\n{text}"));
            state.notes.clone()
        });
        check(&stub, kind, &post("first"), Fate::Created);
        check(&stub, kind, &post("second"), Fate::Updated);
        let notes = stub.edit(|state| state.notes.clone());
        assert_eq!(notes[..planted.len()], planted, "{kind:?}");
        assert_eq!(notes.len(), planted.len() + 1);
        assert_eq!(notes.last().unwrap().body, post("second").comment.unwrap().body);
    }
}

#[test]
fn a_comment_is_found_on_any_page() {
    for kind in Kind::ALL {
        let stub = Stub::new(kind);
        stub.edit(|state| {
            for number in 0..250 {
                state.plant((1, "mallory"), &format!("comment {number}"));
            }
            state.plant(BOT, &post("old").comment.unwrap().body);
        });
        let told = tell(&stub, kind, &post("new"), PATIENCE);
        assert_eq!(told.delivered[0], Delivered::Comment(Fate::Updated), "{:?}", told.errors);
        assert_eq!(stub.count(Call::Create), 0);
        assert_eq!(stub.edit(ours), [post("new").comment.unwrap().body]);
    }
}

#[test]
fn an_author_may_be_named() {
    for kind in Kind::ALL {
        let stub = Stub::new(kind);
        stub.edit(|state| state.plant((1, "mallory"), &post("x").comment.unwrap().body).id);
        let mut named = post("y");
        comment_of(&mut named).author = Some(BOT.1.to_uppercase());
        check(&stub, kind, &named, Fate::Created);
        check(&stub, kind, &named, Fate::Unchanged);
        assert_eq!(stub.count(Call::User), 0);
    }
}

#[test]
fn a_wrong_token_or_name_is_said_and_sent_nowhere_else() {
    for kind in Kind::ALL {
        let stub = Stub::new(kind);
        let api = format!("http://{}{}", stub.address(), kind.root());
        let connect = |token: &str, repository: &str| {
            Connection::new(&api, Token::new(token), repository, PATIENCE).unwrap()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let errors = |connection: &Connection| {
            let told = runtime.block_on(kind.publish(connection, &post("x")));
            assert!(told.delivered.is_empty());
            told.errors.iter().map(Error::to_string).collect::<Vec<_>>()
        };
        for error in errors(&connect("wrong", kind.repository())) {
            let advice = match kind {
                Kind::GitLab => "a project access token with the api scope in a masked variable",
                _ => "write:issue",
            };
            assert!(error.contains("401") && error.contains(advice), "{error}");
        }
        assert_eq!(stub.heard().len(), 2, "one try each for the comment and the status");
        for (token, repository) in
            [(TOKEN, "shop"), (TOKEN, "../shop"), ("", "a/b"), ("a\nb", "a/b")]
        {
            let errors = errors(&connect(token, repository));
            assert!(
                errors.len() == 1 && errors[0].contains("the address of the API"),
                "{errors:?}"
            );
        }
        assert!(stub.heard().is_empty());
    }
}
