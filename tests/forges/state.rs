//! What a forge knows, and how it answers: as much of GitLab's and Forgejo's API as is used.

use crate::stub::{Answer, Asked};
use pacegate::publish::{Connection, Post, Request, Told, forgejo, gitlab};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "glpat-s3cret-canary";
pub(crate) const HEAD: &str = "3f2a91c07be2d4410a5c9b6f1de8a7734c21b9f0";
/// The number of the merge request, and of whom the token belongs to.
pub(crate) const CHANGE: u64 = 7;
pub(crate) const BOT: (i64, &str) = (41, "project_42_bot");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    GitLab,
    Forgejo,
    /// Knows no pages of comments.
    OldForgejo,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::GitLab, Kind::Forgejo, Kind::OldForgejo];

    /// Where its API begins.
    pub(crate) fn root(self) -> &'static str {
        match self {
            Kind::GitLab => "/api/v4",
            Kind::Forgejo | Kind::OldForgejo => "/api/v1",
        }
    }

    pub(crate) fn repository(self) -> &'static str {
        match self {
            Kind::GitLab => "group/sub/shop",
            Kind::Forgejo | Kind::OldForgejo => "octo/shop",
        }
    }

    pub(crate) fn plan(self, post: &Post) -> Vec<Request> {
        match self {
            Kind::GitLab => gitlab::plan(self.repository(), post),
            Kind::Forgejo | Kind::OldForgejo => forgejo::plan(self.repository(), post),
        }
    }

    pub(crate) async fn publish(self, connection: &Connection, post: &Post) -> Told {
        match self {
            Kind::GitLab => gitlab::publish(connection, post).await,
            Kind::Forgejo | Kind::OldForgejo => forgejo::publish(connection, post).await,
        }
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    User,
    List,
    Change,
    Create,
    Update,
    Status,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) author: (i64, String),
    pub(crate) body: String,
    pub(crate) system: bool,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    pub(crate) head: String,
    pub(crate) notes: Vec<Note>,
    pub(crate) statuses: Vec<Value>,
}

impl State {
    pub(crate) fn new(kind: Kind) -> State {
        State { kind, head: HEAD.to_owned(), notes: Vec::new(), statuses: Vec::new() }
    }

    /// Adds a note that somebody else, or an earlier job, has written.
    pub(crate) fn plant(&mut self, (id, name): (i64, &str), body: &str) -> &mut Note {
        let author = (id, name.to_owned());
        let id = self.notes.len() as u64 + 100;
        self.notes.push(Note { id, author, body: body.to_owned(), system: false });
        self.notes.last_mut().unwrap()
    }

    /// What a request is for; `None` where there is no such path.
    pub(crate) fn call(&self, asked: &Asked) -> Option<Call> {
        let path = asked.path.strip_prefix(self.kind.root())?;
        let (in_repository, change, write) = match self.kind {
            Kind::GitLab => ("/projects/group%2Fsub%2Fshop", "/merge_requests/7", "PUT"),
            Kind::Forgejo | Kind::OldForgejo => ("/repos/octo/shop", "/pulls/7", "PATCH"),
        };
        let notes = match self.kind {
            Kind::GitLab => "/merge_requests/7/notes",
            Kind::Forgejo | Kind::OldForgejo => "/issues/7/comments",
        };
        let note = match self.kind {
            Kind::GitLab => "/merge_requests/7/notes/",
            Kind::Forgejo | Kind::OldForgejo => "/issues/comments/",
        };
        if (asked.method.as_str(), path) == ("GET", "/user") {
            return Some(Call::User);
        }
        let path = path.strip_prefix(in_repository)?;
        Some(match asked.method.as_str() {
            "GET" if path == notes => Call::List,
            "GET" if path == change => Call::Change,
            "POST" if path == notes => Call::Create,
            "POST" if path.strip_prefix("/statuses/").is_some_and(|sha| sha.len() == 40) => {
                Call::Status
            }
            method if method == write && path.starts_with(note) => Call::Update,
            _ => return None,
        })
    }

    pub(crate) fn answer(&mut self, call: Call, asked: &Asked) -> Answer {
        let body = || asked.body["body"].as_str().filter(|body| !body.is_empty());
        match call {
            Call::User => Answer::json(200, user(&BOT, self.kind)),
            Call::List => self.list(asked),
            Call::Change => Answer::json(
                200,
                match self.kind {
                    Kind::GitLab => json!({"iid": CHANGE, "sha": self.head}),
                    _ => json!({"number": CHANGE, "head": {"sha": self.head}}),
                },
            ),
            Call::Create => match body() {
                Some(body) => {
                    let note = self.plant(BOT, body).clone();
                    Answer::json(201, self.shown(&note))
                }
                None => Answer::json(400, json!({"error": "body is missing"})),
            },
            Call::Update => {
                let id = asked.path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
                let note = self.notes.iter_mut().find(|note| Some(note.id) == id);
                match (note, body()) {
                    (Some(note), Some(body)) if note.author.0 == BOT.0 && !note.system => {
                        body.clone_into(&mut note.body);
                        let note = note.clone();
                        Answer::json(200, self.shown(&note))
                    }
                    (Some(_), Some(_)) => panic!("a note of another is touched: {asked:?}"),
                    (_, None) => Answer::json(400, json!({"error": "body is missing"})),
                    (None, _) => Answer::json(404, json!({"message": "404 Not found"})),
                }
            }
            Call::Status => self.status(asked),
        }
    }

    fn list(&self, asked: &Asked) -> Answer {
        let number = |name: &str, otherwise: usize| {
            asked.query.get(name).map_or(otherwise, |text| text.parse().unwrap())
        };
        let (name, most) = match self.kind {
            Kind::GitLab => ("per_page", 100),
            Kind::Forgejo => ("limit", 50),
            Kind::OldForgejo => ("", usize::MAX),
        };
        let (size, page) = (number(name, 20).min(most), number("page", 1));
        let size = if self.kind == Kind::OldForgejo { self.notes.len().max(1) } else { size };
        let start = match self.kind {
            Kind::OldForgejo => 0,
            _ => (page - 1) * size,
        };
        let shown = self.notes.iter().skip(start).take(size).map(|note| self.shown(note));
        let mut answer = Answer::json(200, shown.collect());
        let more = self.notes.len() > start.saturating_add(size);
        match self.kind {
            // Empty on the last page.
            Kind::GitLab => {
                let next = if more { (page + 1).to_string() } else { String::new() };
                answer.headers.push(("x-next-page".to_owned(), next));
            }
            _ if more => {
                let link = "<http://127.0.0.1:1/elsewhere?page=2>; rel=\"next\"".to_owned();
                answer.headers.push(("link".to_owned(), link));
            }
            _ => {}
        }
        answer
    }

    fn status(&mut self, asked: &Asked) -> Answer {
        let (name, states) = match self.kind {
            Kind::GitLab => ("name", ["success", "failed"]),
            _ => ("context", ["success", "failure"]),
        };
        let text = |field: &str| asked.body[field].as_str().unwrap_or_default();
        assert!(states.contains(&text("state")) && !text(name).is_empty(), "{asked:?}");
        assert!(text("description").chars().count() <= 140, "{asked:?}");
        assert!(asked.path.ends_with(HEAD), "{asked:?}");
        self.statuses.push(asked.body.clone());
        Answer::json(201, json!({"id": 1}))
    }

    fn shown(&self, note: &Note) -> Value {
        let author = user(&(note.author.0, &note.author.1), self.kind);
        match self.kind {
            Kind::GitLab => json!({
                "id": note.id, "body": note.body, "author": author, "system": note.system,
            }),
            _ => json!({"id": note.id, "body": note.body, "user": author}),
        }
    }
}

fn user((id, name): &(i64, &str), kind: Kind) -> Value {
    match kind {
        Kind::GitLab => json!({"id": id, "username": name, "name": "Pace", "bot": true}),
        _ => json!({"id": id, "login": name, "full_name": ""}),
    }
}
