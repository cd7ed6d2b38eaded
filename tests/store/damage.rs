//! Histories that hold what pacegate never writes: told, never believed, never a panic.

use crate::runs;
use crate::sqlite::{Place, get, open, put, wait};
use pacegate::store::{SqliteStore, Store, StoreError};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rusqlite::Connection;
use std::fs;

/// A history of one run, changed by these statements with every check switched off.
fn tampered(sql: &str) -> Place {
    let place = Place::new();
    put(&open(&place.path()), &runs::seeded(1, "p")).unwrap();
    let connection = Connection::open(place.path()).unwrap();
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;")
        .unwrap();
    connection.execute_batch(sql).unwrap();
    place
}

#[test]
fn rows_that_are_not_ours_are_refused() {
    let nan_sample = "x'0100000001000000000000000000f87f'";
    let bomb = "x'1c849304ffffffff'";
    for sql in [
        "UPDATE run SET verdict = 'great'",
        "UPDATE run SET elapsed = 9e999",
        "UPDATE run SET elapsed = 1",
        "UPDATE run SET cores = -1",
        "UPDATE run SET cores = 1 << 40",
        "UPDATE run SET started = 9223372036854775807",
        "UPDATE run SET cpu = CAST(x'ff' AS TEXT)",
        "UPDATE run SET warnings = '{'",
        "UPDATE run SET warnings = '[{\"code\":\"other\"}]'",
        "UPDATE run SET warnings = '[{\"code\":\"slow-first\",\"ratio\":null}]'",
        "UPDATE run SET warnings = replace(hex(zeroblob(100000)), '0', '[')",
        "UPDATE run SET toolchain = hex(zeroblob(9000000))",
        "UPDATE target SET engine = 'steam'",
        "UPDATE target SET validity = '[]'",
        "UPDATE target SET elapsed = -9e999",
        "UPDATE target SET position = position + 100",
        "UPDATE target SET position = position - 100",
        "DELETE FROM target",
        "UPDATE measurement SET better = 'Lower'",
        "UPDATE measurement SET assumption = ''",
        "UPDATE measurement SET quantum = 9e999",
        "UPDATE measurement SET target = -target",
        "UPDATE measurement SET position = position + 100",
        "UPDATE measurement SET events = -1",
        "UPDATE measurement SET sample = NULL",
        "UPDATE measurement SET sample = x'00' WHERE sample IS NOT NULL",
        "UPDATE measurement SET sample = zeroblob(10 << 20) WHERE sample IS NOT NULL",
        "UPDATE measurement SET sample = zeroblob(17 << 20) WHERE sample IS NOT NULL",
        &format!("UPDATE measurement SET sample = {nan_sample} WHERE sample IS NOT NULL"),
        "UPDATE measurement SET histogram = x'' WHERE histogram IS NOT NULL",
        "UPDATE measurement SET histogram = zeroblob(10 << 20) WHERE histogram IS NOT NULL",
        &format!("UPDATE measurement SET histogram = {bomb} WHERE histogram IS NOT NULL"),
        "UPDATE failure SET stage = 'lunch'",
        "UPDATE failure SET position = 100",
        "DROP TABLE measurement",
        "DROP TABLE measurement; CREATE VIEW measurement AS SELECT * FROM target",
        "ALTER TABLE failure DROP COLUMN error",
    ] {
        let place = tampered(sql);
        let error = get(&open(&place.path()), runs::seeded(1, "p").id).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{sql}: {error:?}");
    }
}

#[test]
fn triggers_do_not_run() {
    let place = tampered(
        "CREATE TRIGGER lose AFTER INSERT ON measurement BEGIN DELETE FROM measurement; END;
         CREATE TRIGGER keep BEFORE DELETE ON run BEGIN SELECT RAISE(IGNORE); END;",
    );
    let store = open(&place.path());
    for seed in [1, 2] {
        let run = runs::seeded(seed, "p");
        put(&store, &run).unwrap();
        runs::assert_same(&get(&store, run.id).unwrap(), &run);
        wait(store.remove(&[run.id])).unwrap();
        assert!(matches!(get(&store, run.id), Err(StoreError::NotStored { .. })));
    }
}

#[test]
fn damaged_bytes_are_read_or_refused() {
    let place = Place::new();
    let run = runs::seeded(1, "p");
    put(&open(&place.path()), &run).unwrap();
    let whole = fs::read(place.path()).unwrap();
    let mut rng = Pcg64::seed_from_u64(1);
    let mut refused = 0;
    for _ in 0..200 {
        let mut bytes = whole.clone();
        for _ in 0..rng.random_range(1..20) {
            // Half of the damage is where the structure is dense.
            let within = if rng.random() { 4096 } else { bytes.len() };
            let at = rng.random_range(0..within);
            bytes[at] = rng.random();
        }
        bytes.truncate(rng.random_range(1..2 * whole.len()));
        fs::write(place.path(), &bytes).unwrap();
        let read = SqliteStore::open(&place.path()).and_then(|store| {
            wait(store.headings("p"))?;
            get(&store, run.id)
        });
        refused += usize::from(read.is_err());
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn a_truncated_history_is_damaged() {
    let place = Place::new();
    put(&open(&place.path()), &runs::seeded(1, "p")).unwrap();
    let whole = fs::read(place.path()).unwrap();
    fs::write(place.path(), &whole[..whole.len() / 2]).unwrap();
    let read =
        SqliteStore::open(&place.path()).and_then(|store| get(&store, runs::seeded(1, "p").id));
    assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
}
