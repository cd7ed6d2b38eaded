//! The check run of a commit.

use super::client::{Client, Purpose};
use super::requests;
use crate::publish::{Check, Error, Post};
use serde::Deserialize;

const LIST: Purpose = Purpose { what: "list the check runs", permission: "checks: write" };
const WRITE: Purpose = Purpose { what: "write the check run", permission: "checks: write" };
const ANNOTATE: Purpose = Purpose { what: "annotate the check run", permission: "checks: write" };
const READ: Purpose = Purpose { what: "read the check run", permission: "checks: write" };

/// What is read of a check run.
#[derive(Deserialize)]
struct Run {
    id: u64,
    external_id: Option<String>,
    output: Output,
}

#[derive(Deserialize)]
struct Output {
    annotations_count: usize,
}

#[derive(Deserialize)]
struct Runs {
    check_runs: Vec<Run>,
}

/// Creates a check run, complete, then adds the annotations that did not fit.
///
/// A commit that is measured again gets another check run, of which GitHub shows the newest: to change
/// the earlier one would add to its annotations.
pub(super) async fn tell(client: &mut Client<'_>, post: &Post, check: &Check) -> Result<(), Error> {
    let create = requests::create_check(client.repository(), post, check);
    let run = client.create(WRITE, &create, async |client| find(client, post, check).await).await?;
    let mut batches = requests::batches(check);
    let mut there = batches.next().unwrap_or_default().len();
    for batch in batches {
        let add = requests::add_annotations(client.repository(), run.id, check, batch);
        there += batch.len();
        client
            .create(ANNOTATE, &add, async |client| annotated(client, run.id, there).await)
            .await?;
    }
    Ok(())
}

/// The check run that says just this, if there is one.
async fn find(client: &mut Client<'_>, post: &Post, check: &Check) -> Result<Option<Run>, Error> {
    let list = requests::checks(client.repository(), post, check);
    let id = requests::external_id(post, check);
    let Runs { check_runs } = client.ask(LIST, &list).await?;
    Ok(check_runs.into_iter().find(|run| run.external_id.as_ref() == Some(&id)))
}

/// A check run, where it has that many annotations.
async fn annotated(client: &mut Client<'_>, id: u64, there: usize) -> Result<Option<Run>, Error> {
    let run: Run = client.ask(READ, &requests::check(client.repository(), id)).await?;
    Ok((run.output.annotations_count >= there).then_some(run))
}
