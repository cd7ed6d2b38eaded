//! The demo service `examples/shop`, as a process of its own that ends with the test.

#[path = "shop_binary.rs"]
mod shop_binary;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The variables that change the shop; a test starts without those of its surroundings.
const VARIABLES: [&str; 4] = ["SHOP_SLOW", "SHOP_FAIL", "SHOP_STALL", "SHOP_BURN"];

/// A running shop.
pub(crate) struct Shop {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    // Kept open, so that the shop never writes to a closed pipe.
    _out: BufReader<ChildStdout>,
}

impl Shop {
    /// Starts a shop of 60 products on a free port and waits until it is ready.
    ///
    /// `flags` are split at spaces; a later `--products` replaces the 60.
    pub(crate) fn start(flags: &str) -> Self {
        let mut command = command();
        if !flags.contains("--products") {
            command.args(["--products", "60"]);
        }
        command.args(flags.split_whitespace());
        Self::spawn(command)
    }

    /// Starts `command` on a free port and waits for the line that says where it listens.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child =
            command.args(["--port", "0"]).stdout(Stdio::piped()).spawn().expect("start the shop");
        let mut out = BufReader::new(child.stdout.take().expect("the shop's output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("read the shop's output");
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split(' ').next());
        let address = address
            .and_then(|address| address.parse().ok())
            .unwrap_or_else(|| panic!("the shop's first line names no address: {line:?}"));
        Self { child, address, _out: out }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(id), signal).expect("signal the shop");
    }

    /// Waits for the shop to end by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("ask for the shop's end") {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "the shop did not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that runs the shop, without any flags.
pub(crate) fn command() -> Command {
    let mut command = Command::new(shop_binary::path());
    VARIABLES.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
}
