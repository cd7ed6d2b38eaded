//! Marking a known step of performance, in the file beside the configuration.

use super::archive::Archive;
use super::{directory, reports};
use crate::Error;
use crate::config::{AcceptedStep, SeriesPattern, accepted_path, accepted_text};
use crate::gate::nearest;
use crate::measure::{self, Commit};
use crate::model::{Heading, Run};
use std::path::PathBuf;

/// The fewest digits of a hash by which a commit is looked for among stored runs.
const FEWEST_DIGITS: usize = 7;

/// What accepting a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The commit's full hash.
    pub commit: String,
    /// How many series of the newest run it concerns.
    pub series: usize,
    /// The file that it was written to.
    pub path: PathBuf,
}

impl Archive {
    /// Accepts what a commit did to the series that a glob matches: from it on they begin a new
    /// regime. `commit` is any name that git knows, or the start of the hash of a stored run's commit.
    ///
    /// # Errors
    ///
    /// When the glob is malformed or matches nothing that was measured, no commit is meant, or the
    /// file cannot be written or has no room for a line more.
    pub async fn accept(
        &self,
        series: &str,
        commit: &str,
        reason: &str,
    ) -> Result<Accepted, Error> {
        let pattern = SeriesPattern::new(series).map_err(|reason| {
            Error::NotAccepted(format!("`{series}` is not a glob on series: {reason}"))
        })?;
        let newest = self.runs().find(|listed| listed.serves);
        let newest = newest.map_or_else(|| self.find("latest"), Ok)?;
        let matched = matched(&pattern, &self.read(newest).await?)?;
        let Commit { hash, time } = self.commit(commit).ok_or_else(|| {
            Error::NotAccepted(format!(
                "no commit `{commit}` is known to git here or has a stored run; name one of the \
                 branch that feeds the baseline"
            ))
        })?;
        let reason = reason.to_owned();
        let step = AcceptedStep { series: pattern, commit: hash.clone(), time, reason };
        let path = accepted_path(&self.config);
        reports::write(&path, &accepted_text(&self.config, &step)?)
            .map_err(|source| Error::AcceptedWrite { path: path.clone(), source })?;
        Ok(Accepted { commit: hash, series: matched, path })
    }

    fn commit(&self, name: &str) -> Option<Commit> {
        let by_git = measure::commit(directory(&self.config), name);
        by_git.or_else(|| {
            let is_hash =
                name.len() >= FEWEST_DIGITS && name.bytes().all(|b| b.is_ascii_hexdigit());
            let name = name.to_ascii_lowercase();
            let hash = |heading: &Heading| heading.revision.commit.clone();
            let mut found: Vec<Commit> = self
                .history
                .headings()
                .iter()
                .filter_map(|heading| Some(Commit { hash: hash(heading)?, time: heading.started }))
                .filter(|commit| is_hash && commit.hash.starts_with(&name))
                .collect();
            found.sort_by_key(|commit| commit.time);
            found.dedup_by(|a, b| a.hash == b.hash);
            if found.len() == 1 { found.pop() } else { None }
        })
    }
}

/// How many series of a run a pattern matches, where it is any.
fn matched(pattern: &SeriesPattern, run: &Run) -> Result<usize, Error> {
    let text = &pattern.text;
    match (run.series().filter(|s| pattern.matches(&s.id.to_string())).count(), nearest(run, text))
    {
        (0, Some(nearest)) => Err(Error::NotAccepted(format!(
            "`{text}` matches no series of the newest run; the nearest is `{nearest}`"
        ))),
        (0, None) => Err(Error::NotAccepted("the newest run has no series".to_owned())),
        (matched, _) => Ok(matched),
    }
}
