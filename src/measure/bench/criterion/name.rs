//! Target names of benches: criterion's ids in the alphabet of target names, each unique.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The longest name below the entry's own.
const MAX_CHARS: usize = 120;

/// The names, in order, of benches that are known by their folders and ids.
///
/// A name depends on the bench alone and on whether another one would have the same: then both get a
/// digest of their folders, so that the order in which benches are found changes nothing.
pub(in crate::measure) fn names(entry: &str, benches: &[(PathBuf, &str)]) -> Vec<String> {
    let plain: Vec<String> = benches.iter().map(|(_, id)| sanitised(id)).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &plain {
        *uses.entry(name).or_default() += 1;
    }
    let name = |(name, (folder, _)): (&String, &(PathBuf, &str))| {
        let is_unique = uses.get(name.as_str()) == Some(&1);
        match is_unique && name.len() <= MAX_CHARS {
            true => format!("{entry}/{name}"),
            false => format!("{entry}/{}", marked(name, folder)),
        }
    };
    plain.iter().zip(benches).map(name).collect()
}

/// The id with `_` for all that a target's name must not hold.
fn sanitised(id: &str) -> String {
    let letter = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c,
        _ => '_',
    };
    let part = |part: &str| match part {
        "" | "." | ".." => "_".to_owned(),
        _ => part.chars().map(letter).collect(),
    };
    id.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The name, shortened, with a digest of the folder.
fn marked(name: &str, folder: &Path) -> String {
    let digest = format!("{:x}", Sha256::digest(folder.as_os_str().as_encoded_bytes()));
    let mark = &digest[..8];
    let kept: String = name.chars().take(MAX_CHARS - 1 - mark.len()).collect();
    format!("{}-{mark}", kept.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn named(ids: &[&str]) -> Vec<String> {
        let folder = |(index, id)| (PathBuf::from(format!("{index}/new")), id);
        names("e", &ids.iter().copied().enumerate().map(folder).collect::<Vec<_>>())
    }

    #[test]
    fn ids_become_names() {
        let check = |id: &str, expected: &str| assert_eq!(named(&[id]), [expected]);
        check("parse/large/1024", "e/parse/large/1024");
        check("Vec<u8> -> x", "e/Vec_u8__-__x");
        check("../etc", "e/_/etc");
        check("", "e/_");
    }

    #[test]
    fn equal_names_are_told_apart_in_any_order() {
        let [first, second] = &named(&["a b", "a_b"])[..] else { panic!("two names") };
        assert!(first.starts_with("e/a_b-") && second.starts_with("e/a_b-"));
        assert_ne!(first, second);
    }

    proptest! {
        #[test]
        fn names_are_valid_and_unique(ids in prop::collection::vec("[ab/. é]{0,6}|x{119,125}", 1..20)) {
            let names = named(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            for name in &names {
                prop_assert!(name.len() <= MAX_CHARS + 2, "{name}");
                prop_assert!(name.split('/').all(|part| !matches!(part, "" | "." | "..")), "{name}");
                let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
                prop_assert!(name.chars().all(allowed), "{name}");
            }
            prop_assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        }
    }
}
