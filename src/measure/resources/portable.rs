//! Systems that do not tell what other processes use.

use super::Root;
use crate::model::{Measurement, Warning};
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

/// A group of processes of which nothing is known.
#[derive(Debug)]
pub(super) struct Group {
    name: &'static str,
}

impl Group {
    /// The processes of some trees.
    pub(super) fn of_trees(name: &'static str, _roots: &[Root]) -> Self {
        Group { name }
    }

    /// Nothing: control groups are Linux's.
    pub(super) fn of_cgroup(_name: &'static str, _folder: &Path) -> Option<Self> {
        None
    }

    /// Reads nothing.
    pub(super) fn look(&mut self) {}

    /// Gives nothing, and says so.
    pub(super) fn finish(self, _window: &Range<Instant>) -> (Vec<Measurement>, Option<Warning>) {
        let reason = "this system does not tell; run on Linux".to_owned();
        let warning = Warning::ResourcesUnread { what: self.name.to_owned(), reason };
        (Vec::new(), Some(warning))
    }
}
