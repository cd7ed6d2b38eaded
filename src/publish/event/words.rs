//! An event in words.

use super::{Distrust, Event, Kind, Provider, Trust};
use std::fmt;

/// Such as `pull request 7 of o/r on GitHub`; names are as the event gives them.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let merge = if self.provider == Provider::GitLab { "merge" } else { "pull" };
        match (self.kind, &self.change, &self.branch) {
            (Kind::PullRequest, Some(change), _) => write!(f, "{merge} request {}", change.number)?,
            (Kind::PullRequest, None, _) => write!(f, "a {merge} request")?,
            (Kind::PullRequestTarget, ..) => {
                f.write_str("a pull request, as `pull_request_target`")?
            }
            (Kind::MergeGroup, ..) => f.write_str("a merge queue's group")?,
            (Kind::Push, _, Some(branch)) => write!(f, "a push to {branch}")?,
            (Kind::Push, _, None) => f.write_str("a push")?,
            (Kind::Tag, ..) => f.write_str("a tag")?,
            (Kind::Schedule, ..) => f.write_str("a schedule")?,
            (Kind::Manual, ..) => f.write_str("a manual start")?,
            (Kind::WorkflowRun, ..) => f.write_str("the end of another workflow")?,
            (Kind::Other, ..) => f.write_str("an event that is not known")?,
        }
        if let Some(repository) = &self.repository {
            write!(f, " of {repository}")?;
        }
        match self.provider {
            Provider::GitHub => f.write_str(" on GitHub"),
            Provider::GitLab => f.write_str(" on GitLab"),
            Provider::Forgejo => f.write_str(" on Forgejo or Gitea"),
            Provider::Generic => Ok(()),
        }
    }
}

impl Trust {
    /// Whether the baseline is fed, and why not.
    pub fn words(self) -> &'static str {
        match self {
            Trust::Trusted => "fed, unless the run fails: it is of a trusted branch",
            Trust::Untrusted(why) => match why {
                Distrust::Proposal => "not fed: it is a proposal",
                Distrust::Fork => "not fed: it is a proposal from a fork",
                Distrust::Bot => "not fed: it is a proposal of a bot",
                Distrust::OtherBranch => "not fed: its branch is none of those under `baseline`",
                Distrust::Detached => "not fed: it is of no branch",
                Distrust::Unknown => "not fed: the event does not say what it is of",
            },
        }
    }
}
