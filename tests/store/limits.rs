//! What the system may refuse: rights and room. Both are set for a whole process, so children do it.
#![cfg(unix)]

use crate::child;
use crate::runs;
use crate::sqlite::{Place, get, open, put};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Uid, setuid};
use pacegate::store::{SqliteStore, StoreError};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_file_or_directory_is_told() {
    for (file, directory) in [(0o444, 0o777), (0o666, 0o555), (0o444, 0o555)] {
        let place = Place::new();
        let path = place.path();
        put(&open(&path), &runs::seeded(1, "p")).unwrap();
        set_mode(place.0.path(), 0o777);
        set_mode(&path, file);
        set_mode(path.parent().unwrap(), directory);
        let before = fs::read(&path).unwrap();
        child::run("limits::child_without_rights", &path);
        assert_eq!(fs::read(&path).unwrap(), before);
        set_mode(path.parent().unwrap(), 0o777);
    }
    // Nor can a history begin in a read-only directory.
    let place = Place::new();
    set_mode(place.0.path(), 0o555);
    child::run("limits::child_without_rights", &place.0.path().join("history.db"));
    child::run("limits::child_without_rights", &place.path());
    set_mode(place.0.path(), 0o777);
}

#[test]
fn child_without_rights() {
    let Some(path) = child::history() else { return };
    if Uid::effective().is_root() {
        // Root may write everything, so become nobody.
        setuid(Uid::from_raw(65534)).unwrap();
    }
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    child::done();
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let place = Place::new();
    child::run("limits::child_without_room", &place.path());
    let store = open(&place.path());
    runs::assert_same(&get(&store, runs::seeded(1, "p").id).unwrap(), &runs::seeded(1, "p"));
    put(&store, &runs::seeded(2, "p")).unwrap();
}

#[test]
fn child_without_room() {
    let Some(path) = child::history() else { return };
    // A blocked signal is not delivered, and the write that is too long fails.
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGXFSZ);
    signals.thread_block().unwrap();
    let limit = |bytes| {
        let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
        setrlimit(Resource::RLIMIT_FSIZE, bytes, hard).unwrap();
    };

    limit(1000);
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");

    limit(1 << 20);
    let store = open(&path);
    put(&store, &runs::seeded(1, "p")).unwrap();
    let errors: Vec<StoreError> =
        (100..200).filter_map(|seed| put(&store, &runs::seeded(seed, "p")).err()).collect();
    assert!(!errors.is_empty());
    for error in errors {
        assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    }
    runs::assert_same(&get(&store, runs::seeded(1, "p").id).unwrap(), &runs::seeded(1, "p"));
    child::done();
}
