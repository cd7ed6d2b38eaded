//! Several processes that make and fill one history at once.

use crate::sqlite::{Place, open, put, wait};
use crate::{child, runs};
use pacegate::store::Store;
use std::process::Child;
use uuid::Uuid;

const WRITERS: u64 = 8;
const RUNS: u64 = 20;
const WRITER: &str = "PACEGATE_TEST_WRITER";

fn seeds(writer: u64) -> impl Iterator<Item = u64> {
    (0..RUNS).map(move |n| writer * 100 + n)
}

#[test]
fn child_writing() {
    let (Some(path), Ok(writer)) = (child::history(), std::env::var(WRITER)) else { return };
    let store = open(&path);
    for seed in seeds(writer.parse().unwrap()) {
        put(&store, &runs::seeded(seed, "p")).unwrap();
    }
}

#[test]
fn processes_lose_nothing_of_each_other() {
    let place = Place::new();
    let start = |writer: u64| {
        let mut command = child::command("processes::child_writing", &place.path());
        command.env(WRITER, writer.to_string()).spawn().unwrap()
    };
    let writers: Vec<Child> = (0..WRITERS).map(start).collect();
    let failed = writers.into_iter().filter_map(|mut writer| {
        let status = writer.wait().unwrap();
        (!status.success()).then_some(status)
    });
    assert_eq!(failed.collect::<Vec<_>>(), []);
    let ids: Vec<Uuid> =
        (0..WRITERS).flat_map(seeds).map(|seed| Uuid::from_u128(seed.into())).collect();
    for run in wait(open(&place.path()).get(&ids)).unwrap() {
        let seed = u64::try_from(run.id.as_u128()).unwrap();
        runs::assert_same(&run, &runs::seeded(seed, "p"));
    }
}
