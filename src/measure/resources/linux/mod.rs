//! What processes use, read from `/proc` and from control groups.

mod census;
mod cgroup;
mod process;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod tests;

use super::Root;
use super::budget::{Budget, thread_time};
use super::ledger::{Entry, Ledger};
use super::uses::{Steps, Use, Uses};
use crate::model::{Measurement, Warning};
use census::{Census, Member, Part};
use cgroup::Cgroup;
use process::Unread;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

/// CPU time and memory of all processes may take one part in so many of a core to read.
const SHARE_OF_LOOKS: u32 = 200;
/// What needs a file or more for each process or thread is read this often, nearly a second apart so that
/// every second has one, and may take one part in so many of a core.
const DETAILS: (Duration, u32) = (Duration::from_millis(900), 500);

/// A group of processes and what it used so far.
#[derive(Debug)]
pub(super) struct Group {
    source: Source,
    uses: Uses,
    /// CPU time in user mode and in the kernel.
    cpu: (Ledger, Ledger),
    /// Bytes read from and written to storage.
    storage: (Ledger, Ledger),
    switches: Ledger,
    looks: Budget,
    details: Budget,
    shared_out: Budget,
    /// Whether any process was ever there.
    seen: bool,
    denied: BTreeSet<Use>,
}

/// Where processes are found.
#[derive(Debug)]
enum Source {
    Tree(Census),
    Cgroup(Cgroup),
}

impl Group {
    /// The processes of some trees.
    pub(super) fn of_trees(name: &'static str, roots: &[Root]) -> Self {
        let tick = 1.0 / procfs::ticks_per_second() as f64;
        Group::new(name, Source::Tree(Census::new(roots)), tick)
    }

    /// The processes of a control group; `None` where the folder is none.
    pub(super) fn of_cgroup(name: &'static str, folder: &Path) -> Option<Self> {
        let cgroup = Cgroup::new(folder)?;
        Some(Group::new(name, Source::Cgroup(cgroup), 1e-6))
    }

    fn new(name: &'static str, source: Source, cpu: f64) -> Self {
        let details = Budget::new(DETAILS.0, DETAILS.1);
        let memory = procfs::page_size() as f64;
        Group {
            source,
            uses: Uses::new(name, Steps { cpu, memory }),
            cpu: Default::default(),
            storage: Default::default(),
            switches: Ledger::default(),
            looks: Budget::new(Duration::ZERO, SHARE_OF_LOOKS),
            details,
            shared_out: details,
            seen: false,
            denied: BTreeSet::new(),
        }
    }

    /// Reads what is due.
    pub(super) fn look(&mut self) {
        let began = Instant::now();
        if !self.looks.is_due(began) {
            return;
        }
        let before = thread_time();
        let members = match &mut self.source {
            Source::Tree(census) => census.look(),
            Source::Cgroup(cgroup) => Ok(members(cgroup)),
        };
        if let Ok(members) = &members {
            self.note_cpu(began, members);
            self.note_levels(began, members);
        }
        self.looks.spend(began, thread_time().saturating_sub(before));
        // Where not all members are known, the next look does better.
        let Ok(members) = members else { return };
        self.look_closer(&members);
    }

    /// Reads what is due of that which takes longer.
    fn look_closer(&mut self, members: &[Member]) {
        let began = Instant::now();
        if self.details.is_due(began) {
            let before = thread_time();
            self.note_storage(began, members);
            self.note_switches(began, members);
            let descriptors = sum(members, process::descriptors);
            self.note_sum(Use::Descriptors, began, descriptors);
            self.details.spend(began, thread_time().saturating_sub(before));
        }
        let began = Instant::now();
        if self.shared_out.is_due(began) {
            let before = thread_time();
            let shared_out = sum(members, process::shared_out);
            self.note_sum(Use::MemoryPss, began, shared_out);
            self.shared_out.spend(began, thread_time().saturating_sub(before));
        }
    }

    fn note_cpu(&mut self, at: Instant, members: &[Member]) {
        let (user, system) = match &self.source {
            Source::Cgroup(cgroup) => match cgroup.cpu() {
                Some((user, system)) => (user as f64 * 1e-6, system as f64 * 1e-6),
                None => return,
            },
            Source::Tree(_) => {
                let entry = |member: &Member, own: u64, waited: i64| {
                    let Part { own: counts, children } = member.part;
                    let waited = if children { waited.max(0) as u64 } else { 0 };
                    Entry { own: if counts { own } else { 0 }, waited, ..blank(member) }
                };
                let user = members.iter().map(|m| entry(m, m.stat.utime, m.stat.cutime));
                let system = members.iter().map(|m| entry(m, m.stat.stime, m.stat.cstime));
                let seconds = |ticks: u64| ticks as f64 / procfs::ticks_per_second() as f64;
                (seconds(self.cpu.0.update(user)), seconds(self.cpu.1.update(system)))
            }
        };
        self.uses.push(Use::CpuUser, at, user);
        self.uses.push(Use::CpuSystem, at, system);
        self.uses.push(Use::Cpu, at, user + system);
    }

    fn note_levels(&mut self, at: Instant, members: &[Member]) {
        let living = || living(members);
        if living().next().is_none() {
            return;
        }
        self.seen = true;
        let (memory, threads) = match &self.source {
            Source::Cgroup(cgroup) => (cgroup.memory(), cgroup.threads()),
            Source::Tree(_) => (None, None),
        };
        let resident = || living().map(|member| member.stat.rss).fold(0, u64::saturating_add);
        let memory = memory.unwrap_or_else(|| resident().saturating_mul(procfs::page_size()));
        let running = || living().map(|member| member.stat.num_threads.max(0) as u64).sum();
        self.uses.push(Use::Memory, at, memory as f64);
        self.uses.push(Use::Threads, at, threads.unwrap_or_else(running) as f64);
    }

    fn note_storage(&mut self, at: Instant, members: &[Member]) {
        let moved = match &self.source {
            Source::Cgroup(cgroup) => cgroup.storage(),
            Source::Tree(_) => None,
        };
        let moved = match moved {
            Some(moved) => Ok(moved),
            // Of a process that ended the kernel adds it to the parent's own.
            None => each(members.iter(), process::storage).map(|read| {
                let entries = |of: fn(&(u64, u64)) -> u64| {
                    let entry = move |(member, moved): &(&Member, (u64, u64))| Entry {
                        waited: of(moved),
                        ..blank(member)
                    };
                    read.iter().map(entry).collect::<Vec<_>>()
                };
                let (in_, out) = (entries(|moved| moved.0), entries(|moved| moved.1));
                (self.storage.0.update(in_), self.storage.1.update(out))
            }),
        };
        let moved = moved.map(|(read, written)| (read as f64, written as f64));
        self.note(Use::Read, at, moved.map(|moved| moved.0));
        self.note(Use::Written, at, moved.map(|moved| moved.1));
    }

    fn note_switches(&mut self, at: Instant, members: &[Member]) {
        let switches = each(living(members), process::switches).map(|read| {
            let threads = read.iter().flat_map(|(member, threads)| {
                threads.iter().map(|(id, own)| Entry {
                    id: (*id, member.stat.starttime),
                    own: *own,
                    waited: 0,
                })
            });
            self.switches.update(threads) as f64
        });
        self.note(Use::Switches, at, switches);
    }

    fn note_sum(&mut self, what: Use, at: Instant, sum: Result<Option<u64>, Unread>) {
        if let Some(sum) = sum.transpose() {
            self.note(what, at, sum.map(|sum| sum as f64));
        }
    }

    fn note(&mut self, what: Use, at: Instant, value: Result<f64, Unread>) {
        match value {
            Ok(value) => self.uses.push(what, at, value),
            Err(Unread::Denied) => drop(self.denied.insert(what)),
            Err(Unread::Gone | Unread::Failed) => {}
        }
    }

    /// What it used in the window, and a doubt where something could not be read.
    pub(super) fn finish(self, window: &Range<Instant>) -> (Vec<Measurement>, Option<Warning>) {
        let found = self.uses.measurements(window);
        let what = self.uses.group().to_owned();
        let reason = if !self.seen {
            "there is no such process".to_owned()
        } else if found.is_empty() {
            "it was read too seldom in the measured time".to_owned()
        } else if !self.denied.is_empty() {
            let names: Vec<_> = self.denied.iter().map(|denied| denied.name()).collect();
            format!("another user's: {}", names.join(", "))
        } else {
            return (found, None);
        };
        (found, Some(Warning::ResourcesUnread { what, reason }))
    }
}

/// The processes of a control group.
fn members(cgroup: &Cgroup) -> Vec<Member> {
    let part = Part { own: true, children: false };
    let stats = cgroup.processes().into_iter().filter_map(|id| process::stat(id).ok());
    stats.map(|stat| Member { stat, part }).collect()
}

/// The members that use something themselves, and have not ended.
fn living(members: &[Member]) -> impl Iterator<Item = &Member> {
    members.iter().filter(|member| member.part.own && !matches!(member.stat.state, 'Z' | 'X'))
}

/// An entry of a member that used nothing.
fn blank(member: &Member) -> Entry {
    let stat = &member.stat;
    Entry { id: (stat.pid, stat.starttime), own: 0, waited: 0 }
}

/// Reads something of each member; those that ended meanwhile are left out.
fn each<'a, T>(
    members: impl Iterator<Item = &'a Member>,
    read: impl Fn(i32) -> Result<T, Unread>,
) -> Result<Vec<(&'a Member, T)>, Unread> {
    let mut found = Vec::new();
    for member in members {
        match read(member.stat.pid) {
            Ok(value) => found.push((member, value)),
            Err(Unread::Gone) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}

/// The sum of something over the living members; `None` where there is none.
fn sum(
    members: &[Member],
    read: impl Fn(i32) -> Result<u64, Unread>,
) -> Result<Option<u64>, Unread> {
    let read = each(living(members), read)?;
    let sum = read.iter().map(|(_, value)| *value).reduce(u64::saturating_add);
    Ok(sum)
}
