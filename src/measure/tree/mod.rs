//! The base's tree, checked out beside the head's.

mod cargo;
mod error;
mod lock;
mod mapping;
mod place;
mod prune;
mod question;
mod reference;
mod repository;
mod shallow;
mod worktree;

pub use error::BaseError;
pub(super) use mapping::{Mapping, OutsideTree};

use super::{Context, Stop};
use crate::config::Plan;
use repository::Repository;
use std::fs::File;
use std::path::Path;

/// The merge base of `reference` and the head of the repository that holds `directory`.
pub(super) async fn merge_base(
    directory: &Path,
    reference: &str,
    stop: &Stop,
) -> Result<String, BaseError> {
    Repository::of(directory, stop).await?.merge_base(reference, stop).await
}

/// A checked-out base; no other process changes it while this lives.
pub(super) struct BaseTree {
    /// Its commit.
    pub(super) commit: String,
    /// What of the head's tree is where in this one.
    pub(super) mapping: Mapping,
    /// Held until dropped.
    _lock: File,
}

impl BaseTree {
    /// Checks out the merge base of `reference` and the head of the repository that holds `directory`, for
    /// the commands of a plan.
    ///
    /// The tree lies in `cache`, or the user's, and is kept, with what was built in it, so that the next base
    /// builds incrementally; other trees that were not used for long are removed. The head's own tree is
    /// neither changed nor required to be clean.
    ///
    /// # Errors
    ///
    /// When there is no such commit, or it cannot be checked out.
    pub(super) async fn check_out(
        directory: &Path,
        reference: &str,
        cache: Option<&Path>,
        plan: &Plan,
        context: Context<'_>,
    ) -> Result<BaseTree, BaseError> {
        let repository = Repository::of(directory, context.stop).await?;
        let commit = repository.merge_base(reference, context.stop).await?;
        let place = match cache {
            Some(cache) => place::within(cache, &repository.top)?,
            None => place::of_user(&repository.top, |name| std::env::var_os(name))?,
        };
        let lock = lock::lock(&place, context).await?;
        let tree = worktree::check_out(&repository, &commit, &place, context).await?;
        if let Some(cache) = place.parent() {
            prune::prune(cache, context).await?;
        }
        let configured = tokio::select! {
            configured = cargo::configured(plan, &place) => configured,
            () = context.stop.asked() => return Err(BaseError::Interrupted),
        };
        let mapping = Mapping::new(&repository, tree, place, configured);
        Ok(BaseTree { commit, mapping, _lock: lock })
    }
}
