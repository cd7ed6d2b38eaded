//! The launcher child, `pacegate __exec`: runs one command, says what it used, and leaves nothing
//! of it behind.
//!
//! One launcher runs one command. The kernel keeps the peak memory of waited-for children as one
//! maximum for ever, so a launcher that ran two commands could not tell the second one's; and a
//! fresh, small process gives every command the same start. The clock starts and stops in here, so
//! that the launcher's own start is never measured.

mod protocol;
mod spawn;
mod supervise;
mod tail;
mod tree;

pub(super) use protocol::{Cut, End, Ended, Report, Request, Usage};

use nix::sys::signal::{SigSet, Signal};
use std::io::{BufRead as _, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use supervise::Note;

/// The argument that makes the binary a launcher.
pub(super) const EXEC_ARGUMENT: &str = "__exec";
/// The longest request: a command line and an environment are at most a few megabytes on any system.
const MAX_REQUEST_BYTES: u64 = 16 << 20;

/// The launcher: reads a request from stdin, runs its command to the end, writes a report to stdout.
///
/// Stdin stays open as a lifeline. When it closes, because the other side asks for a stop or died,
/// the command and all its descendants are ended. Must run before anything that takes memory, since
/// the launcher's size hides smaller peaks of the command.
pub(super) fn exec_main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve() -> std::io::Result<()> {
    let request = read_request()?;
    // Both fail only where they are not needed: a session leader already, or not Linux.
    let _ = nix::unistd::setsid();
    tree::adopt_orphans();

    let (tell, notes) = channel();
    watch_signals(tell.clone())?;
    watch_lifeline(tell.clone());
    let report = supervise::run(request, tell, notes);

    let mut line = serde_json::to_vec(&report)?;
    line.push(b'\n');
    std::io::stdout().write_all(&line)
}

fn read_request() -> std::io::Result<Request> {
    let mut line = Vec::new();
    std::io::stdin().lock().take(MAX_REQUEST_BYTES).read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice(&line)?)
}

/// Asks for a stop when stdin closes.
fn watch_lifeline(tell: Sender<Note>) {
    std::thread::spawn(move || {
        // An error is as good as the end: nobody is there any more.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = tell.send(Note::StopAsked);
    });
}

/// The signals that would end the launcher and orphan what it runs.
fn deadly_signals() -> SigSet {
    SigSet::from_iter([Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP])
}

/// Turns deadly signals into a stop; called before any other thread starts, so that all block them.
fn watch_signals(tell: Sender<Note>) -> std::io::Result<()> {
    let deadly = deadly_signals();
    deadly.thread_block()?;
    std::thread::spawn(move || {
        if deadly.wait().is_ok() {
            let _ = tell.send(Note::StopAsked);
        }
    });
    Ok(())
}
