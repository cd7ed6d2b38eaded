//! What a tree of processes used in all, though its processes come and go.
//!
//! A process that ended and was waited for leaves what it used in its parent's sum of waited-for
//! children. So the sum over all processes, of what each used itself and what its waited-for children
//! did, rises by what is used and by nothing else, also by what processes used that were never seen.
//!
//! It falls where a process leaves nothing to its parent, which may ignore SIGCHLD, or where the parent
//! was read just before. Then what is seen of the living still counts, and nothing is taken back.

use std::collections::BTreeMap;

/// One process at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its id, with when it began, so that an id that is used again is told apart.
    pub(super) id: (i32, u64),
    /// What it used itself.
    pub(super) own: u64,
    /// What its waited-for children used.
    pub(super) waited: u64,
}

/// What a tree of processes used since the first look. It never falls.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    /// The sum over all at the first look.
    first: Option<u128>,
    /// What each living process used itself.
    living: BTreeMap<(i32, u64), u64>,
    total: u64,
}

impl Ledger {
    /// Takes in all processes of the tree at one look, and gives what it used since the first.
    ///
    /// Parents are to be read before their children: one that was read after its child had been waited
    /// for would hold what the child seems to use still.
    pub(super) fn update(&mut self, entries: impl IntoIterator<Item = Entry>) -> u64 {
        let (mut level, mut seen) = (0u128, 0u64);
        let before = std::mem::take(&mut self.living);
        for Entry { id, own, waited } in entries {
            level += u128::from(own) + u128::from(waited);
            let known = before.get(&id).copied().unwrap_or(0);
            seen = seen.saturating_add(own.saturating_sub(known));
            self.living.insert(id, own);
        }
        match self.first {
            None => self.first = Some(level),
            Some(first) => {
                let risen = u64::try_from(level.saturating_sub(first)).unwrap_or(u64::MAX);
                self.total = self.total.saturating_add(seen).max(risen);
            }
        }
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A tree as the kernel keeps it; the first process adopts orphans and never ends.
    #[derive(Debug, Clone)]
    struct Kernel {
        /// Each with its parent's id.
        living: Vec<(Entry, i32)>,
        next: i32,
        /// All that was ever used.
        used: u64,
        /// Whether parents get what their ended children used.
        waits: bool,
    }

    impl Kernel {
        fn new(waits: bool) -> Self {
            let root = Entry { id: (1, 0), own: 7, waited: 9 };
            Kernel { living: vec![(root, 0)], next: 2, used: 0, waits }
        }

        fn look(&self) -> impl Iterator<Item = Entry> {
            self.living.iter().map(|(entry, _)| *entry)
        }

        fn fork(&mut self, which: usize) {
            let (parent, _) = self.living[which % self.living.len()];
            let new = Entry { id: (self.next, self.next as u64), own: 0, waited: 0 };
            self.living.push((new, parent.id.0));
            self.next += 1;
        }

        fn work(&mut self, which: usize, amount: u64) {
            let which = which % self.living.len();
            self.living[which].0.own += amount;
            self.used += amount;
        }

        fn end(&mut self, which: usize) {
            let which = which % self.living.len();
            if which == 0 {
                return;
            }
            let (ended, waiter) = self.living.remove(which);
            for (entry, parent) in &mut self.living {
                if entry.id.0 == waiter && self.waits {
                    entry.waited += ended.own + ended.waited;
                }
                if *parent == ended.id.0 {
                    *parent = 1;
                }
            }
        }
    }

    #[derive(Debug, Clone)]
    enum Act {
        Fork(usize),
        Work(usize, u64),
        End(usize),
        Look,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            any::<usize>().prop_map(Act::Fork),
            (any::<usize>(), 0u64..100).prop_map(|(which, amount)| Act::Work(which, amount)),
            any::<usize>().prop_map(Act::End),
            Just(Act::Look),
        ];
        prop::collection::vec(act, 0..300)
    }

    /// Looks at a tree whenever told to; gives what the ledger said, and what was true, each time.
    fn watch(mut kernel: Kernel, acts: Vec<Act>) -> Vec<(u64, u64)> {
        let mut ledger = Ledger::default();
        let mut seen = vec![(ledger.update(kernel.look()), kernel.used)];
        for act in acts {
            match act {
                Act::Fork(which) => kernel.fork(which),
                Act::Work(which, amount) => kernel.work(which, amount),
                Act::End(which) => kernel.end(which),
                Act::Look => seen.push((ledger.update(kernel.look()), kernel.used)),
            }
        }
        seen
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_counted_twice(acts in acts()) {
            for (counted, used) in watch(Kernel::new(true), acts) {
                prop_assert_eq!(counted, used);
            }
        }

        #[test]
        fn without_waiting_it_is_too_little_and_never_falls(acts in acts()) {
            let seen = watch(Kernel::new(false), acts);
            prop_assert!(seen.iter().all(|(counted, used)| counted <= used), "{seen:?}");
            prop_assert!(seen.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{seen:?}");
        }

        #[test]
        fn any_numbers_are_taken(
            looks in prop::collection::vec(
                prop::collection::vec((0i32..6, 0u64..3, any::<u64>(), any::<u64>()), 0..8),
                0..12,
            ),
        ) {
            let mut ledger = Ledger::default();
            let mut before = 0;
            for look in looks {
                let entry = |(id, began, own, waited)| Entry { id: (id, began), own, waited };
                let total = ledger.update(look.into_iter().map(entry));
                prop_assert!(total >= before);
                before = total;
            }
        }
    }

    #[test]
    fn a_parent_read_just_before_its_child_ended_catches_up() {
        let root = |waited| Entry { id: (1, 0), own: 0, waited };
        let child = |began, own| Entry { id: (2, began), own, waited: 0 };
        let mut ledger = Ledger::default();
        assert_eq!(ledger.update([root(3)]), 0);
        assert_eq!(ledger.update([root(3), child(5, 10)]), 10);
        assert_eq!(ledger.update([root(3)]), 10);
        assert_eq!(ledger.update([root(15)]), 12);
        // An id that is used again is another process.
        assert_eq!(ledger.update([root(15), child(9, 4)]), 16);
    }

    #[test]
    fn of_what_leaves_nothing_the_last_that_was_seen_stays() {
        let thread = |id, own| Entry { id: (id, 0), own, waited: 0 };
        let mut ledger = Ledger::default();
        assert_eq!(ledger.update([thread(1, 100), thread(2, 50)]), 0);
        assert_eq!(ledger.update([thread(1, 103), thread(2, 90)]), 43);
        assert_eq!(ledger.update([thread(1, 104)]), 44);
        assert_eq!(ledger.update([thread(1, 105), thread(3, 7)]), 52);
    }
}
