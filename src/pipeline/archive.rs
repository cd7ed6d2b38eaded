//! The stored history of a project, opened to be looked at or tidied; nothing is measured or judged.

use super::directory;
use super::history::History;
use crate::config::{self, AcceptedStep, Plan};
use crate::model::{Estimate, Heading, Run, SeriesId};
use crate::report::history::{Listed, Pruned};
use crate::{Error, analyze};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The stored runs of a project, as they stood when it was opened; one at least.
pub struct Archive {
    pub(super) config: PathBuf,
    pub(super) plan: Plan,
    pub(super) history: History,
}

/// Which runs are removed: all but these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// The newest ones, this many.
    Keep(usize),
    /// Those that began within this time.
    OlderThan(Duration),
}

impl Archive {
    /// Opens the history that a configuration names; makes none.
    ///
    /// # Errors
    ///
    /// When the configuration or the history cannot be read, or no run of the project is stored.
    pub async fn open(config: &Path) -> Result<Archive, Error> {
        // Waivers do not matter here, so none has expired.
        let (plan, _) = config::load(config, Date::MIN)?;
        let history = History::existing(&plan).await?;
        Ok(Archive { config: config.to_owned(), plan, history })
    }

    /// Every run, newest first.
    pub fn runs(&self) -> impl DoubleEndedIterator<Item = Listed<'_>> {
        self.history.headings().iter().map(|heading| self.listed(heading))
    }

    pub(super) fn listed<'a>(&self, heading: &'a Heading) -> Listed<'a> {
        Listed { heading, serves: heading.serves(&self.plan.baseline.branches) }
    }

    /// The run of an id, of the start of an id, or the `latest` one.
    ///
    /// # Errors
    ///
    /// When none or several are meant.
    pub fn find(&self, wanted: &str) -> Result<Listed<'_>, Error> {
        Ok(self.listed(self.history.find(wanted, &self.plan)?))
    }

    /// All that a listed run measured.
    ///
    /// # Errors
    ///
    /// When the history cannot be read, or the run was removed meanwhile.
    pub async fn read(&self, listed: Listed<'_>) -> Result<Run, Error> {
        self.history.get(listed.heading.id).await
    }

    /// The runs that must stay however old they are: the first one at each accepted step, and those
    /// that are compared with as the last release.
    async fn needed(&self) -> Result<HashSet<Uuid>, Error> {
        let first = |step: &AcceptedStep| {
            let at = |heading: &&Heading| {
                let commit = heading.revision.commit.as_ref();
                commit.is_some_and(|commit| commit.starts_with(&step.commit))
            };
            self.history.headings().iter().rev().find(at).map(|heading| heading.id)
        };
        let mut needed = self.history.of_release(&self.plan, directory(&self.config)).await?;
        needed.extend(self.plan.accepted.iter().filter_map(first));
        Ok(needed)
    }

    /// Removes all runs but those that are to be kept or are needed; a `dry` run removes nothing.
    ///
    /// # Errors
    ///
    /// When the history cannot be written; then nothing is removed.
    pub async fn prune(
        &self,
        prune: Prune,
        now: OffsetDateTime,
        dry: bool,
    ) -> Result<Pruned<'_>, Error> {
        let needed = self.needed().await?;
        let headings = self.history.headings();
        // Counted apart, so that runs of branches never push out those that they are compared with.
        let (mut serving, mut others) = (0, 0);
        let old = |heading: &&Heading| match prune {
            Prune::Keep(newest) => {
                let newer = if self.listed(heading).serves { &mut serving } else { &mut others };
                *newer += 1;
                *newer > newest
            }
            Prune::OlderThan(age) => now - heading.started > age,
        };
        let old = headings.iter().filter(old);
        let (held, gone): (Vec<&Heading>, Vec<_>) =
            old.partition(|heading| needed.contains(&heading.id));
        let gone: Vec<Listed<'_>> = gone.into_iter().map(|heading| self.listed(heading)).collect();
        if !dry {
            let ids: Vec<_> = gone.iter().map(|listed| listed.heading.id).collect();
            self.history.remove(&ids).await?;
        }
        Ok(Pruned { left: headings.len() - gone.len(), held: held.len(), gone, dry })
    }
}

/// The value of every series of a run, with an interval where its data allow one.
pub fn values(run: &Run) -> BTreeMap<SeriesId, Estimate> {
    analyze::observe(run)
}
