//! A stored history told: the runs of a project, and what one of them measured.
//!
//! Texts are for people; JSON is one object a line, so that lists of any length can be read as they
//! come.

mod csv;
mod list;
mod points;
mod pruned;
mod show;

pub use csv::csv;
pub use list::{Listed, list};
pub use points::{StoredPoints, points};
pub use pruned::{Pruned, pruned};
pub use show::show;

/// How a history is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A table for people.
    Text,
    /// One JSON object a line.
    Json,
}
