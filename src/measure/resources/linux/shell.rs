//! A shell that tests tell what to do, step by step.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A shell with a process group of its own, which is killed in the end.
pub(super) struct Shell {
    child: Child,
    go: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Shell {
    pub(super) fn new(script: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.process_group(0).spawn().unwrap();
        let (go, said) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Shell { child, go, said: BufReader::new(said) }
    }

    pub(super) fn id(&self) -> i32 {
        self.child.id() as i32
    }

    /// Lets it go on after a `read go`.
    pub(super) fn go(&mut self) {
        writeln!(self.go).unwrap();
    }

    /// The next line that it writes.
    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    /// The ids on the next line that it writes.
    pub(super) fn said(&mut self) -> Vec<i32> {
        self.line().split_whitespace().map(|id| id.parse().unwrap()).collect()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(self.id()), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}
