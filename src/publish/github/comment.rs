//! The one comment of a pull request.

use super::client::{Client, Purpose};
use super::{Change, requests};
use crate::publish::{Comment, Error, Fate, comment::is_of};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Who writes with the token that GitHub gives a job.
const JOBS: &str = "github-actions[bot]";

const LIST: Purpose = Purpose { what: "list the comments", permission: "pull-requests: write" };
const WRITE: Purpose = Purpose { what: "write the comment", permission: "pull-requests: write" };
const READ: Purpose = Purpose { what: "read the pull request", permission: "pull-requests: write" };

/// What is read of a comment.
#[derive(Deserialize)]
struct Written {
    id: u64,
    /// `None` where an author is gone.
    user: Option<User>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

/// Writes the comment, or what it says into the one that is there.
pub(super) async fn tell(
    client: &mut Client<'_>,
    head: &str,
    comment: &Comment,
) -> Result<Fate, Error> {
    let earlier = find(client, comment).await?;
    match &earlier {
        None if comment.only_replace => return Ok(Fate::Unneeded),
        Some(earlier) if earlier.says(&comment.body) => return Ok(Fate::Unchanged),
        _ => {}
    }
    let read = requests::change(client.repository(), comment.change);
    let change: Change = client.ask(READ, &read).await?;
    if change.head.sha != head {
        return Ok(Fate::Stale);
    }
    let Some(earlier) = earlier else {
        let create = requests::create_comment(client.repository(), comment);
        let mut tries = 0;
        loop {
            let written = client.once::<IgnoredAny>(WRITE, &create, &mut tries).await?;
            if written.is_some() || find(client, comment).await?.is_some() {
                return Ok(Fate::Created);
            }
        }
    };
    let update = requests::update_comment(client.repository(), earlier.id, comment);
    client.ask::<IgnoredAny>(WRITE, &update).await?;
    Ok(Fate::Updated)
}

/// The oldest comment of ours: others may write the marker too.
async fn find(client: &mut Client<'_>, comment: &Comment) -> Result<Option<Written>, Error> {
    let list = requests::comments(client.repository(), comment.change);
    client.find(LIST, list, |written: &Written| written.is(comment)).await
}

impl Written {
    fn is(&self, comment: &Comment) -> bool {
        let author = comment.author.as_deref().unwrap_or(JOBS);
        self.user.as_ref().is_some_and(|user| user.login.eq_ignore_ascii_case(author))
            && self.body.as_ref().is_some_and(|body| is_of(body, &comment.id))
    }

    /// Whether it says that already; other ends of lines and blanks at the end are of no account.
    fn says(&self, body: &str) -> bool {
        let lines = |text: &str| text.trim_end().replace("\r\n", "\n");
        self.body.as_ref().is_some_and(|written| lines(written) == lines(body))
    }
}
