//! The `pacegate` command.

use pacegate::measure::{EXEC_ARGUMENT, exec_main};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything that takes memory: the launcher's size hides smaller peaks of what it runs.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == EXEC_ARGUMENT) {
        return exec_main();
    }
    ExitCode::SUCCESS
}
