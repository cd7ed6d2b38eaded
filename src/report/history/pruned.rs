//! What tidying a history removed.

use super::Form;
use super::list::{Listed, list};
use crate::report::Error;
use crate::report::number::{NBSP, counted};

/// What was removed from a history, or would be.
#[derive(Debug)]
pub struct Pruned<'a> {
    /// The runs, newest first.
    pub gone: Vec<Listed<'a>>,
    /// How many stay.
    pub left: usize,
    /// How many of these are old, and needed.
    pub held: usize,
    /// Whether nothing was removed after all.
    pub dry: bool,
}

/// Tells which runs were removed; as JSON these alone.
///
/// # Errors
///
/// When a run cannot be written as JSON.
pub fn pruned(pruned: &Pruned<'_>, form: Form) -> Result<String, Error> {
    let Pruned { gone, left, held, dry } = pruned;
    let runs = if gone.is_empty() { String::new() } else { list(gone, form)? };
    if form == Form::Json {
        return Ok(runs);
    }
    let verb = if *dry { "would be removed" } else { "removed" };
    let (gone, left) = (counted(gone.len(), "run"), counted(*left, "run"));
    let held = match held {
        0 => String::new(),
        held => format!(", {held} of them since a release or an accepted step needs them"),
    };
    Ok(format!("{runs}{gone} {verb}; {left} stay{held}\n").replace(NBSP, " "))
}
