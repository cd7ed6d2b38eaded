//! A process that is killed while it writes loses nothing that was acknowledged, and leaves no half
//! run.

use crate::sqlite::{Place, open, put, wait};
use crate::{child, runs};
use pacegate::model::Run;
use pacegate::store::Store;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rusqlite::Connection;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use uuid::Uuid;

const KILLS: u64 = 50;
const FIRST: &str = "PACEGATE_TEST_FIRST";

/// The second version of a run, which replaces the first.
fn second(first: &Run) -> Run {
    Run { id: first.id, started: first.started, ..runs::seeded(!id_of(first), "crash") }
}

fn id_of(run: &Run) -> u64 {
    u64::try_from(run.id.as_u128()).unwrap()
}

/// Puts two versions of one run after another, and tells of each that was acknowledged.
#[test]
fn child_writing() {
    let (Some(path), Ok(first)) = (child::history(), std::env::var(FIRST)) else { return };
    let store = open(&path);
    println!("acknowledged nothing");
    let first: u64 = first.parse().unwrap();
    for seed in first..first + 1000 {
        let run = runs::seeded(seed, "crash");
        for (version, run) in [(1, &run), (2, &second(&run))] {
            put(&store, run).unwrap();
            println!("acknowledged {seed} {version}");
        }
    }
}

#[test]
fn a_killed_writer_loses_nothing_that_was_acknowledged() {
    let mut rng = Pcg64::seed_from_u64(1);
    let mut place = Place::new();
    let mut acknowledged = HashMap::new();
    for kill in 0..KILLS {
        // Some begin with a history that is not there yet, and are killed while they make it.
        if kill % 5 == 0 {
            (place, acknowledged) = (Place::new(), HashMap::new());
        }
        let mut writer = child::command("crash::child_writing", &place.path());
        writer.env(FIRST, (kill * 1000).to_string());
        let wait_for = if kill % 5 == 0 { 0 } else { rng.random_range(1..6) };
        let then = Duration::from_micros(rng.random_range(0..30_000));
        for line in killed(&mut writer, wait_for, then).lines() {
            let Some(acknowledgement) = line.strip_prefix("acknowledged ") else { continue };
            let Some((seed, version)) = acknowledgement.split_once(' ') else { continue };
            acknowledged.insert(seed.parse().unwrap(), version.parse().unwrap());
        }
        check(&place.path(), &acknowledged);
    }
}

/// What a writer printed until it was killed, some time after a number of acknowledgements.
fn killed(writer: &mut Command, acknowledgements: usize, then: Duration) -> String {
    let mut child = writer.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (mut text, mut seen) = (String::new(), 0);
    while seen < acknowledgements && output.read_line(&mut text).unwrap() > 0 {
        seen = text.matches("acknowledged ").count();
    }
    thread::sleep(then);
    child.kill().unwrap();
    child.wait().unwrap();
    output.read_to_string(&mut text).unwrap();
    // A writer that failed by itself would have acknowledged too little to find anything.
    assert!(seen >= acknowledgements, "{text}");
    text
}

/// Every acknowledged version, or the one that was being written over it, is there as a whole.
fn check(path: &Path, acknowledged: &HashMap<u64, u32>) {
    let store = open(path);
    let stored: Vec<Uuid> =
        wait(store.headings("crash")).unwrap().iter().map(|heading| heading.id).collect();
    for run in wait(store.get(&stored)).unwrap() {
        let first = runs::seeded(id_of(&run), "crash");
        let is_first = run == first && acknowledged.get(&id_of(&run)) != Some(&2);
        assert!(is_first || run == second(&first), "run {} is half or old", run.id);
    }
    for seed in acknowledged.keys() {
        assert!(stored.contains(&Uuid::from_u128((*seed).into())), "run {seed} is lost");
    }
    let connection = Connection::open(path).unwrap();
    for pragma in ["integrity_check", "foreign_key_check"] {
        let found: Vec<String> = connection
            .prepare(&format!("PRAGMA {pragma}"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(found.is_empty() || found == ["ok"], "{found:?}");
    }
}
