//! Telling a forge that has comments and commit statuses, and no more: what GitLab and Forgejo share.

use super::comment::is_of;
use super::http::{Answer, Http};
use super::{Comment, Connection, Delivered, Error, Fate, Post, Request, Status, Told};
use reqwest::header::HeaderName;
use serde_json::Value;

/// The most pages of comments that are looked through.
const MAX_PAGES: u32 = 100;
/// The most characters of a status.
const MAX_STATUS: usize = 140;

const LIST: &str = "list the comments";
const WRITE: &str = "write the comment";

/// What differs from forge to forge.
pub(super) trait Forge {
    /// What to do about a token that may not do what was asked.
    const NO_ACCESS: &str;

    /// The header that the token is sent in.
    fn header(token: &str) -> (HeaderName, String);

    /// Whether a text names a repository.
    fn is_repository(text: &str) -> bool;

    /// Asks for a pull or merge request.
    fn change(repository: &str, number: u64) -> Request;

    /// The commit that the answer to it names as its head.
    fn head(change: &Value) -> Option<&str>;

    /// Asks for a page of comments, from 1, oldest first.
    fn comments(repository: &str, number: u64, page: u32) -> Request;

    /// One of these; `None` for what no person or program has written.
    fn comment(value: &Value) -> Option<Written<'_>>;

    /// Writes a comment, or another text into the one of that id.
    fn write(repository: &str, comment: &Comment, id: Option<u64>) -> Request;

    /// Sets the status of the head.
    fn status(repository: &str, post: &Post, status: &Status) -> Request;
}

/// A comment that is there.
pub(super) struct Written<'v> {
    pub(super) id: u64,
    /// Below 0 for some forges' own jobs.
    pub(super) author: i64,
    pub(super) author_name: &'v str,
    pub(super) body: &'v str,
}

/// Whose comments are ours.
enum Author<'p> {
    Named(&'p str),
    Numbered(i64),
}

/// Where our comment is, and whether it says what it should.
struct Earlier {
    id: u64,
    is_current: bool,
}

/// What would be sent for a post to a repository that has heard of nothing yet.
pub(super) fn plan<F: Forge>(repository: &str, post: &Post) -> Vec<Request> {
    let mut planned = Vec::new();
    if let Some(comment) = &post.comment {
        planned.extend(comment.author.is_none().then(who_am_i));
        planned.push(F::comments(repository, comment.change, 1));
        if !comment.only_replace {
            planned.push(F::change(repository, comment.change));
            planned.push(F::write(repository, comment, None));
        }
    }
    planned.extend(post.status.iter().map(|status| F::status(repository, post, status)));
    planned
}

/// Tells all that a post holds. A thing that cannot be told keeps none of the others from being told.
pub(super) async fn publish<F: Forge>(connection: &Connection, post: &Post) -> Told {
    let mut told = Told::default();
    let mut http = match open::<F>(connection) {
        Ok(http) => http,
        Err(error) => {
            told.errors.push(error);
            return told;
        }
    };
    let repository = &connection.repository;
    let mut note = |result: Result<Delivered, Error>| match result {
        Ok(delivered) => told.delivered.push(delivered),
        Err(error) => told.errors.push(error),
    };
    if let Some(comment) = &post.comment {
        http.leave_time_for(post.status.is_some().into());
        let fate = tell::<F>(&mut http, repository, &post.head, comment).await;
        note(fate.map(Delivered::Comment));
    }
    if let Some(status) = &post.status {
        http.leave_time_for(0);
        // A later status of the same name replaces an earlier one, so that twice does no harm.
        let request = F::status(repository, post, status);
        note(http.ask("set the commit status", &request).await.map(|_| Delivered::Status));
    }
    told.requests = http.sent();
    told
}

fn open<F: Forge>(connection: &Connection) -> Result<Http<'_>, Error> {
    if !F::is_repository(&connection.repository) {
        let why = "its repository is to be given as `owner/name`, or by GitLab's number";
        return Err(Error::Api { why: why.to_owned() });
    }
    Http::new(connection, F::header(connection.token.secret()), F::NO_ACCESS)
}

/// Writes the comment, or what it says into the one that is there.
async fn tell<F: Forge>(
    http: &mut Http<'_>,
    repository: &str,
    head: &str,
    comment: &Comment,
) -> Result<Fate, Error> {
    let author = match &comment.author {
        Some(name) => Author::Named(name),
        None => {
            const WHAT: &str = "find out whom the token belongs to";
            let Answer { content, .. } = http.ask(WHAT, &who_am_i()).await?;
            Author::Numbered(content["id"].as_i64().ok_or_else(|| unusable(WHAT, "it has no id"))?)
        }
    };
    let earlier = find::<F>(http, repository, comment, &author).await?;
    match &earlier {
        None if comment.only_replace => return Ok(Fate::Unneeded),
        Some(Earlier { is_current: true, .. }) => return Ok(Fate::Unchanged),
        _ => {}
    }
    const READ: &str = "read the head of the change";
    let change = http.ask(READ, &F::change(repository, comment.change)).await?.content;
    let newest = F::head(&change).ok_or_else(|| unusable(READ, "it has none"))?;
    if !newest.eq_ignore_ascii_case(head) {
        return Ok(Fate::Stale);
    }
    let request = F::write(repository, comment, earlier.as_ref().map(|earlier| earlier.id));
    match earlier {
        Some(_) => http.ask(WRITE, &request).await.map(|_| Fate::Updated),
        None => {
            let made = async |http: &mut Http<'_>| {
                Ok(find::<F>(http, repository, comment, &author).await?.is_some())
            };
            http.create(WRITE, &request, made).await.map(|()| Fate::Created)
        }
    }
}

/// The oldest comment that has our marker and is by our author: others may write the marker, too.
async fn find<F: Forge>(
    http: &mut Http<'_>,
    repository: &str,
    comment: &Comment,
    author: &Author<'_>,
) -> Result<Option<Earlier>, Error> {
    for page in 1..=MAX_PAGES {
        let request = F::comments(repository, comment.change, page);
        let Answer { content, has_next } = http.ask(LIST, &request).await?;
        let all = content.as_array().ok_or_else(|| unusable(LIST, "they are no list"))?;
        let mut all = all.iter().filter_map(F::comment);
        let ours = all.find(|one| author.wrote(one) && is_of(one.body, &comment.id));
        if let Some(ours) = ours {
            let is_current = lines(ours.body) == lines(&comment.body);
            return Ok(Some(Earlier { id: ours.id, is_current }));
        }
        if !has_next {
            return Ok(None);
        }
    }
    Err(unusable(LIST, &format!("there are more than {MAX_PAGES} pages")))
}

impl Author<'_> {
    fn wrote(&self, comment: &Written<'_>) -> bool {
        match self {
            Author::Named(name) => comment.author_name.eq_ignore_ascii_case(name),
            Author::Numbered(id) => comment.author == *id,
        }
    }
}

fn who_am_i() -> Request {
    get("/user".to_owned())
}

pub(super) fn get(path: String) -> Request {
    Request { method: "GET", path, body: None }
}

/// A status' text within what every forge takes.
pub(super) fn description(status: &Status) -> String {
    let text = &status.description;
    match text.chars().count() > MAX_STATUS {
        true => text.chars().take(MAX_STATUS - 1).chain(['…']).collect(),
        false => text.clone(),
    }
}

/// A text whose ends of lines, and blanks at its end, are of no account.
fn lines(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n")
}

fn unusable(what: &'static str, why: &str) -> Error {
    Error::Unusable { what, why: why.to_owned() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::publish::Conclusion;

    /// A post with nothing but a status.
    pub(crate) fn status(conclusion: Conclusion, description: &str) -> (Post, Status) {
        let status = Status {
            context: "pacegate".to_owned(),
            conclusion,
            description: description.to_owned(),
        };
        let post = Post {
            head: "1".repeat(40),
            link: Some("https://ci.example/1".to_owned()),
            comment: None,
            check: None,
            status: Some(status.clone()),
        };
        (post, status)
    }

    #[test]
    fn a_status_is_cut_after_140_characters() {
        for (length, whole) in [(139, true), (140, true), (141, false)] {
            let text = "ä".repeat(length);
            let short = description(&status(Conclusion::Success, &text).1);
            assert_eq!(short == text, whole, "{length}");
            assert_eq!(short.ends_with('…'), !whole);
            assert!(short.chars().count() <= MAX_STATUS);
        }
    }

    #[test]
    fn ends_of_lines_are_no_change() {
        assert_eq!(lines("a\r\nb\n \n"), lines("a\nb"));
        assert_ne!(lines("a\nb"), lines("a\n\nb"));
    }
}
