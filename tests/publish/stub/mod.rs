//! GitHub's API as far as it is used here, kept in memory: it checks what it is sent, remembers it, and
//! fails when it is told to.

mod fault;
mod server;
mod state;
mod view;

pub(crate) use fault::{FAULTS, Fault};
pub(crate) use server::Stub;
pub(crate) use state::Change;

/// The token that a job has.
pub(crate) const TOKEN: &str = "ghs_canary0123456789";
/// The one repository.
pub(crate) const REPOSITORY: &str = "octo/shop";
/// Who writes with the token of a job.
pub(crate) const BOT: &str = "github-actions[bot]";
