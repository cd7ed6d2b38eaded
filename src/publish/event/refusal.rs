//! Events under which nothing is measured, since that would run a stranger's code with our secrets.

use super::{Event, Kind};

/// Why nothing is measured under an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `pull_request_target`: the code of a stranger, with the secrets of the target.
    #[error(
        "refused to measure under `pull_request_target`, which would run the code of a pull request with this \
         repository's secrets; measure under `pull_request`, and tell of it from a workflow on `workflow_run` \
         by `pacegate publish --untrusted`"
    )]
    PullRequestTarget,
    /// `workflow_run`: the half of the recipe that may write.
    #[error(
        "refused to measure under `workflow_run`, which runs with this repository's secrets; measure in the \
         workflow that it follows, and here only tell of that by `pacegate publish --untrusted`"
    )]
    WorkflowRun,
}

/// Whether an event's code may be built and run in its job.
///
/// # Errors
///
/// For events whose job holds secrets while the code is that of a proposal; the text says what to do
/// instead.
pub fn may_measure(event: &Event) -> Result<(), Refusal> {
    match event.kind {
        Kind::PullRequestTarget => Err(Refusal::PullRequestTarget),
        Kind::WorkflowRun => Err(Refusal::WorkflowRun),
        Kind::PullRequest
        | Kind::MergeGroup
        | Kind::Push
        | Kind::Tag
        | Kind::Schedule
        | Kind::Manual
        | Kind::Other => Ok(()),
    }
}
