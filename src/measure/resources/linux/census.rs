//! Which processes belong to a tree, look by look.
//!
//! Only members and newcomers are read at each look: a process that does not descend from a root never
//! will, since orphans go to an ancestor of theirs or to none of the tree. A member stays one whoever
//! becomes its parent.

use super::process::{self, Unread};
use crate::measure::resources::Root;
use procfs::process::Stat;
use std::collections::{BTreeMap, BTreeSet};

/// The most processes that a tree may have; more are a fault of what is watched, and would cost too much.
const MOST_MEMBERS: usize = 5000;

/// What of a member counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// What it uses itself.
    pub(super) own: bool,
    /// What its waited-for children used, and its living descendants with them.
    pub(super) children: bool,
}

/// A member as read at one look.
#[derive(Debug)]
pub(super) struct Member {
    /// What it tells.
    pub(super) stat: Stat,
    /// What of it counts.
    pub(super) part: Part,
}

/// The members of a tree so far.
#[derive(Debug)]
pub(super) struct Census {
    /// Ancestors before their descendants; those without a start were not read yet.
    members: Vec<(i32, Option<u64>, Part)>,
    /// Processes that do not belong to it.
    others: BTreeSet<i32>,
}

impl Census {
    /// The trees below some roots.
    pub(super) fn new(roots: &[Root]) -> Self {
        let member = |root: &Root| {
            let (id, own, children) = match *root {
                Root::Process(id) => (id, true, true),
                Root::Launcher(id) => (id, false, true),
                Root::Alone(id) => (id, true, false),
            };
            // An id that does not fit does not exist.
            (i32::try_from(id).unwrap_or(i32::MAX), None, Part { own, children })
        };
        Census { members: roots.iter().map(member).collect(), others: BTreeSet::new() }
    }

    /// Every living member, parents before their children.
    ///
    /// # Errors
    ///
    /// When a process that may still live cannot be read, or there are too many.
    pub(super) fn look(&mut self) -> Result<Vec<Member>, Unread> {
        let mut found = Vec::with_capacity(self.members.len());
        for (id, began, part) in &self.members {
            match process::stat(*id) {
                Ok(stat) if began.is_none_or(|began| began == stat.starttime) => {
                    found.push(Member { stat, part: *part });
                }
                Ok(_) | Err(Unread::Gone) => {}
                Err(other) => return Err(other),
            }
        }
        if self.members.iter().any(|(.., part)| part.children) {
            self.add_newcomers(&mut found)?;
        }
        self.members = found
            .iter()
            .map(|member| (member.stat.pid, Some(member.stat.starttime), member.part))
            .collect();
        Ok(found)
    }

    fn add_newcomers(&mut self, found: &mut Vec<Member>) -> Result<(), Unread> {
        let listed: BTreeSet<i32> = process::all()?.into_iter().collect();
        self.others.retain(|id| listed.contains(id));
        let mut members: BTreeMap<i32, bool> =
            found.iter().map(|member| (member.stat.pid, member.part.children)).collect();
        // In order of their ids, which is that of birth but for once in thousands.
        let unknown = |id: &&i32| !self.others.contains(id) && !members.contains_key(id);
        let mut waiting: Vec<Stat> =
            listed.iter().filter(unknown).filter_map(|id| process::stat(*id).ok()).collect();
        // Those whose parent ended meanwhile are asked again at the next look.
        while !waiting.is_empty() {
            let before = waiting.len();
            for stat in std::mem::take(&mut waiting) {
                match members.get(&stat.ppid) {
                    Some(true) => {
                        members.insert(stat.pid, true);
                        let part = Part { own: true, children: true };
                        found.push(Member { stat, part });
                    }
                    Some(false) => drop(self.others.insert(stat.pid)),
                    None if stat.ppid == 0 || self.others.contains(&stat.ppid) => {
                        self.others.insert(stat.pid);
                    }
                    None => waiting.push(stat),
                }
            }
            if waiting.len() == before {
                break;
            }
        }
        if found.len() > MOST_MEMBERS { Err(Unread::Failed) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::resources::linux::shell::Shell;

    fn ids(census: &mut Census) -> Vec<i32> {
        census.look().unwrap().iter().map(|member| member.stat.pid).collect()
    }

    #[test]
    fn newcomers_join_and_the_ended_leave() {
        let mut shell =
            Shell::new("read go; sleep 60 & echo $!; read go; kill $!; wait; echo; read go");
        let root = shell.id();
        let mut census = Census::new(&[Root::Process(root as u32)]);
        let mut alone = Census::new(&[Root::Alone(root as u32)]);
        assert_eq!(ids(&mut census), [root]);
        shell.go();
        let child = shell.said()[0];
        assert_eq!(ids(&mut census), [root, child]);
        assert_eq!(ids(&mut alone), [root]);
        shell.go();
        shell.said();
        assert_eq!(ids(&mut census), [root]);
        drop(shell);
        assert_eq!(ids(&mut census), [0; 0]);
        assert_eq!(ids(&mut census), [0; 0]);
    }

    #[test]
    fn grandchildren_belong_and_others_do_not() {
        let mut shell = Shell::new("sh -c 'sleep 60 & echo $$ $!; wait' & read go");
        let other = Shell::new("read go");
        let mut census = Census::new(&[Root::Launcher(shell.id() as u32)]);
        let told = shell.said();
        let found = census.look().unwrap();
        let found: Vec<_> = found.iter().map(|member| (member.stat.pid, member.part.own)).collect();
        assert_eq!(found, [(shell.id(), false), (told[0], true), (told[1], true)]);
        drop(other);
    }

    #[test]
    fn an_orphan_stays_a_member() {
        let mut shell = Shell::new(
            "sh -c 'sleep 60 & echo $$ $!; wait' & inner=$!; \
             read go; kill -9 $inner; wait $inner; echo; read go",
        );
        let told = shell.said();
        let mut census = Census::new(&[Root::Process(shell.id() as u32)]);
        assert_eq!(ids(&mut census), [shell.id(), told[0], told[1]]);
        shell.go();
        shell.said();
        assert_eq!(ids(&mut census), [shell.id(), told[1]]);
    }
}
