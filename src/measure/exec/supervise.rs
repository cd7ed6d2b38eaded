//! From the start of a command to the end of its last descendant.

use super::protocol::{Cut, End, Ended, Report, Request, Usage};
use super::spawn::start_and_wait;
use super::tail::Tail;
use super::tree;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How long descendants may take to end by themselves after the command, before they count as left
/// behind: a pipeline's last writer needs a moment.
const SETTLE: Duration = Duration::from_millis(100);
/// How often descendants are looked for while they are ended.
const ROUND: Duration = Duration::from_millis(20);
/// How long killing is repeated; what survives that is stuck in the kernel.
const KILLING: Duration = Duration::from_secs(5);

/// What the other threads tell.
pub(super) enum Note {
    /// The command could not be started.
    NotStarted(String),
    /// The command runs.
    Started(Pid),
    /// The command ended.
    Ended(End, Usage),
    /// The command and all its descendants are gone.
    AllGone,
    /// The command is to be ended.
    StopAsked,
}

/// Runs the request's command and ends all that it leaves.
pub(super) fn run(request: Request, tell: Sender<Note>, notes: Receiver<Note>) -> Report {
    let (timeout, grace) = (request.timeout, request.grace);
    let (tail, log) = match Tail::of_a_pipe() {
        Ok(opened) => opened,
        Err(error) => return Report::NotStarted(error.to_string()),
    };
    std::thread::spawn(move || start_and_wait(&request, log, &tell));

    let mut stop_asked = false;
    let pid = loop {
        match notes.recv() {
            Ok(Note::Started(pid)) => break pid,
            Ok(Note::StopAsked) => stop_asked = true,
            Ok(Note::NotStarted(reason)) => return Report::NotStarted(reason),
            Ok(Note::Ended(..) | Note::AllGone) => {}
            Err(_) => return Report::NotStarted("the launcher failed".to_owned()),
        }
    };
    let mut command = Running { pid, notes, stop_asked, ended: None, all_gone: false };
    let cut = command.until_it_ends(timeout);
    let left_behind = command.end_all(cut, grace);
    let (end, usage) = command.ended.unzip();
    let usage = usage.unwrap_or_default();
    Report::Ended(Box::new(Ended { end, cut, usage, left_behind, log: tail.read() }))
}

/// A started command and what is known of it so far.
struct Running {
    pid: Pid,
    notes: Receiver<Note>,
    stop_asked: bool,
    ended: Option<(End, Usage)>,
    all_gone: bool,
}

impl Running {
    /// Waits until the command ends by itself, or gives the reason to end it.
    fn until_it_ends(&mut self, timeout: Option<Duration>) -> Option<Cut> {
        // A timeout beyond the clock's range is none.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        self.wait(deadline, |command| command.ended.is_some() || command.stop_asked);
        match (&self.ended, self.stop_asked) {
            (Some(_), _) => None,
            (None, true) => Some(Cut::Stopped),
            (None, false) => Some(Cut::TimedOut),
        }
    }

    /// Ends the command when it is to be cut, then whatever it leaves; gives the number of
    /// processes that outlived it.
    fn end_all(&mut self, cut: Option<Cut>, grace: Duration) -> usize {
        if cut.is_some() {
            // The command first and alone: a well-behaved one ends its own children.
            tree::tell(self.pid, Signal::SIGTERM);
            self.wait(after(grace), |command| command.ended.is_some());
        }
        let left_behind = match self.ended {
            Some(_) => self.end_left_behind(grace),
            None => 0,
        };
        let give_up = Instant::now() + KILLING;
        while !self.all_gone && Instant::now() < give_up {
            tree::tell_all(self.pid, Signal::SIGKILL);
            self.wait(after(ROUND), |command| command.all_gone);
        }
        left_behind
    }

    /// Asks what outlived the command to end, newcomers too; gives how many there were.
    fn end_left_behind(&mut self, grace: Duration) -> usize {
        self.wait(after(SETTLE), |command| command.all_gone);
        let mut told = HashSet::new();
        let give_up = Instant::now() + grace;
        while !self.all_gone && Instant::now() < give_up {
            for descendant in tree::descendants() {
                if told.insert(descendant) {
                    tree::tell(descendant, Signal::SIGTERM);
                }
            }
            self.wait(after(ROUND), |command| command.all_gone);
        }
        told.len()
    }

    /// Takes in notes until `enough`, or the deadline.
    fn wait(&mut self, deadline: Option<Instant>, enough: impl Fn(&Self) -> bool) {
        while !enough(self) {
            let note = match deadline {
                None => self.notes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(deadline) => {
                    self.notes.recv_timeout(deadline.saturating_duration_since(Instant::now()))
                }
            };
            match note {
                Ok(Note::Ended(end, usage)) => self.ended = Some((end, usage)),
                Ok(Note::AllGone) => self.all_gone = true,
                Ok(Note::StopAsked) => self.stop_asked = true,
                Ok(Note::Started(_) | Note::NotStarted(_)) => {}
                Err(_) => return,
            }
        }
    }
}

fn after(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}
