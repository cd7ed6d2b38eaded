//! History: runs with their verdicts, written whole or not at all.

mod error;
mod format;
mod git;
mod select;
mod sqlite;

pub use error::StoreError;
pub use git::GitStore;
pub use select::{Selection, Wanted, select};
pub use sqlite::SqliteStore;

use crate::model::{Heading, Run, Verdict};
use async_trait::async_trait;
use uuid::Uuid;

/// Where runs are kept. Every backend passes one conformance suite.
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes a run with its verdict. Once this returns, the run survives a crash; until then
    /// nothing of it is seen. Writing a run again replaces it as a whole, verdict included.
    async fn put(&self, run: &Run, verdict: Verdict) -> Result<(), StoreError>;

    /// Writes several runs, in one step where the store can; otherwise an error may leave those before
    /// it written. No id is among them twice.
    async fn put_all(&self, runs: &[(Run, Verdict)]) -> Result<(), StoreError> {
        for (run, verdict) in runs {
            self.put(run, *verdict).await?;
        }
        Ok(())
    }

    /// What is known of a project's runs without reading their values, newest first.
    async fn headings(&self, project: &str) -> Result<Vec<Heading>, StoreError>;

    /// The runs with these ids, in this order; an id that is not stored is an error.
    async fn get(&self, ids: &[Uuid]) -> Result<Vec<Run>, StoreError>;

    /// Removes these runs, all of them or none, and gives their room back as far as others who use
    /// the store let it. An id that is not stored is passed over: somebody else was faster.
    async fn remove(&self, ids: &[Uuid]) -> Result<(), StoreError>;
}
