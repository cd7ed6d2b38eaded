//! Telling a forge that has comments and commit statuses, and no more: what GitLab and Forgejo share.

use super::http::Http;
use super::session::{Purpose, Session, Thing};
use super::sticky::{self, Comments};
use super::{Connection, Delivered, Error, Post, Request, Status, Told};
use reqwest::header::HeaderName;
use serde::de::IgnoredAny;

const STATUS: Purpose = Purpose { what: "set the commit status", thing: Thing::Status };

/// What differs from forge to forge.
pub(super) trait Forge: Comments {
    /// What to do about a token that may not do what was asked.
    const NO_ACCESS: &str;

    /// The header that the token is sent in, and the word before it.
    const HEADER: (HeaderName, &str);

    /// Whether a text names a repository.
    fn is_repository(text: &str) -> bool;

    /// Sets the status of the head.
    fn status(repository: &str, post: &Post, status: &Status) -> Request;
}

/// What would be sent for a post to a repository that has heard of nothing yet.
pub(super) fn plan<F: Forge>(repository: &str, post: &Post) -> Vec<Request> {
    let comment = post.comment.iter().flat_map(|comment| sticky::plan::<F>(repository, comment));
    let status = post.status.iter().map(|status| F::status(repository, post, status));
    comment.chain(status).collect()
}

/// Tells all that a post holds. A thing that cannot be told keeps none of the others from being told.
pub(super) async fn publish<F: Forge>(connection: &Connection, post: &Post) -> Told {
    let mut told = Told::default();
    let mut session = match open::<F>(connection) {
        Ok(session) => session,
        Err(error) => {
            told.errors.push(error);
            return told;
        }
    };
    if let Some(comment) = &post.comment {
        session.leave_time_for(post.status.is_some().into());
        let fate = sticky::tell::<F, _>(&mut session, &post.head, comment, &mut told.errors).await;
        told.note(fate.map(Delivered::Comment));
    }
    if let Some(status) = &post.status {
        session.leave_time_for(0);
        // A later status of the same name replaces an earlier one, so that twice does no harm.
        let request = F::status(&connection.repository, post, status);
        let set = session.ask::<IgnoredAny>(STATUS, &request).await;
        told.note(set.map(|_| Delivered::Status));
    }
    told.requests = session.sent();
    told
}

fn open<F: Forge>(connection: &Connection) -> Result<Session<'_, Http>, Error> {
    if !F::is_repository(&connection.repository) {
        let why = "its repository is to be given as `owner/name`, or by GitLab's number";
        return Err(Error::Api { why: why.to_owned() });
    }
    Ok(Session::new(connection, Http::new(connection, F::HEADER, F::NO_ACCESS)?))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::publish::{Conclusion, Post, Status};

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
}
