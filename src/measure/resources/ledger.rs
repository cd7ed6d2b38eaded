//! What a tree of processes used in all, though its processes come and go.
//!
//! A process that ended and was waited for leaves what it used in its parent's sum of waited-for
//! children. Adding such sums blindly would count twice what was seen of a process while it lived, and
//! leaving them out would lose what it used after the last look, or all of it where it was never seen.
//! So each process has an account: of the waited-for sum only what no account holds already is added.

use std::collections::BTreeMap;

/// The most ancestors that are followed from a process that ended.
const MOST_ANCESTORS: usize = 64;

/// One process at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its id.
    pub(super) id: i32,
    /// When it began, so that an id that is used again is told apart.
    pub(super) began: u64,
    /// Its parent's id.
    pub(super) parent: i32,
    /// What it used itself.
    pub(super) own: u64,
    /// What its waited-for children used.
    pub(super) waited: u64,
}

/// What is known of one process.
#[derive(Debug, Clone, Copy)]
struct Account {
    last: Entry,
    /// Its `waited` when it was first seen, where that was at the first look.
    base: u64,
    /// Of `waited` since then, what accounts of ended processes held.
    explained: u64,
    /// Of `waited` since then, what was counted for it.
    unseen: u64,
}

/// What a tree of processes used since the first look. It never falls.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    begun: bool,
    accounts: BTreeMap<i32, Account>,
    total: u64,
}

impl Ledger {
    /// Takes in all processes of the tree at one look, and gives what it used since the first.
    ///
    /// Parents are to be read before their children: one that was read after its child had been waited
    /// for would hold what the child seems to use still.
    pub(super) fn update(&mut self, entries: impl IntoIterator<Item = Entry>) -> u64 {
        let entries: BTreeMap<i32, Entry> = entries.into_iter().map(|e| (e.id, e)).collect();
        let stays = |account: &Account| {
            entries.get(&account.last.id).is_some_and(|now| now.began == account.last.began)
        };
        let (accounts, ended) =
            std::mem::take(&mut self.accounts).into_iter().partition(|(_, account)| stays(account));
        self.accounts = accounts;
        self.settle(&entries);
        self.explain(&ended);
        entries.into_values().for_each(|entry| self.enter(entry));
        self.begun = true;
        self.total
    }

    /// Gives up explanations that did not come: by the look after the one at which a process had ended,
    /// its parent either has got what it used, or never will (it ignores SIGCHLD).
    fn settle(&mut self, entries: &BTreeMap<i32, Entry>) {
        for (id, account) in &mut self.accounts {
            let waited = entries.get(id).map_or(0, |entry| entry.waited);
            let got = waited.saturating_sub(account.base).saturating_sub(account.unseen);
            account.explained = account.explained.min(got);
        }
    }

    /// Tells whoever waits for the processes that ended what was counted of them already.
    fn explain(&mut self, ended: &BTreeMap<i32, Account>) {
        for account in ended.values() {
            let mut heir = account.last.parent;
            for _ in 0..MOST_ANCESTORS {
                match ended.get(&heir) {
                    Some(ancestor) if !self.accounts.contains_key(&heir) => {
                        heir = ancestor.last.parent;
                    }
                    _ => break,
                }
            }
            if let Some(heir) = self.accounts.get_mut(&heir) {
                let waited =
                    account.last.waited.max(account.base.saturating_add(account.explained));
                let held = account.last.own.saturating_add(waited);
                heir.explained = heir.explained.saturating_add(held);
            }
        }
    }

    fn enter(&mut self, entry: Entry) {
        // What a process of the first look had used before is not counted, all of a later one's is.
        let (own, base) = if self.begun { (0, 0) } else { (entry.own, entry.waited) };
        let fresh = Account { last: Entry { own, ..entry }, base, explained: 0, unseen: 0 };
        let account = self.accounts.entry(entry.id).or_insert(fresh);
        let used = entry.own.saturating_sub(account.last.own);
        let known = account.base.saturating_add(account.explained).saturating_add(account.unseen);
        let unseen = entry.waited.saturating_sub(known);
        account.unseen = account.unseen.saturating_add(unseen);
        // Counters that the kernel rounds may fall by one.
        account.last = Entry {
            own: entry.own.max(account.last.own),
            waited: entry.waited.max(account.last.waited),
            ..entry
        };
        self.total = self.total.saturating_add(used).saturating_add(unseen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A tree as the kernel keeps it; the first process adopts orphans and never ends.
    #[derive(Debug, Clone)]
    struct Kernel {
        living: Vec<Entry>,
        next: i32,
        /// All that was ever used.
        used: u64,
        /// Whether parents get what their ended children used.
        waits: bool,
    }

    impl Kernel {
        fn new(waits: bool) -> Self {
            let root = Entry { id: 1, began: 0, parent: 0, own: 7, waited: 9 };
            Kernel { living: vec![root], next: 2, used: 0, waits }
        }

        fn fork(&mut self, which: usize) {
            let parent = self.living[which % self.living.len()].id;
            let (id, began) = (self.next, self.next as u64);
            self.living.push(Entry { id, began, parent, own: 0, waited: 0 });
            self.next += 1;
        }

        fn work(&mut self, which: usize, amount: u64) {
            let which = which % self.living.len();
            self.living[which].own += amount;
            self.used += amount;
        }

        fn end(&mut self, which: usize) {
            let which = which % self.living.len();
            if which == 0 {
                return;
            }
            let ended = self.living.remove(which);
            for entry in &mut self.living {
                if entry.id == ended.parent && self.waits {
                    entry.waited += ended.own + ended.waited;
                }
                if entry.parent == ended.id {
                    entry.parent = 1;
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
        let mut seen = vec![(ledger.update(kernel.living.clone()), kernel.used)];
        for act in acts {
            match act {
                Act::Fork(which) => kernel.fork(which),
                Act::Work(which, amount) => kernel.work(which, amount),
                Act::End(which) => kernel.end(which),
                Act::Look => seen.push((ledger.update(kernel.living.clone()), kernel.used)),
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
                prop::collection::vec((0i32..6, 0u64..3, 0i32..6, any::<u64>(), any::<u64>()), 0..8),
                0..12,
            ),
        ) {
            let mut ledger = Ledger::default();
            let mut before = 0;
            for look in looks {
                let entry = |(id, began, parent, own, waited)| Entry { id, began, parent, own, waited };
                let total = ledger.update(look.into_iter().map(entry));
                prop_assert!(total >= before);
                before = total;
            }
        }
    }

    #[test]
    fn a_parent_read_just_before_its_child_ended_catches_up() {
        let root = |waited| Entry { id: 1, began: 0, parent: 0, own: 0, waited };
        let child = |own| Entry { id: 2, began: 5, parent: 1, own, waited: 0 };
        let mut ledger = Ledger::default();
        assert_eq!(ledger.update([root(3)]), 0);
        assert_eq!(ledger.update([root(3), child(10)]), 10);
        assert_eq!(ledger.update([root(3)]), 10);
        assert_eq!(ledger.update([root(15)]), 12);
        // An id that is used again is another process.
        assert_eq!(ledger.update([root(15), Entry { began: 9, ..child(4) }]), 16);
    }
}
