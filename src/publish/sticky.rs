//! The one comment of a pull or merge request: found again, and then replaced.

use super::comment::is_of;
use super::request::get;
use super::session::{Purpose, Session, Thing, Wire};
use super::{Comment, Error, Fate, Request};
use crate::report::escape;
use serde::de::IgnoredAny;
use serde_json::Value;

/// The most pages of comments that are looked through.
const MAX_PAGES: u32 = 100;

const WHO: Purpose = of("find out whom the token belongs to");
const LIST: Purpose = of("list the comments");
const READ: Purpose = of("read the head of the change");
const WRITE: Purpose = of("write the comment");

const fn of(what: &'static str) -> Purpose {
    Purpose { what, thing: Thing::Comment }
}

/// What differs from forge to forge.
pub(super) trait Comments {
    /// Who most likely writes with a token of this kind; `None` is to be asked.
    fn usual_author(token: &str) -> Option<&'static str>;

    /// Asks for a pull or merge request.
    fn change(repository: &str, number: u64) -> Request;

    /// The commit that the answer to it names as its head.
    fn head(change: &Value) -> Option<&str>;

    /// Asks for a page of comments, from 1, oldest first.
    fn list(repository: &str, number: u64, page: u32) -> Request;

    /// One of these; `None` for what no person or program has written.
    fn comment(value: &Value) -> Option<Written<'_>>;

    /// Writes a comment, or another text into the one of that id.
    fn write(repository: &str, comment: &Comment, id: Option<u64>) -> Request;
}

/// A comment that is there.
pub(super) struct Written<'v> {
    /// Later ones have greater ones.
    pub(super) id: u64,
    /// Below 0 for some forges' own jobs.
    pub(super) author: i64,
    pub(super) author_name: &'v str,
    pub(super) body: &'v str,
}

/// Whose comments are ours.
enum Author {
    /// As it was given, or as is usual; the token may be another's.
    Named(String),
    /// As the forge says.
    Numbered(i64),
}

/// What a look through all comments found.
enum Found {
    Ours {
        id: u64,
        is_current: bool,
        author: String,
    },
    /// Only others', up to this id.
    Others(u64),
}

/// What would be sent where there is no comment yet.
pub(super) fn plan<C: Comments>(repository: &str, comment: &Comment) -> Vec<Request> {
    let asks = comment.author.is_none() && C::usual_author("").is_none();
    let mut planned: Vec<_> = asks.then(who_am_i).into_iter().collect();
    planned.push(C::list(repository, comment.change, 1));
    if !comment.only_replace {
        planned.push(C::change(repository, comment.change));
        planned.push(C::write(repository, comment, None));
    }
    planned
}

/// Writes the comment, or what it says into the one that is there.
///
/// One that was written and will not be found again is told, and an error beside it.
pub(super) async fn tell<C: Comments, W: Wire>(
    session: &mut Session<'_, W>,
    head: &str,
    comment: &Comment,
    errors: &mut Vec<Error>,
) -> Result<Fate, Error> {
    let connection = session.connection();
    let repository = &connection.repository;
    let usual = || C::usual_author(connection.token.secret()).map(str::to_owned);
    let author = match comment.author.clone().or_else(usual) {
        Some(name) => Author::Named(name),
        None => {
            let user: Value = session.ask(WHO, &who_am_i()).await?;
            Author::Numbered(user["id"].as_i64().ok_or_else(|| unusable(WHO, "it has no id"))?)
        }
    };
    let ours = |one: &Written<'_>| author.wrote(one) && is_of(one.body, &comment.id);
    let found = find::<C, W>(session, comment, ours).await?;
    match found {
        Found::Others(_) if comment.only_replace => return Ok(Fate::Unneeded),
        Found::Ours { is_current: true, .. } => return Ok(Fate::Unchanged),
        _ => {}
    }
    let change: Value = session.ask(READ, &C::change(repository, comment.change)).await?;
    let newest = C::head(&change).ok_or_else(|| unusable(READ, "it has none"))?;
    if !newest.eq_ignore_ascii_case(head) {
        return Ok(Fate::Stale);
    }
    let last = match found {
        Found::Ours { id, .. } => {
            let request = C::write(repository, comment, Some(id));
            session.ask::<IgnoredAny>(WRITE, &request).await?;
            return Ok(Fate::Updated);
        }
        Found::Others(last) => last,
    };
    let writer = create::<C, W>(session, comment, &author, last).await?;
    errors.extend(writer.and_then(|writer| author.missed(&writer)));
    Ok(Fate::Created)
}

/// Writes the comment where no id is greater than `last`, and says by whom it is, where the forge does.
async fn create<C: Comments, W: Wire>(
    session: &mut Session<'_, W>,
    comment: &Comment,
    author: &Author,
    last: u64,
) -> Result<Option<String>, Error> {
    // One that is new since may be ours though its author is not the one that was expected.
    let ours = |one: &Written<'_>| {
        let may_be = matches!(author, Author::Named(_)) && one.id > last;
        (may_be || author.wrote(one)) && is_of(one.body, &comment.id)
    };
    let request = C::write(&session.connection().repository, comment, None);
    let mut tries = 0;
    loop {
        if let Some(written) = session.once::<Value>(WRITE, &request, &mut tries).await? {
            return Ok(C::comment(&written).map(|one| one.author_name.to_owned()));
        }
        if let Found::Ours { author, .. } = find::<C, W>(session, comment, ours).await? {
            return Ok(Some(author));
        }
    }
}

/// The oldest comment that is ours: others may write the marker, too.
async fn find<C: Comments, W: Wire>(
    session: &mut Session<'_, W>,
    comment: &Comment,
    ours: impl Fn(&Written<'_>) -> bool,
) -> Result<Found, Error> {
    let mut last = 0;
    for page in 1..=MAX_PAGES {
        let request = C::list(&session.connection().repository, comment.change, page);
        let (all, has_next): (Vec<Value>, bool) = session.page(LIST, &request).await?;
        for one in all.iter().filter_map(C::comment) {
            if ours(&one) {
                let is_current = lines(one.body) == lines(&comment.body);
                let author = one.author_name.to_owned();
                return Ok(Found::Ours { id: one.id, is_current, author });
            }
            last = last.max(one.id);
        }
        if !has_next {
            return Ok(Found::Others(last));
        }
    }
    Err(unusable(LIST, &format!("there are more than {MAX_PAGES} pages")))
}

impl Author {
    fn wrote(&self, comment: &Written<'_>) -> bool {
        match self {
            Author::Named(name) => comment.author_name.eq_ignore_ascii_case(name),
            Author::Numbered(id) => comment.author == *id,
        }
    }

    /// What is wrong where somebody else has written our comment.
    fn missed(&self, writer: &str) -> Option<Error> {
        match self {
            Author::Named(name) if !writer.eq_ignore_ascii_case(name) => Some(Error::OtherAuthor {
                author: escape::name(writer),
                expected: escape::name(name),
            }),
            _ => None,
        }
    }
}

fn who_am_i() -> Request {
    get("/user".to_owned())
}

/// A text whose ends of lines, and blanks at its end, are of no account.
fn lines(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n")
}

fn unusable(Purpose { what, .. }: Purpose, why: &str) -> Error {
    Error::Unusable { what, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_lines_are_no_change() {
        assert_eq!(lines("a\r\nb\n \n"), lines("a\nb"));
        assert_ne!(lines("a\nb"), lines("a\n\nb"));
    }
}
