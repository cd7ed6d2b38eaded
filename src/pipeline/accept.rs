//! Marking a known step of performance, in the file beside the configuration.

use super::archive::Archive;
use super::lineage::{Landmark, Standing};
use super::{directory, past, reports};
use crate::Error;
use crate::config::{AcceptedStep, SeriesPattern, accepted_path, accepted_text};
use crate::gate::nearest;
use crate::model::Run;
use std::path::PathBuf;

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
        let pattern = past::pattern(series)?;
        let newest = self.runs().find(|listed| listed.serves);
        let newest = newest.map_or_else(|| self.find("latest"), Ok)?;
        let matched = matched(&pattern, &self.read(newest).await?)?;
        let known: Vec<Standing> = self.history.headings().iter().map(Standing::of).collect();
        let landmark = Landmark::find(directory(&self.config), commit, &known);
        let Landmark { commit, time } = landmark.ok_or_else(|| {
            Error::NotAccepted(format!(
                "no commit `{commit}` is known to git here or has a stored run; name one of the \
                 branch that feeds the baseline"
            ))
        })?;
        let reason = reason.to_owned();
        let step = AcceptedStep { series: pattern, commit: commit.clone(), time, reason };
        let path = accepted_path(&self.config);
        reports::write(&path, &accepted_text(&self.config, &step)?)
            .map_err(|source| Error::AcceptedWrite { path: path.clone(), source })?;
        Ok(Accepted { commit, series: matched, path })
    }
}

/// How many series of a run a pattern matches, where it is any.
fn matched(pattern: &SeriesPattern, run: &Run) -> Result<usize, Error> {
    match run.series().filter(|series| pattern.matches(&series.id.to_string())).count() {
        0 => {
            let (pattern, nearest) = (pattern.text.clone(), nearest(run, &pattern.text));
            Err(Error::NoSuchSeries { pattern, nearest })
        }
        matched => Ok(matched),
    }
}
