//! What measuring is given besides the plan.

use super::{Observer, Stop};
use std::path::Path;

/// The surroundings of a measurement: the same for every target of a run.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The executable that runs commands and services as `LAUNCHER __exec`; usually our own.
    pub launcher: &'a Path,
    /// Asked when measuring is to end early.
    pub stop: &'a Stop,
    /// Told what goes on.
    pub observer: Observer<'a>,
}
