//! Starting the command and waiting for it, with nothing between the clock and the process.

use super::deadly_signals;
use super::protocol::{End, Request, Usage};
use super::supervise::Note;
use nix::errno::Errno;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::io::PipeWriter;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;
use std::time::Instant;

/// The unit of `ru_maxrss` in bytes.
const MAXRSS_UNIT: f64 = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };

/// Starts the command, tells of its start and its end, and goes on waiting until no descendant is
/// left, which it tells too.
pub(super) fn start_and_wait(request: &Request, log: PipeWriter, tell: &Sender<Note>) {
    // The channel outlives this thread or nobody listens: either way a failed send changes nothing.
    let tell = |note| drop(tell.send(note));
    let command = match command(request, log) {
        Ok(command) => command,
        Err(error) => return tell(Note::NotStarted(error.to_string())),
    };
    let memory_floor = own_peak_memory();
    let begun = Instant::now();
    let pid = match start(command) {
        Ok(pid) => pid,
        Err(error) => return tell(Note::NotStarted(error.to_string())),
    };
    tell(Note::Started(pid));
    loop {
        let status = waitpid(None, None);
        let wall = begun.elapsed().as_secs_f64();
        let (who, end) = match status {
            Ok(WaitStatus::Exited(who, code)) => (who, End::Exit(code)),
            Ok(WaitStatus::Signaled(who, signal, _)) => (who, End::Signal(signal as i32)),
            Ok(_) | Err(Errno::EINTR) => continue,
            // No child is left; and since orphans become children, no descendant.
            Err(_) => return tell(Note::AllGone),
        };
        if who == pid {
            tell(Note::Ended(end, Usage { wall, memory_floor, ..children() }));
        }
    }
}

fn command(request: &Request, log: PipeWriter) -> std::io::Result<Command> {
    let stdout = match request.keep_stdout {
        true => Stdio::from(log.try_clone()?),
        false => Stdio::null(),
    };
    let mut command = Command::new(&request.program);
    if let [own, arguments @ ..] = &request.argv[..] {
        command.arg0(own).args(arguments);
    }
    command
        .current_dir(&request.cwd)
        .env_clear()
        .envs(&request.env)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(log)
        .process_group(0);
    Ok(command)
}

/// Starts the command with no signal blocked, and closes this side of its output.
fn start(mut command: Command) -> std::io::Result<Pid> {
    deadly_signals().thread_unblock()?;
    let started = command.spawn();
    deadly_signals().thread_block()?;
    // A process id that does not fit does not exist.
    started.map(|child| Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX)))
}

/// What all waited-for children used so far.
fn children() -> Usage {
    let Ok(used) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return Usage::default() };
    Usage {
        user: seconds(used.user_time()),
        system: seconds(used.system_time()),
        peak_memory: used.max_rss() as f64 * MAXRSS_UNIT,
        faults: (used.minor_page_faults() + used.major_page_faults()) as f64,
        switches: (used.voluntary_context_switches() + used.involuntary_context_switches()) as f64,
        ..Usage::default()
    }
}

fn seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6
}

/// Bytes of this process's peak resident set since it became the launcher.
fn own_peak_memory() -> f64 {
    // `getrusage` would count the peak of the process that started the launcher.
    #[cfg(target_os = "linux")]
    if let Some(kib) = procfs::process::Process::myself()
        .and_then(|own| own.status())
        .ok()
        .and_then(|status| status.vmhwm)
    {
        return kib as f64 * 1024.0;
    }
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |used| used.max_rss() as f64 * MAXRSS_UNIT)
}
