//! One of something for each build.

use crate::model::Build;

/// The base's and the head's.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::measure) struct Both<T> {
    pub(in crate::measure) base: T,
    pub(in crate::measure) head: T,
}

impl<T> Both<T> {
    /// The one of a build.
    pub(in crate::measure) fn of(&self, build: Build) -> &T {
        match build {
            Build::Base => &self.base,
            Build::Head => &self.head,
        }
    }

    /// The one of a build, to be changed.
    pub(in crate::measure) fn of_mut(&mut self, build: Build) -> &mut T {
        match build {
            Build::Base => &mut self.base,
            Build::Head => &mut self.head,
        }
    }
}
