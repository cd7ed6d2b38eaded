//! Moving a project's history from one store to another.

use super::history::open_store;
use crate::Error;
use crate::config::{self, StoreLocation};
use crate::model::{Heading, Run, Verdict};
use crate::store::{Store, StoreError};
use std::collections::HashMap;
use std::path::Path;
use time::Date;
use uuid::Uuid;

/// The most runs that are read at once, since a history may be larger than the memory.
const TOGETHER: usize = 50;

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Runs that were written.
    pub written: usize,
    /// Runs that were there already, as they are.
    pub there: usize,
}

/// Copies all runs of the project that a configuration names, oldest first, and reads each of them
/// back. What is stored under the same id in `to` is replaced; other runs there stay.
///
/// # Errors
///
/// When a store cannot be read or written, there is nothing to copy, or a run that was written does
/// not come back as it was.
pub async fn copy(
    config: &Path,
    from: &StoreLocation,
    to: &StoreLocation,
) -> Result<Copied, Error> {
    let (plan, _) = config::load(config, Date::MIN)?;
    let nothing = || {
        let project = &plan.project;
        Error::NoSuchRun(format!("no run of project `{project}` is stored in `{from}`"))
    };
    if let Some(path) = from.file() {
        match std::fs::metadata(path) {
            Err(_) => return Err(nothing()),
            Ok(found) if found.len() == 0 => {
                return Err(StoreError::Empty { path: path.to_owned() }.into());
            }
            Ok(_) => {}
        }
    }
    let source = open_store(from).await?;
    let mut headings = source.headings(&plan.project).await?;
    if headings.is_empty() {
        return Err(nothing());
    }
    headings.reverse();
    let target = open_store(to).await?;
    let known = by_id(target.headings(&plan.project).await?);
    let mut copied = Copied { written: 0, there: 0 };
    for some in headings.chunks(TOGETHER) {
        let written = copy_some(&*source, &*target, some, &known, to).await?;
        copied.written += written;
        copied.there += some.len() - written;
    }
    let found = by_id(target.headings(&plan.project).await?);
    match headings.iter().find(|heading| found.get(&heading.id) != Some(heading)) {
        Some(lost) => Err(differs(lost.id, to)),
        None => Ok(copied),
    }
}

/// Copies some runs, and gives the number of those that were not there as they are.
async fn copy_some(
    source: &dyn Store,
    target: &dyn Store,
    headings: &[Heading],
    known: &HashMap<Uuid, Heading>,
    to: &StoreLocation,
) -> Result<usize, Error> {
    let ids: Vec<Uuid> = headings.iter().map(|heading| heading.id).collect();
    let runs = source.get(&ids).await?;
    let there: Vec<Uuid> = ids.iter().copied().filter(|id| known.contains_key(id)).collect();
    let there = target.get(&there).await?;
    let is_there = |(heading, run): &(&Heading, &Run)| {
        known.get(&run.id) == Some(*heading) && there.iter().any(|other| other == *run)
    };
    let missing = headings.iter().zip(&runs).filter(|both| !is_there(both));
    let missing: Vec<(Run, Verdict)> =
        missing.map(|(heading, run)| (run.clone(), heading.verdict)).collect();
    target.put_all(&missing).await?;
    let written: Vec<Uuid> = missing.iter().map(|(run, _)| run.id).collect();
    let read = target.get(&written).await?;
    match missing.iter().zip(&read).find(|((run, _), read)| run != *read) {
        Some(((run, _), _)) => Err(differs(run.id, to)),
        None => Ok(missing.len()),
    }
}

fn by_id(headings: Vec<Heading>) -> HashMap<Uuid, Heading> {
    headings.into_iter().map(|heading| (heading.id, heading)).collect()
}

fn differs(run: Uuid, to: &StoreLocation) -> Error {
    Error::CopyDiffers { run, store: to.to_string() }
}
