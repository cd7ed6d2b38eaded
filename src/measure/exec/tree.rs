//! The launcher's descendants: finding them and sending them signals.
//!
//! On Linux the launcher is a subreaper, so that a process whose parent ended becomes its child, no
//! matter how often it forked or which session it moved to; a walk from the launcher finds them all.
//! Elsewhere the command's process group stands for its descendants.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Makes orphans of this process's descendants its own children.
pub(super) fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // Every kernel since 3.4 can; on an older one the command itself is still ended.
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Sends a signal to one process, and wakes it so that it sees it.
pub(super) fn tell(pid: Pid, signal: Signal) {
    // Fails when it is gone already, as wanted, or has changed its user, when nothing can be done.
    let _ = kill(pid, signal);
    let _ = kill(pid, Signal::SIGCONT);
}

/// Sends a signal to every descendant of this process, the command `pid` included.
#[cfg(target_os = "linux")]
pub(super) fn tell_all(_pid: Pid, signal: Signal) {
    descendants().into_iter().for_each(|descendant| tell(descendant, signal));
}

/// Sends a signal to the command's process group.
#[cfg(not(target_os = "linux"))]
pub(super) fn tell_all(pid: Pid, signal: Signal) {
    let _ = nix::sys::signal::killpg(pid, signal);
}

/// Every living descendant of this process.
#[cfg(target_os = "linux")]
pub(super) fn descendants() -> Vec<Pid> {
    use std::collections::HashMap;
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    let processes = procfs::process::all_processes().into_iter().flatten().flatten();
    for stat in processes.filter_map(|process| process.stat().ok()) {
        // A zombie has ended; its children have moved on.
        if !matches!(stat.state, 'Z' | 'X') {
            children.entry(stat.ppid).or_default().push(stat.pid);
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![Pid::this().as_raw()];
    while let Some(parent) = parents.pop() {
        let own = children.remove(&parent).unwrap_or_default();
        found.extend(own.iter().copied().map(Pid::from_raw));
        parents.extend(own);
    }
    found
}

/// Nothing: only the process group is known here.
#[cfg(not(target_os = "linux"))]
pub(super) fn descendants() -> Vec<Pid> {
    Vec::new()
}
