//! The check run of a commit.

use super::client::Client;
use super::requests;
use crate::publish::session::{Purpose, Thing};
use crate::publish::{Check, Error, Post};
use serde::Deserialize;
use serde::de::IgnoredAny;

const LIST: Purpose = Purpose { what: "list the check runs", thing: Thing::Check };
const WRITE: Purpose = Purpose { what: "write the check run", thing: Thing::Check };
const ANNOTATE: Purpose = Purpose { what: "annotate the check run", thing: Thing::Check };
const READ: Purpose = Purpose { what: "read the check run", thing: Thing::Check };

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
    let run = create(client, post, check).await?;
    let mut batches = requests::batches(check);
    let mut there = batches.next().unwrap_or_default().len();
    for batch in batches {
        there += batch.len();
        let add = requests::add_annotations(&client.connection().repository, run.id, check, batch);
        let mut tries = 0;
        while client.once::<IgnoredAny>(ANNOTATE, &add, &mut tries).await?.is_none()
            && count(client, &run).await? < there
        {}
    }
    Ok(())
}

async fn create(client: &mut Client<'_>, post: &Post, check: &Check) -> Result<Run, Error> {
    let create = requests::create_check(&client.connection().repository, post, check);
    let mut tries = 0;
    loop {
        if let Some(run) = client.once(WRITE, &create, &mut tries).await? {
            return Ok(run);
        }
        if let Some(run) = find(client, post, check).await? {
            return Ok(run);
        }
    }
}

/// The check run that says just this, if there is one.
async fn find(client: &mut Client<'_>, post: &Post, check: &Check) -> Result<Option<Run>, Error> {
    let list = requests::checks(&client.connection().repository, post, check);
    let id = requests::external_id(post, check);
    let Runs { check_runs } = client.ask(LIST, &list).await?;
    Ok(check_runs.into_iter().find(|run| run.external_id.as_ref() == Some(&id)))
}

/// How many annotations a check run has.
async fn count(client: &mut Client<'_>, run: &Run) -> Result<usize, Error> {
    let run: Run =
        client.ask(READ, &requests::check(&client.connection().repository, run.id)).await?;
    Ok(run.output.annotations_count)
}
