//! Remotes that refuse or are gone, branches in use, and what killed processes leave behind.
#![cfg(unix)]

use super::{BRANCH, Place, git, ids, open, put};
use crate::runs;
use pacegate::store::{GitStore, Store, StoreError};
use std::error::Error;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

#[tokio::test]
async fn what_cannot_be_pushed_is_kept_and_pushed_with_the_next_run() {
    let place = Place::new();
    let store = open(&place.clone("clone", &[])).await;
    put(&store, &runs::seeded(1, "p")).await.unwrap();
    let hook = place.remote().join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho this branch is protected >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, Permissions::from_mode(0o755)).unwrap();
    let error = put(&store, &runs::seeded(2, "p")).await.unwrap_err();
    assert!(matches!(error, StoreError::NotPushed { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("git push origin {BRANCH}")), "{error}");
    let why = error.source().unwrap().to_string();
    assert!(why.contains("this branch is protected"), "{why}");
    assert_eq!(place.pushed().len(), 1);
    assert_eq!(ids(&store, "p").await.len(), 2);
    fs::remove_file(hook).unwrap();
    put(&store, &runs::seeded(3, "p")).await.unwrap();
    assert_eq!(place.pushed().len(), 3);
}

#[tokio::test]
async fn a_remote_that_is_gone_is_told_before_anything_is_measured() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    git(&clone, &["remote", "set-url", "origin", "https://me:s3cret@127.0.0.1:1/gone.git"]);
    let store = open(&clone).await;
    let error = store.headings("p").await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("`@.`"), "{error}");
    let told = format!("{error} {error:?} {}", error.source().unwrap());
    assert!(!told.contains("s3cret"), "{told}");
    let alone = GitStore::open(&clone, BRANCH, Some(".")).await.unwrap();
    put(&alone, &runs::seeded(1, "p")).await.unwrap();
}

#[tokio::test]
async fn a_remote_that_was_emptied_gets_the_whole_history_again() {
    let place = Place::new();
    let store = open(&place.clone("clone", &[])).await;
    for seed in 1..4 {
        put(&store, &runs::seeded(seed, "p")).await.unwrap();
    }
    git(&place.remote(), &["update-ref", &format!("refs/heads/{BRANCH}"), &format!("{BRANCH}~2")]);
    put(&store, &runs::seeded(4, "p")).await.unwrap();
    assert_eq!(place.pushed().len(), 4);
    git(&place.remote(), &["branch", "-D", BRANCH]);
    put(&store, &runs::seeded(5, "p")).await.unwrap();
    assert_eq!(place.pushed().len(), 5);
}

#[tokio::test]
async fn what_was_removed_stays_away_when_the_common_ancestor_cannot_be_read() {
    let place = Place::new();
    let (one, other) = (place.clone("one", &[]), place.clone("other", &[]));
    let (store, run) = (open(&one).await, runs::seeded(1, "p"));
    put(&store, &run).await.unwrap();
    let base = git(&one, &["rev-parse", BRANCH]);

    // Removed here alone, while somebody else adds a run to the remote.
    let alone = GitStore::open(&one, BRANCH, Some(".")).await.unwrap();
    alone.remove(&[run.id]).await.unwrap();
    put(&open(&other).await, &runs::seeded(2, "p")).await.unwrap();
    let tracking = format!("refs/pacegate/remotes/origin/{BRANCH}");
    git(&one, &["fetch", "-q", "origin", &format!("{BRANCH}:{tracking}")]);

    let object = one.join(".git/objects").join(&base[..2]).join(&base[2..]);
    let away = place.0.path().join("away");
    fs::rename(&object, &away).unwrap();
    let error = store.headings("p").await.unwrap_err();
    assert!(matches!(error, StoreError::Git { .. }), "{error:?}");
    fs::rename(&away, &object).unwrap();
    assert_eq!(ids(&store, "p").await, [runs::seeded(2, "p").id].into());
}

#[tokio::test]
async fn what_cannot_be_opened_is_told() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    let error = async |branch: &str, remote: Option<&str>| {
        GitStore::open(&clone, branch, remote).await.unwrap_err()
    };
    assert!(matches!(error(BRANCH, Some("upstream")).await, StoreError::NoRemote { .. }));
    assert!(matches!(error("main", None).await, StoreError::CheckedOut { .. }));
    git(&clone, &["branch", "feature"]);
    assert!(matches!(error("feature", None).await, StoreError::NotAHistory { .. }));
    let outside = tempfile::tempdir().unwrap();
    let error = GitStore::open(outside.path(), BRANCH, None).await.unwrap_err();
    assert!(matches!(error, StoreError::NotARepository { .. }), "{error:?}");
}

#[tokio::test]
async fn a_branch_of_the_remote_that_is_no_history_is_never_written() {
    let place = Place::new();
    let clone = place.clone("clone", &["--depth=1"]);
    git(&clone, &["checkout", "-q", "--detach"]);
    git(&clone, &["branch", "-q", "-D", "main"]);
    let before = git(&place.remote(), &["rev-parse", "main"]);
    let store = GitStore::open(&clone, "main", None).await.unwrap();
    for error in [
        store.headings("p").await.unwrap_err(),
        put(&store, &runs::seeded(1, "p")).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::NotAHistory { .. }), "{error:?}");
    }
    assert_eq!(git(&place.remote(), &["rev-parse", "main"]), before);
}

#[tokio::test]
async fn a_lock_that_a_killed_git_left_is_removed() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    let store = open(&clone).await;
    put(&store, &runs::seeded(1, "p")).await.unwrap();
    let locks = ["heads", "pacegate/remotes/origin"]
        .map(|refs| clone.join(format!(".git/refs/{refs}/{BRANCH}.lock")));
    for lock in &locks {
        let old = SystemTime::now() - Duration::from_secs(3600);
        File::create_new(lock).unwrap().set_modified(old).unwrap();
    }
    put(&store, &runs::seeded(2, "p")).await.unwrap();
    assert_eq!(place.pushed().len(), 2);
    assert!(locks.iter().all(|lock| !lock.exists()));
}
