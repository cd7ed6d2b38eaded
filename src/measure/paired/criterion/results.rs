//! Which bench of which executable is which target.

use crate::measure::bench::criterion::{Bench, ReadError, names};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The number of an executable, and a folder that it writes to. Criterion names folders before it
/// filters, so that a bench has the same one in every process.
pub(super) type Place = (usize, PathBuf);

/// The benches of a build, known once all of them were measured. Their names stay when fewer are.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<Place, Names>);

#[derive(Debug)]
struct Names {
    /// Criterion's id, which it filters by.
    id: String,
    /// The target's.
    name: String,
}

impl Known {
    /// The benches that an entry's processes wrote, named as they would be without a base.
    pub(super) fn of(entry: &str, read: &[(Place, Result<Bench, ReadError>)]) -> Self {
        let mut uses: BTreeMap<&Path, usize> = BTreeMap::new();
        for ((_, folder), _) in read {
            *uses.entry(folder).or_default() += 1;
        }
        let benches = read.iter().filter_map(|(place, bench)| Some((place, bench.as_ref().ok()?)));
        let benches: Vec<(&Place, &Bench)> = benches.collect();
        let folder = |(number, folder): &Place| match uses.get(folder.as_path()) {
            // Written by several executables.
            Some(2..) => Path::new(&number.to_string()).join(folder),
            _ => folder.clone(),
        };
        let ids: Vec<_> = benches.iter().map(|(place, b)| (folder(place), &*b.id)).collect();
        let known = names(entry, &ids)
            .into_iter()
            .zip(benches)
            .map(|(name, (place, bench))| (place.clone(), Names { id: bench.id.clone(), name }));
        Known(known.collect())
    }

    /// A bench's target.
    pub(super) fn name(&self, place: &Place) -> Option<&str> {
        self.0.get(place).map(|names| &*names.name)
    }

    /// The ids of those targets that an executable has.
    pub(super) fn ids(&self, executable: usize, wanted: &BTreeSet<String>) -> Vec<&str> {
        let own = self.0.iter().filter(|((number, _), _)| *number == executable);
        own.filter(|(_, names)| wanted.contains(&names.name)).map(|(_, names)| &*names.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sample;

    fn read(number: usize, folder: &str, id: &str) -> (Place, Result<Bench, ReadError>) {
        let sample = Sample::new(vec![vec![1.0]]).unwrap();
        ((number, folder.into()), Ok(Bench { id: id.to_owned(), sample, elapsed: 1.0 }))
    }

    fn names_of(benches: &[(Place, Result<Bench, ReadError>)]) -> (Known, Vec<String>) {
        let known = Known::of("e", benches);
        let names =
            benches.iter().map(|(place, _)| known.name(place).unwrap().to_owned()).collect();
        (known, names)
    }

    #[test]
    fn benches_are_found_again_by_their_targets() {
        let (known, names) = names_of(&[read(0, "g/a/new", "g/a"), read(1, "b c/new", "b c")]);
        assert_eq!(names, ["e/g/a", "e/b_c"]);
        let wanted = BTreeSet::from(["e/b_c".to_owned(), "e/other".to_owned()]);
        assert_eq!(known.ids(0, &wanted), [""; 0]);
        assert_eq!(known.ids(1, &wanted), ["b c"]);
        assert_eq!(known.name(&(1, "g/a/new".into())), None);
    }

    #[test]
    fn equal_ids_of_two_executables_are_two_targets() {
        let (known, names) = names_of(&[read(0, "a/new", "a"), read(1, "a/new", "a")]);
        assert!(
            names[0] != names[1] && names.iter().all(|name| name.starts_with("e/a-")),
            "{names:?}"
        );
        let wanted = BTreeSet::from([names[1].clone()]);
        assert_eq!((known.ids(0, &wanted).len(), known.ids(1, &wanted)), (0, vec!["a"]));
    }

    #[test]
    fn one_executable_is_named_as_without_a_base() {
        let (_, found) = names_of(&[read(0, "a b/new", "a b"), read(0, "a_b/new", "a_b")]);
        assert_eq!(found, names("e", &[("a b/new".into(), "a b"), ("a_b/new".into(), "a_b")]));
    }
}
