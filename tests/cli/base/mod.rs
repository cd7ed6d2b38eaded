//! `run --base` on repositories as people have them.

mod alone;
mod interrupt;
mod places;

use crate::project::Project;
