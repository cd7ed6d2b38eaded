//! Runs in the order of their commits, and the side of a known commit on which each of them stands.

use crate::config::AcceptedStep;
use crate::measure::{self, Commit};
use crate::model::{Heading, Run};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use time::OffsetDateTime;

/// The fewest digits of a hash by which a commit is looked for among stored runs.
const FEWEST_DIGITS: usize = 7;

/// Where a run stands in the history of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    commit: Option<String>,
    started: OffsetDateTime,
}

impl Standing {
    pub(super) fn of(heading: &Heading) -> Standing {
        Standing { commit: heading.revision.commit.clone(), started: heading.started }
    }

    pub(super) fn of_run(run: &Run) -> Standing {
        Standing { commit: run.revision.commit.clone(), started: run.started }
    }

    fn is_at(&self, landmark: &Landmark) -> bool {
        self.commit.as_ref().is_some_and(|commit| commit.starts_with(&landmark.commit))
    }
}

/// The places of standings, those that come first in front: in the order of first parents where git
/// knows all of their commits, else, and within a commit, in that of time.
pub(super) fn order(directory: &Path, standings: &[Standing]) -> Vec<usize> {
    let commits: Option<BTreeSet<String>> = standings.iter().map(|s| s.commit.clone()).collect();
    let line = commits.and_then(|commits| measure::in_order(directory, &commits));
    let places: HashMap<String, usize> =
        line.into_iter().flatten().enumerate().map(|(place, hash)| (hash, place)).collect();
    let place = |standing: &Standing| places.get(standing.commit.as_ref()?).copied();
    let mut order: Vec<usize> = (0..standings.len()).collect();
    order.sort_by_key(|index| (place(&standings[*index]), standings[*index].started));
    order
}

/// A commit that divides a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Landmark {
    /// Its hash, or the start of it.
    pub(super) commit: String,
    /// When it was committed.
    pub(super) time: OffsetDateTime,
}

impl Landmark {
    /// The commit of an accepted step.
    pub(super) fn of(step: &AcceptedStep) -> Landmark {
        Landmark { commit: step.commit.clone(), time: step.time }
    }

    /// The commit that is meant by a name that git knows, or by the start of the hash of the one
    /// commit of the `known` runs that begins so, whose time then is that of its first run.
    pub(super) fn find(directory: &Path, name: &str, known: &[Standing]) -> Option<Landmark> {
        if let Some(Commit { hash, time }) = measure::commit(directory, name) {
            return Some(Landmark { commit: hash, time });
        }
        let is_hash = name.len() >= FEWEST_DIGITS && name.bytes().all(|b| b.is_ascii_hexdigit());
        let named =
            Landmark { commit: name.to_ascii_lowercase(), time: OffsetDateTime::UNIX_EPOCH };
        let at = || known.iter().filter(|run| is_hash && run.is_at(&named));
        let first = at().min_by_key(|run| run.started)?;
        let one = at().all(|run| run.commit == first.commit);
        Some(Landmark { commit: first.commit.clone()?, time: first.started }).filter(|_| one)
    }

    /// As [`at_or_after`](Self::at_or_after), of those at this commit or before it; where git cannot
    /// tell, by the last of the known runs at it.
    pub(super) fn at_or_before(
        &self,
        directory: &Path,
        standings: &[Standing],
        known: &[Standing],
    ) -> Vec<bool> {
        let last = known.iter().filter(|run| run.is_at(self)).map(|run| run.started).max();
        let until = last.unwrap_or(self.time);
        let sides = measure::at_or_before(directory, &self.commit, &commits(standings));
        self.sides(standings, &sides, |started| started <= until)
    }

    /// Whether each of the standings is at this commit or after it, by what git knows of the commits.
    /// Where git cannot tell, those are after it that began no earlier than the first of the `known`
    /// runs at it did, or where there is none, than it was committed.
    pub(super) fn at_or_after(
        &self,
        directory: &Path,
        standings: &[Standing],
        known: &[Standing],
    ) -> Vec<bool> {
        let first = known.iter().filter(|run| run.is_at(self)).map(|run| run.started).min();
        let since = first.unwrap_or(self.time);
        let sides = measure::at_or_after(directory, &self.commit, &commits(standings));
        self.sides(standings, &sides, |started| started >= since)
    }

    fn sides(
        &self,
        standings: &[Standing],
        sides: &HashMap<String, bool>,
        by_time: impl Fn(OffsetDateTime) -> bool,
    ) -> Vec<bool> {
        let by_git = |standing: &Standing| sides.get(standing.commit.as_ref()?).copied();
        let side = |s: &Standing| s.is_at(self) || by_git(s).unwrap_or_else(|| by_time(s.started));
        standings.iter().map(side).collect()
    }
}

fn commits(standings: &[Standing]) -> BTreeSet<String> {
    standings.iter().filter_map(|standing| standing.commit.clone()).collect()
}
