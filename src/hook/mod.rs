//! The pre-push hook: how it gets into a repository, and what it is told of a push.

mod place;
mod push;

pub use place::{Error, Installed, Options, install, uninstall};
pub use push::{Push, Subject, fallback, pushes, subject};
