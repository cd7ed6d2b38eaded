//! Many jobs that write at once, on several clones.

use super::{Place, ids, open, put, wait};
use crate::{child, runs};
use pacegate::store::Store;
use std::collections::BTreeSet;
use std::process::Child;
use uuid::Uuid;

const CLONES: u64 = 4;
const JOBS: u64 = 40;
const JOB: &str = "PACEGATE_TEST_JOB";

#[test]
fn child_job() {
    let (Some(clone), Ok(job)) = (child::history(), std::env::var(JOB)) else { return };
    wait(async {
        let store = open(&clone).await;
        store.headings("jobs").await.unwrap();
        put(&store, &runs::seeded(job.parse().unwrap(), "jobs")).await.unwrap();
    });
    child::done();
}

#[test]
fn jobs_lose_nothing_of_each_other_and_none_gives_up() {
    let place = Place::new();
    let clones: Vec<_> = (0..CLONES).map(|n| place.clone(&n.to_string(), &[])).collect();
    let start = |job: u64| {
        let clone = &clones[usize::try_from(job % CLONES).unwrap()];
        child::command("git::jobs::child_job", clone).env(JOB, job.to_string()).spawn().unwrap()
    };
    let jobs: Vec<Child> = (0..JOBS).map(start).collect();
    let failed = jobs.into_iter().map(|mut job| job.wait().unwrap()).filter(|s| !s.success());
    assert_eq!(failed.collect::<Vec<_>>(), []);
    let pushed = place.pushed();
    let expected: BTreeSet<Uuid> = (0..JOBS).map(|job| Uuid::from_u128(job.into())).collect();
    assert_eq!(pushed.len(), expected.len(), "one is there twice: {pushed:?}");
    assert_eq!(pushed.into_iter().collect::<BTreeSet<_>>(), expected);
    wait(async {
        let store = open(&place.clone("reader", &[])).await;
        assert_eq!(ids(&store, "jobs").await, expected);
        for (seed, id) in (0..).zip(expected) {
            runs::assert_same(&store.get(&[id]).await.unwrap()[0], &runs::seeded(seed, "jobs"));
        }
    });
}
