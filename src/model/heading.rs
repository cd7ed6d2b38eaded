//! What is known of a stored run without reading its values.

use super::{Environment, Revision, Run, Verdict};
use time::OffsetDateTime;
use uuid::Uuid;

/// A stored run without its values: enough to choose a baseline, or to list a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// The run's id.
    pub id: Uuid,
    /// When measuring began.
    pub started: OffsetDateTime,
    /// Where in version control it stands.
    pub revision: Revision,
    /// The machine class.
    pub environment: Environment,
    /// Whether it may serve as a baseline, its verdict apart.
    pub trusted: bool,
    /// Whether measuring was interrupted.
    pub cut_short: bool,
    /// What its gates decided when it was measured.
    pub verdict: Verdict,
    /// How many targets it measured.
    pub targets: u64,
}

impl Heading {
    /// The heading of a run that was given this verdict.
    pub fn new(run: &Run, verdict: Verdict) -> Heading {
        Heading {
            id: run.id,
            started: run.started,
            revision: run.revision.clone(),
            environment: run.environment.clone(),
            trusted: run.trusted,
            cut_short: run.cut_short,
            verdict,
            targets: run.targets.len() as u64,
        }
    }

    /// Whether the run belongs to the history of one of these branches: trusted, complete, and on
    /// one of them or on none. Outside version control its own `trusted` decides alone.
    pub fn is_on(&self, branches: &[String]) -> bool {
        let branch = self.revision.branch.as_ref();
        self.trusted && !self.cut_short && branch.is_none_or(|branch| branches.contains(branch))
    }

    /// Whether the run may serve as a baseline: it belongs to the history of one of these branches,
    /// and neither failed nor broke.
    pub fn serves(&self, branches: &[String]) -> bool {
        self.is_on(branches) && self.verdict.feeds_baseline()
    }
}
