//! Why a forge is told nothing.

/// Why a forge is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Nothing was asked for that this event has a place for.
    #[error(
        "nothing is posted: this event has no pull request to comment on, and neither a check nor a status was asked for"
    )]
    NoPlace,
    /// Nothing was asked for.
    #[error("nothing is posted: no comment, check or status was asked for")]
    Unwanted,
    /// The CI is of no forge that is known.
    #[error("nothing is posted: no forge is known that could be told; name one with `--provider`")]
    NoForge,
    /// The job's token may only read.
    #[error(
        "nothing is posted: the token of a job for {0} may only read; what was found stands in the summary \
         and the reports, and docs/github.md has the recipe that posts it from a trusted workflow"
    )]
    ReadOnly(&'static str),
    /// There is no token.
    #[error("nothing is posted: there is no token; hand one over in {0}")]
    NoToken(&'static str),
    /// The event lacks what is needed to address the forge.
    #[error("nothing is posted: neither the event nor the job's variables say {0}")]
    Unaddressed(&'static str),
    /// It is looked for when it is told.
    #[error(
        "the pull request is found when it is told: the open one whose head is the commit that the finished \
         workflow was about"
    )]
    FoundThen,
    /// The workflow that was measured in belongs to no open pull request, or to several.
    #[error(
        "nothing is posted: not exactly one open pull request has the commit that the finished workflow was \
         about as its head; it may have moved on or been closed"
    )]
    NoChange,
}

impl Silence {
    /// Whether something that was asked for is left undone, rather than there being nothing to do.
    pub fn is_failure(self) -> bool {
        matches!(self, Silence::NoToken(_) | Silence::Unaddressed(_))
    }
}
