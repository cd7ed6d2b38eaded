//! What the forge remembers, and how it answers. Whatever is not just as it should be is refused.

use super::{BOT, REPOSITORY, TOKEN, view};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Everything that was written.
#[derive(Debug)]
pub(crate) struct State {
    /// The one token that is let in, and who writes with it.
    pub(crate) account: (String, String),
    pub(crate) comments: Vec<Comment>,
    pub(crate) checks: Vec<CheckRun>,
    /// By commit and context.
    pub(crate) statuses: BTreeMap<(String, String), Value>,
    /// Open pull requests: number, owner and branch of the head, head commit, base repository.
    pub(crate) changes: Vec<Change>,
    /// How many writes there were.
    pub(crate) writes: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) author: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug)]
pub(crate) struct CheckRun {
    pub(crate) sent: Map<String, Value>,
    pub(crate) annotations: Vec<Value>,
}

#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) number: u64,
    pub(crate) owner: String,
    pub(crate) branch: String,
    pub(crate) head: String,
    pub(crate) base: String,
}

/// An answer: status, whether there are more pages, and content.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) more: bool,
    pub(super) content: Value,
}

type Query = BTreeMap<String, String>;

impl State {
    /// One that nothing was written to.
    pub(super) fn new(changes: Vec<Change>) -> State {
        State {
            account: (TOKEN.to_owned(), BOT.to_owned()),
            comments: Vec::new(),
            checks: Vec::new(),
            statuses: BTreeMap::new(),
            changes,
            writes: 0,
        }
    }

    /// Answers a request to a path of the repository.
    pub(super) fn answer(
        &mut self,
        method: &str,
        path: &str,
        query: &Query,
        body: &Value,
    ) -> Answer {
        let below = path.strip_prefix(&format!("/repos/{REPOSITORY}/")).unwrap_or_default();
        let parts: Vec<&str> = below.split('/').collect();
        let answered = match (method, parts.as_slice()) {
            ("GET", ["issues", number, "comments"]) if self.knows(number) => self.list(query),
            ("POST", ["issues", number, "comments"]) if self.knows(number) => self.comment(body),
            ("PATCH", ["issues", "comments", id]) => self.edit(id, body),
            ("GET", ["pulls", number]) => self.change(number),
            ("GET", ["pulls"]) => self.changes(query),
            ("POST", ["check-runs"]) => self.check(body),
            ("PATCH", ["check-runs", id]) => self.annotate(id, body),
            ("GET", ["check-runs", id]) => self.one_check(id),
            ("GET", ["commits", head, "check-runs"]) => self.list_checks(head, query),
            ("POST", ["statuses", head]) => self.status(head, body),
            ("GET", [""]) if path == "/user" => self.user(),
            _ => Err(404),
        };
        answered.unwrap_or_else(refusal)
    }

    /// The comments of the bot.
    pub(crate) fn ours(&self) -> Vec<&Comment> {
        self.comments.iter().filter(|one| one.author.as_deref() == Some(BOT)).collect()
    }

    /// Adds a comment as somebody.
    pub(crate) fn plant(&mut self, author: Option<&str>, body: &str) {
        let id = 1000 + self.comments.len() as u64;
        self.comments.push(Comment {
            id,
            author: author.map(str::to_owned),
            body: body.to_owned(),
        });
    }

    fn user(&self) -> Result<Answer, u16> {
        // A job's token, and that of an app, belong to no user.
        let login = Some(&self.account.1).filter(|login| !login.ends_with("[bot]"));
        Ok(ok(view::account(login.ok_or(403_u16)?)))
    }

    fn knows(&self, number: &str) -> bool {
        self.changes.iter().any(|change| change.number.to_string() == number)
    }

    fn list(&self, query: &Query) -> Result<Answer, u16> {
        let per_page = number(query, "per_page", 30)?;
        let page = number(query, "page", 1)?;
        let comments = self.comments.iter().skip((page - 1) * per_page);
        let content = comments.clone().take(per_page).map(view::comment).collect();
        Ok(Answer { status: 200, more: comments.count() > per_page, content })
    }

    fn comment(&mut self, body: &Value) -> Result<Answer, u16> {
        let text = comment_text(body)?;
        self.writes += 1;
        let author = self.account.1.clone();
        self.plant(Some(&author), &text);
        Ok(created(view::comment(self.comments.last().expect("the comment"))))
    }

    fn edit(&mut self, id: &str, body: &Value) -> Result<Answer, u16> {
        let text = comment_text(body)?;
        let comment = self.comments.iter_mut().find(|comment| comment.id.to_string() == id);
        let comment = comment.ok_or(404_u16)?;
        // A token of more rights than it needs may write into the comments of others.
        comment.body = text;
        self.writes += 1;
        Ok(ok(view::comment(comment)))
    }

    fn change(&self, number: &str) -> Result<Answer, u16> {
        let change = self.changes.iter().find(|change| change.number.to_string() == number);
        Ok(ok(view::change(change.ok_or(404_u16)?)))
    }

    fn changes(&self, query: &Query) -> Result<Answer, u16> {
        let head = query.get("head").ok_or(422_u16)?;
        if query.get("state").map(String::as_str) != Some("open") {
            return Err(422);
        }
        let of = |change: &&Change| format!("{}:{}", change.owner, change.branch) == *head;
        Ok(ok(self.changes.iter().filter(of).map(view::change).collect()))
    }

    fn check(&mut self, body: &Value) -> Result<Answer, u16> {
        let sent = body.as_object().ok_or(400_u16)?;
        only(
            sent,
            &["name", "head_sha", "status", "conclusion", "external_id", "output", "details_url"],
        )?;
        let is_commit =
            text(sent, "head_sha")?.chars().filter(char::is_ascii_hexdigit).count() == 40;
        let concluded = ["success", "failure", "neutral"].contains(&text(sent, "conclusion")?);
        if text(sent, "name")?.is_empty()
            || !is_commit
            || !concluded
            || text(sent, "status")? != "completed"
        {
            return Err(422);
        }
        let annotations = annotations(sent)?;
        self.writes += 1;
        self.checks.push(CheckRun { sent: sent.clone(), annotations });
        Ok(created(view::check(self.checks.len(), self.checks.last().expect("the check run"))))
    }

    fn annotate(&mut self, id: &str, body: &Value) -> Result<Answer, u16> {
        let sent = body.as_object().ok_or(400_u16)?;
        only(sent, &["output"])?;
        let more = annotations(sent)?;
        let index = self.index_of_check(id)?;
        self.writes += 1;
        self.checks[index].annotations.extend(more);
        self.one_check(id)
    }

    fn one_check(&self, id: &str) -> Result<Answer, u16> {
        let index = self.index_of_check(id)?;
        Ok(ok(view::check(index + 1, &self.checks[index])))
    }

    fn index_of_check(&self, id: &str) -> Result<usize, u16> {
        let id: usize = id.parse().map_err(|_| 422_u16)?;
        id.checked_sub(1).filter(|index| *index < self.checks.len()).ok_or(404)
    }

    fn list_checks(&self, head: &str, query: &Query) -> Result<Answer, u16> {
        let name = query.get("check_name").ok_or(422_u16)?;
        let of = |(_, run): &(usize, &CheckRun)| {
            run.sent["head_sha"] == json!(head) && run.sent["name"] == json!(name)
        };
        let runs = self.checks.iter().enumerate().filter(of);
        let runs: Vec<Value> = runs.map(|(index, run)| view::check(index + 1, run)).collect();
        Ok(ok(json!({ "total_count": runs.len(), "check_runs": runs })))
    }

    fn status(&mut self, head: &str, body: &Value) -> Result<Answer, u16> {
        let sent = body.as_object().ok_or(400_u16)?;
        only(sent, &["state", "context", "description", "target_url"])?;
        let state = ["success", "failure"].contains(&text(sent, "state")?);
        if !state || text(sent, "description")?.chars().count() > 140 {
            return Err(422);
        }
        self.writes += 1;
        let context = text(sent, "context")?.to_owned();
        let content = view::status(head, sent);
        self.statuses.insert((head.to_owned(), context), body.clone());
        Ok(created(content))
    }
}

pub(super) fn refusal(status: u16) -> Answer {
    Answer { status, ..ok(json!({ "message": "Refused by the stub" })) }
}

fn ok(content: Value) -> Answer {
    Answer { status: 200, more: false, content }
}

fn created(content: Value) -> Answer {
    Answer { status: 201, ..ok(content) }
}

fn number(query: &Query, name: &str, otherwise: usize) -> Result<usize, u16> {
    let Some(text) = query.get(name) else { return Ok(otherwise) };
    text.parse().ok().filter(|number| (1..=100).contains(number)).ok_or(422)
}

fn text<'a>(sent: &'a Map<String, Value>, name: &str) -> Result<&'a str, u16> {
    sent.get(name).and_then(Value::as_str).ok_or(422)
}

fn only(sent: &Map<String, Value>, names: &[&str]) -> Result<(), u16> {
    if sent.keys().all(|name| names.contains(&name.as_str())) { Ok(()) } else { Err(422) }
}

fn comment_text(body: &Value) -> Result<String, u16> {
    let sent = body.as_object().ok_or(400_u16)?;
    only(sent, &["body"])?;
    let text = text(sent, "body")?;
    if (1..=65_536).contains(&text.chars().count()) { Ok(text.to_owned()) } else { Err(422) }
}

/// The annotations of an output that keeps its limits.
fn annotations(sent: &Map<String, Value>) -> Result<Vec<Value>, u16> {
    let output = sent.get("output").and_then(Value::as_object).ok_or(422_u16)?;
    only(output, &["title", "summary", "annotations"])?;
    if text(output, "summary")?.len() > 65_535 || text(output, "title")?.is_empty() {
        return Err(422);
    }
    let Some(annotations) = output.get("annotations") else { return Ok(Vec::new()) };
    let annotations = annotations.as_array().ok_or(422_u16)?;
    let fine = |one: &Value| {
        ["notice", "warning", "failure"]
            .contains(&one["annotation_level"].as_str().unwrap_or_default())
            && one["start_line"].as_u64().is_some_and(|line| line > 0)
            && one["end_line"] == one["start_line"]
            && ["path", "title", "message"]
                .iter()
                .all(|name| one[name].as_str().is_some_and(|text| !text.is_empty()))
    };
    if annotations.len() > 50 || !annotations.iter().all(fine) {
        return Err(422);
    }
    Ok(annotations.clone())
}
