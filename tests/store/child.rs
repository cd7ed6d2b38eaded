//! Parts of tests that need a process of their own: the test binary runs one of its own tests,
//! which does nothing unless it is asked for in this way.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the history that the child works on; set in children alone.
const HISTORY: &str = "PACEGATE_TEST_HISTORY";

/// What a child prints when it has done its part, since a wrong name would run nothing and succeed.
const DONE: &str = "the child has done its part";

/// A command that runs the test of this name, with the history at `path`.
pub(crate) fn command(test: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(HISTORY, path);
    command
}

/// In a child: the history to work on.
pub(crate) fn history() -> Option<PathBuf> {
    std::env::var_os(HISTORY).map(PathBuf::from)
}

/// In a child: says that everything was done.
pub(crate) fn done() {
    println!("{DONE}");
}

/// Runs the test of this name in a child, and fails unless it did all it should.
pub(crate) fn run(test: &str, path: &Path) {
    let output = command(test, path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains(DONE), "{text}\n{errors}");
}
