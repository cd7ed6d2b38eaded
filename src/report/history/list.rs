//! The runs of a history, one a line.

use super::Form;
use crate::model::{Environment, Heading, Verdict};
use crate::report::grid::grid;
use crate::report::view::minute;
use crate::report::{Error, escape, json};
use serde::Serialize;
use std::collections::HashSet;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// Lengths at which an id may be cut: in front of a hyphen.
const ID_LENGTHS: [usize; 3] = [13, 18, 23];

/// A run in a list.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// What is known of it.
    pub heading: &'a Heading,
    /// Whether it may serve as a baseline.
    pub serves: bool,
}

/// A run as a JSON object.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    started: OffsetDateTime,
    commit: Option<&'a str>,
    branch: Option<&'a str>,
    dirty: bool,
    environment: &'a Environment,
    verdict: Verdict,
    cut_short: bool,
    trusted: bool,
    baseline: bool,
    targets: u64,
}

impl<'a> Line<'a> {
    pub(super) fn new(listed: Listed<'a>) -> Line<'a> {
        let Listed { heading, serves } = listed;
        Line {
            id: heading.id,
            started: heading.started,
            commit: heading.revision.commit.as_deref(),
            branch: heading.revision.branch.as_deref(),
            dirty: heading.revision.dirty,
            environment: &heading.environment,
            verdict: heading.verdict,
            cut_short: heading.cut_short,
            trusted: heading.trusted,
            baseline: serves,
            targets: heading.targets,
        }
    }
}

/// Tells of runs, in their order.
///
/// # Errors
///
/// When a run cannot be written as JSON.
pub fn list(runs: &[Listed<'_>], form: Form) -> Result<String, Error> {
    match form {
        Form::Text => Ok(table(runs)),
        Form::Json => runs.iter().map(|listed| Ok(json::line(&Line::new(*listed))?)).collect(),
    }
}

fn table(runs: &[Listed<'_>]) -> String {
    let id_length = id_length(runs);
    let mut machines: Vec<&Environment> = Vec::new();
    let header =
        ["id", "date (UTC)", "commit", "branch", "machine", "verdict", "baseline", "targets"];
    let mut rows = vec![header.map(str::to_owned)];
    for Listed { heading, serves } in runs {
        let known = machines.iter().position(|machine| **machine == heading.environment);
        let machine = known.unwrap_or_else(|| {
            machines.push(&heading.environment);
            machines.len() - 1
        });
        let revision = &heading.revision;
        let short = |commit: &String| {
            let start: String = commit.chars().take(8).collect();
            start + if revision.dirty { "+" } else { "" }
        };
        rows.push([
            heading.id.to_string().chars().take(id_length).collect(),
            minute(heading.started.to_offset(UtcOffset::UTC)),
            revision.commit.as_ref().map(short).map_or_else(|| "-".to_owned(), |text| name(&text)),
            revision.branch.as_ref().map_or_else(|| "-".to_owned(), |branch| name(branch)),
            (machine + 1).to_string(),
            match heading.cut_short {
                true => format!("{}, cut short", heading.verdict),
                false => heading.verdict.to_string(),
            },
            if *serves { "yes" } else { "no" }.to_owned(),
            heading.targets.to_string(),
        ]);
    }
    let mut text = grid(&rows, &[4, 7]);
    for (index, machine) in machines.iter().enumerate() {
        text += &format!("machine {}: {}\n", index + 1, name(&machine.to_string()));
    }
    text
}

/// The shortest start of the ids that tells all of them apart.
fn id_length(runs: &[Listed<'_>]) -> usize {
    let ids: Vec<String> = runs.iter().map(|listed| listed.heading.id.to_string()).collect();
    let differ = |length: &usize| {
        let mut starts = HashSet::new();
        ids.iter().all(|id| starts.insert(&id[..*length]))
    };
    ID_LENGTHS.into_iter().find(differ).unwrap_or(36)
}

/// A foreign name, harmless and on one line.
pub(super) fn name(text: &str) -> String {
    escape::terminal(&escape::name(text))
}
