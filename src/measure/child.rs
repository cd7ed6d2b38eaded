//! What the binary does as a child of its own.

use super::exec::{EXEC_ARGUMENT, exec_main};
use super::load::{USERS_ARGUMENT, users_main};
use super::workload::{WORKLOAD_ARGUMENT, work};
use std::ffi::OsString;
use std::process::ExitCode;

/// Does the work of a child of ours, where the arguments after the program's name ask for one.
///
/// Must run before anything that takes memory, since the launcher's size hides smaller peaks of what it
/// runs.
pub fn child_main(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let first = arguments.next()?;
    if first == EXEC_ARGUMENT {
        Some(exec_main())
    } else if first == WORKLOAD_ARGUMENT {
        Some(work(arguments.next().as_deref().and_then(|rounds| rounds.to_str())))
    } else if first == USERS_ARGUMENT {
        Some(users_main(arguments))
    } else {
        None
    }
}
