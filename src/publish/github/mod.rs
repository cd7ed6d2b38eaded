//! Telling GitHub, and GitHub Enterprise: a comment, a check run and a commit status.
//!
//! `requests` and `comment` say what is sent and `client` sends it. What is there already is looked at
//! first, and nothing is written twice.

mod advice;
mod check;
mod client;
mod comment;
mod requests;

pub use requests::plan;

use super::session::{Purpose, Thing};
use super::{Connection, Delivered, Error, Post, Told, issues, sticky};
use comment::GitHub;
use serde::Deserialize;
use serde::de::IgnoredAny;

const STATUS: Purpose = Purpose { what: "set the commit status", thing: Thing::Status };
const CHANGES: Purpose = Purpose { what: "list the pull requests", thing: Thing::Changes };

/// Tells all that a post holds.
///
/// A thing that cannot be told keeps none of the others from being told: each later one has a part of
/// the time for itself.
pub async fn publish(connection: &Connection, post: &Post) -> Told {
    let mut told = Told::default();
    let mut client = match client::open(connection) {
        Ok(client) => client,
        Err(error) => {
            told.errors.push(error);
            return told;
        }
    };
    let there = [post.comment.is_some(), post.check.is_some(), post.status.is_some()];
    let mut later = there.into_iter().map(u32::from).sum::<u32>();
    if let Some(comment) = &post.comment {
        later -= 1;
        client.leave_time_for(later);
        let fate =
            sticky::tell::<GitHub, _>(&mut client, &post.head, comment, &mut told.errors).await;
        told.note(fate.map(Delivered::Comment));
    }
    if let Some(check) = &post.check {
        later -= 1;
        client.leave_time_for(later);
        told.note(check::tell(&mut client, post, check).await.map(|()| Delivered::Check));
    }
    if let Some(status) = &post.status {
        client.leave_time_for(0);
        // A later status of the same context replaces an earlier one, so that twice does no harm.
        let request = issues::status(&connection.repository, post, status);
        let set = client.ask::<IgnoredAny>(STATUS, &request).await;
        told.note(set.map(|_| Delivered::Status));
    }
    told.requests = client.sent();
    told
}

/// The open pull request into this repository whose head is a commit on a branch of `owner`'s; `None`
/// where there is none, or more than one.
///
/// Everything asked about comes from the event that GitHub itself sent; nothing that the pull request
/// could have written is believed.
///
/// # Errors
///
/// When GitHub cannot be asked.
pub async fn find_change(
    connection: &Connection,
    owner: &str,
    branch: &str,
    head_sha: &str,
) -> Result<Option<u64>, Error> {
    let mut client = client::open(connection)?;
    let request = requests::changes(&connection.repository, owner, branch);
    let changes: Vec<Change> = client.ask(CHANGES, &request).await?;
    let ours = |end: &End| {
        let name = end.repo.as_ref().map(|repo| repo.full_name.as_str());
        name.is_some_and(|name| name.eq_ignore_ascii_case(&connection.repository))
    };
    let mut found = changes.iter().filter(|one| one.head.sha == head_sha && ours(&one.base));
    Ok(match (found.next(), found.next()) {
        (Some(change), None) => Some(change.number),
        _ => None,
    })
}

/// What is read of a pull request.
#[derive(Deserialize)]
struct Change {
    number: u64,
    head: End,
    base: End,
}

#[derive(Deserialize)]
struct End {
    sha: String,
    /// `None` for a fork that is gone.
    repo: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}
