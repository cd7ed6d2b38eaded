//! A process that is killed while it writes and pushes loses nothing that was acknowledged.

use super::{BRANCH, Place, git, ids, open, put, wait};
use crate::{child, runs};
use pacegate::store::{GitStore, Store};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use uuid::Uuid;

const KILLS: u64 = 100;
const FIRST: &str = "PACEGATE_TEST_FIRST";
const REMOTE: &str = "PACEGATE_TEST_REMOTE";

#[test]
fn child_writing() {
    let (Some(clone), Ok(first)) = (child::history(), std::env::var(FIRST)) else { return };
    wait(async {
        let remote = std::env::var(REMOTE).ok();
        let store = GitStore::open(&clone, BRANCH, remote.as_deref()).await.unwrap();
        println!("opened");
        let first: u64 = first.parse().unwrap();
        for seed in first..first + 100 {
            put(&store, &runs::seeded(seed, "crash")).await.unwrap();
            println!("acknowledged {seed}");
        }
    });
}

#[test]
fn a_killed_writer_loses_nothing_that_was_acknowledged() {
    let mut rng = Pcg64::seed_from_u64(1);
    let place = Place::new();
    let clones = ["one", "other"].map(|name| place.clone(name, &[]));
    let mut acknowledged = BTreeSet::new();
    for kill in 0..KILLS {
        let clone = &clones[usize::try_from(kill % 2).unwrap()];
        let mut writer = child::command("git::crash::child_writing", clone);
        writer.env(FIRST, (kill * 100).to_string());
        let wait_for = if kill % 5 == 0 { 1 } else { 0 };
        let then = Duration::from_micros(rng.random_range(0..120_000));
        for line in killed(&mut writer, wait_for, then, false).lines() {
            let Some(seed) = line.strip_prefix("acknowledged ") else { continue };
            acknowledged.insert(Uuid::from_u128(seed.parse().unwrap()));
        }
        if !acknowledged.is_empty() {
            let pushed: BTreeSet<Uuid> = place.pushed().into_iter().collect();
            assert!(acknowledged.is_subset(&pushed), "lost after kill {kill}");
        }
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    wait(async {
        let store = open(&place.clone("reader", &[])).await;
        let found: Vec<Uuid> = ids(&store, "crash").await.into_iter().collect();
        assert!(acknowledged.iter().all(|id| found.contains(id)));
        for run in store.get(&found).await.unwrap() {
            let seed = u64::try_from(run.id.as_u128()).unwrap();
            runs::assert_same(&run, &runs::seeded(seed, "crash"));
        }
        // Whatever was killed, each clone still writes.
        for (seed, clone) in (90_000..).zip(&clones) {
            put(&open(clone).await, &runs::seeded(seed, "crash")).await.unwrap();
        }
    });
    git(&place.remote(), &["fsck", "--no-dangling", BRANCH]);
}

/// In this repository alone, since a remote's own processes are not those of the job.
#[cfg(unix)]
#[test]
fn a_writer_that_is_killed_with_its_git_loses_nothing_either() {
    use std::os::unix::process::CommandExt as _;
    let mut rng = Pcg64::seed_from_u64(2);
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    let mut acknowledged = BTreeSet::new();
    for kill in 0..30 {
        let mut writer = child::command("git::crash::child_writing", &clone);
        writer.env(FIRST, (kill * 100).to_string()).env(REMOTE, ".").process_group(0);
        let then = Duration::from_micros(rng.random_range(0..60_000));
        for line in killed(&mut writer, 1, then, true).lines() {
            let Some(seed) = line.strip_prefix("acknowledged ") else { continue };
            acknowledged.insert(Uuid::from_u128(seed.parse().unwrap()));
        }
    }
    let store = wait(GitStore::open(&clone, BRANCH, Some("."))).unwrap();
    let found = wait(ids(&store, "crash"));
    assert!(acknowledged.is_subset(&found) && acknowledged.len() >= 30);
    wait(store.get(&found.into_iter().collect::<Vec<_>>())).unwrap();
    git(&clone, &["fsck", "--no-dangling", BRANCH]);
}

#[cfg(unix)]
fn pid(child: &std::process::Child) -> nix::unistd::Pid {
    nix::unistd::Pid::from_raw(child.id().try_into().unwrap())
}

/// What a writer printed until it was killed, some time after it had opened the history, or after its
/// first acknowledgements.
fn killed(writer: &mut Command, acknowledgements: usize, then: Duration, group: bool) -> String {
    let mut child = writer.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    let ready = |text: &str| {
        text.contains("opened") && text.matches("acknowledged ").count() >= acknowledgements
    };
    while !ready(&text) && output.read_line(&mut text).unwrap() > 0 {}
    assert!(ready(&text), "{text}");
    thread::sleep(then);
    #[cfg(unix)]
    if group {
        nix::sys::signal::killpg(pid(&child), nix::sys::signal::Signal::SIGKILL).unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    output.read_to_string(&mut text).unwrap();
    text
}
