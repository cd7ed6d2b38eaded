//! Opening a history: what is made, and what is refused and left as it is.

use crate::runs;
use crate::sqlite::{Place, get, open, put};
use pacegate::store::{SqliteStore, StoreError};
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// Opening the file that `make` made must fail with this text and leave every byte.
#[track_caller]
fn check(make: impl FnOnce(&Path), expected: &str) {
    let place = Place::new();
    let path = place.0.path().join("history.db");
    make(&path);
    let before = fs::read(&path).ok();
    let error = SqliteStore::open(&path).unwrap_err();
    let text = error.to_string().replace(&path.display().to_string(), "PATH");
    assert_eq!(text, expected);
    assert_eq!(fs::read(&path).ok(), before, "{text}");
}

fn database(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn what_is_not_ours_is_refused_untouched() {
    let foreign =
        "failed to open store `PATH`: it is the database of another program; name another file";
    let no_database = "failed to open store `PATH`: it is not an SQLite database; name another file, or move this one away";
    check(|path| database(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);"), foreign);
    check(|path| database(path, "PRAGMA journal_mode = WAL; CREATE TABLE run (key);"), foreign);
    check(|path| database(path, "PRAGMA application_id = 1; PRAGMA user_version = 1;"), foreign);
    check(|path| fs::write(path, "version: 1\n").unwrap(), no_database);
    check(|path| fs::write(path, vec![0; 10_000]).unwrap(), no_database);
    check(
        |path| fs::create_dir(path).unwrap(),
        "failed to open store `PATH`: it is a directory; name a file in it",
    );
}

#[test]
fn a_newer_version_is_refused_untouched() {
    let newer = "failed to open store `PATH`: its format is version 1000, and this pacegate knows versions up to 2; update pacegate";
    let make = |path: &Path| {
        put(&open(path), &runs::seeded(1, "p")).unwrap();
        database(path, "PRAGMA user_version = 1000; CREATE TABLE later (a);");
    };
    check(make, newer);
    // Left in the write-ahead log by a process that was killed: no checkpoint may be made of it.
    let killed = |path: &Path| {
        let elsewhere = Place::new();
        let origin = elsewhere.0.path().join("history.db");
        make(&origin);
        let connection = Connection::open(&origin).unwrap();
        connection.execute_batch("CREATE TABLE last (a);").unwrap();
        for suffix in ["", "-wal"] {
            let name = |path: &Path| format!("{}{suffix}", path.display());
            fs::copy(name(&origin), name(path)).unwrap();
        }
    };
    check(killed, newer);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_waiting_for_its_other_end() {
    let place = Place::new();
    let path = place.0.path().join("pipe");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::NotADatabase { .. })));
}

#[test]
fn a_path_through_a_file_is_refused() {
    let place = Place::new();
    let file = place.0.path().join("file");
    fs::write(&file, "text").unwrap();
    for path in [file.join("history.db"), file.join("a/b/history.db")] {
        let error = SqliteStore::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Inaccessible { .. }), "{error:?}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"text");
    assert!(matches!(SqliteStore::open(Path::new("")), Err(StoreError::Inaccessible { .. })));
}

#[test]
fn directories_are_made_and_ours_is_hidden_from_git() {
    let place = Place::new();
    let path = place.0.path().join("a/b/.pacegate/history.db");
    put(&open(&path), &runs::seeded(1, "p")).unwrap();
    assert_eq!(fs::read_to_string(path.with_file_name(".gitignore")).unwrap(), "*\n");
    assert!(!place.0.path().join("a/.gitignore").exists());

    // A directory that was there before is not ours to hide.
    let own = place.0.path().join(".pacegate");
    fs::create_dir(&own).unwrap();
    drop(open(&own.join("history.db")));
    assert!(!own.join(".gitignore").exists());
}

#[test]
fn an_empty_file_becomes_a_history() {
    let place = Place::new();
    let path = place.0.path().join("history.db");
    fs::write(&path, "").unwrap();
    let run = runs::seeded(1, "p");
    put(&open(&path), &run).unwrap();
    runs::assert_same(&get(&open(&path), run.id).unwrap(), &run);
}

#[test]
fn names_that_sqlite_gives_a_meaning_are_plain_files() {
    let place = Place::new();
    for name in [":memory:", "file:x?mode=memory", "a b%20ü.db"] {
        let path = place.0.path().join(name);
        drop(open(&path));
        assert!(path.is_file(), "{name}");
    }
}

#[test]
fn a_closed_history_is_one_file_in_wal_mode() {
    let place = Place::new();
    let store = open(&place.path());
    put(&store, &runs::seeded(1, "p")).unwrap();
    drop(store);
    let mut names: Vec<_> = fs::read_dir(place.path().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".gitignore", "history.db"]);
    let mode: String = Connection::open(place.path())
        .unwrap()
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}
