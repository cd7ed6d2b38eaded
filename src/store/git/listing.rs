//! The files of a commit, and how two histories become one.

use super::layout::{self, HEADING, MARKER, RUN};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The mode of a plain file.
const FILE: &str = "100644";

/// A file: its mode and its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mode: String,
    pub(super) object: String,
}

/// The files of one unit by their paths: a run, which is there whole or not at all, or another file.
type Unit = BTreeMap<String, Entry>;

/// The files of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listing {
    units: BTreeMap<String, Unit>,
}

/// The objects of a stored run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: Uuid,
    /// The key of its project.
    pub(super) key: String,
    /// All files of it.
    pub(super) files: Vec<String>,
    /// The object of its heading; `None` where there is no plain file.
    pub(super) heading: Option<String>,
    /// The object of the run itself; `None` where there is no plain file.
    pub(super) run: Option<String>,
}

/// What makes one listing of another: files that are set, and files that are removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changes(BTreeMap<String, Option<Entry>>);

impl Listing {
    /// Reads what `git ls-tree -r -z` prints. Paths that are no text are not ours, and passed over.
    pub(super) fn parse(bytes: &[u8]) -> Option<Listing> {
        let mut listing = Listing::default();
        for line in bytes.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let at = line.iter().position(|byte| *byte == b'\t')?;
            let mut words = std::str::from_utf8(&line[..at]).ok()?.split(' ');
            let (mode, _kind, object) = (words.next()?, words.next()?, words.next()?);
            let Ok(path) = std::str::from_utf8(&line[at + 1..]) else { continue };
            let entry = Entry { mode: mode.to_owned(), object: object.to_owned() };
            listing.units.entry(unit(path)).or_default().insert(path.to_owned(), entry);
        }
        Some(listing)
    }

    /// The object of the marker.
    pub(super) fn marker(&self) -> Option<&str> {
        self.file(MARKER, MARKER)
    }

    /// Every stored run.
    pub(super) fn runs(&self) -> impl Iterator<Item = Stored> {
        self.units.iter().filter_map(|(directory, unit)| {
            let (key, id, _) = layout::parse(unit.keys().next()?)?;
            let object = |name| self.file(directory, &format!("{directory}/{name}"));
            Some(Stored {
                id,
                key: key.to_owned(),
                files: unit.keys().cloned().collect(),
                heading: object(HEADING).map(str::to_owned),
                run: object(RUN).map(str::to_owned),
            })
        })
    }

    fn file(&self, unit: &str, path: &str) -> Option<&str> {
        let entry = self.units.get(unit)?.get(path)?;
        (entry.mode == FILE).then_some(entry.object.as_str())
    }

    /// Makes the changes.
    pub(super) fn apply(&mut self, changes: &Changes) {
        for (path, entry) in &changes.0 {
            let files = self.units.entry(unit(path)).or_default();
            match entry {
                Some(entry) => files.insert(path.clone(), entry.clone()),
                None => files.remove(path),
            };
        }
        self.units.retain(|_, files| !files.is_empty());
    }
}

impl Changes {
    /// Sets a plain file.
    pub(super) fn set(&mut self, path: String, object: String) {
        self.0.insert(path, Some(Entry { mode: FILE.to_owned(), object }));
    }

    /// Removes all files of a run.
    pub(super) fn remove(&mut self, run: &Stored) {
        self.0.extend(run.files.iter().map(|path| (path.clone(), None)));
    }

    /// Makes these changes, then others.
    pub(super) fn extend(&mut self, others: Changes) {
        self.0.extend(others.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As `git update-index -z --index-info` reads them: removals first, since a file may stand where
    /// a directory is to be. `none` is the id of no object.
    pub(super) fn index_info(&self, none: &str) -> Vec<u8> {
        let removed = self.0.iter().filter(|(_, entry)| entry.is_none());
        let removed = removed.map(|(path, _)| format!("0 {none}\t{path}\0"));
        let set = self.0.iter().filter_map(|(path, entry)| {
            entry.as_ref().map(|Entry { mode, object }| format!("{mode} {object}\t{path}\0"))
        });
        removed.chain(set).collect::<String>().into_bytes()
    }
}

/// What we did since the common `base` (empty where there is none), to be done to `theirs`. Where
/// both did something to one run, a run that is there outlasts one that is not, and ours is the
/// later writing.
pub(super) fn ours_onto(base: &Listing, ours: &Listing, theirs: &Listing) -> Changes {
    let mut changes = Changes::default();
    let units = ours.units.keys().chain(base.units.keys().filter(|k| !ours.units.contains_key(*k)));
    for unit in units {
        let at = |listing: &'_ Listing| listing.units.get(unit).cloned();
        let (before, mine, other) = (at(base), at(ours), at(theirs));
        let they_replaced = mine.is_none() && other != before;
        if mine == before || mine == other || they_replaced {
            continue;
        }
        let gone = other.unwrap_or_default().into_keys().map(|path| (path, None));
        changes.0.extend(gone);
        let set = mine.unwrap_or_default().into_iter().map(|(path, entry)| (path, Some(entry)));
        changes.0.extend(set);
    }
    changes
}

/// The unit that a path is of: the directory of its run, or the path itself.
fn unit(path: &str) -> String {
    let directory = layout::parse(path).and_then(|_| path.rsplit_once('/'));
    directory.map_or(path, |(directory, _)| directory).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A listing of runs by their numbers, each with a version.
    fn listing(runs: &[(u8, u8)]) -> Listing {
        let mut changes = Changes::default();
        for (run, version) in runs {
            let directory =
                layout::directory(&layout::project_key("p"), Uuid::from_u128((*run).into()));
            for name in [HEADING, RUN] {
                changes.set(format!("{directory}/{name}"), format!("{version:040}"));
            }
        }
        let mut listing = Listing::default();
        listing.apply(&changes);
        listing
    }

    fn merged(base: &[(u8, u8)], ours: &[(u8, u8)], theirs: &[(u8, u8)]) -> Listing {
        let mut onto = listing(theirs);
        onto.apply(&ours_onto(&listing(base), &listing(ours), &onto));
        onto
    }

    #[test]
    fn both_sides_keep_what_they_did() {
        for (what, base, ours, theirs, expected) in [
            (
                "both added",
                &[(1, 0)][..],
                &[(1, 0), (2, 0)][..],
                &[(1, 0), (3, 0)][..],
                &[(1, 0), (2, 0), (3, 0)][..],
            ),
            ("nothing in common", &[], &[(1, 0)], &[(2, 0)], &[(1, 0), (2, 0)]),
            ("we removed", &[(1, 0), (2, 0)], &[(2, 0)], &[(1, 0), (2, 0)], &[(2, 0)]),
            ("they removed", &[(1, 0), (2, 0)], &[(1, 0), (2, 0)], &[(2, 0)], &[(2, 0)]),
            ("we replaced what they removed", &[(1, 0)], &[(1, 1)], &[], &[(1, 1)]),
            ("they replaced what we removed", &[(1, 0)], &[], &[(1, 1)], &[(1, 1)]),
            ("both replaced", &[(1, 0)], &[(1, 1)], &[(1, 2)], &[(1, 1)]),
        ] {
            assert_eq!(merged(base, ours, theirs), listing(expected), "{what}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_was_added_is_lost(base in runs(), ours in runs(), theirs in runs()) {
            let all = [&base[..], &ours, &theirs].map(|runs| runs.iter().map(|run| run.0).collect::<Vec<_>>());
            let found: Vec<u128> = merged(&base, &ours, &theirs).runs().map(|run| run.id.as_u128()).collect();
            for run in 0..8 {
                let [base, ours, theirs] = all.each_ref().map(|runs| runs.contains(&run));
                let found = found.contains(&run.into());
                if (ours || theirs) && !base { prop_assert!(found); }
                if !ours && !theirs { prop_assert!(!found); }
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop::num::u8::ANY, 0..64)) {
            let _ = Listing::parse(&bytes);
        }
    }

    fn runs() -> impl Strategy<Value = Vec<(u8, u8)>> {
        prop::collection::btree_map(0u8..8, 0u8..3, 0..6)
            .prop_map(|runs| runs.into_iter().collect())
    }

    #[test]
    fn what_is_no_plain_file_is_no_object() {
        let directory = layout::directory(&layout::project_key("p"), Uuid::nil());
        let text = format!(
            "120000 blob aa\t{directory}/{RUN}\0100644 blob bb\t{directory}/{HEADING}\0100644 blob cc\tREADME\0"
        );
        let listing = Listing::parse(text.as_bytes()).unwrap();
        let runs: Vec<Stored> = listing.runs().collect();
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].run.as_deref(), runs[0].heading.as_deref()), (None, Some("bb")));
    }
}
