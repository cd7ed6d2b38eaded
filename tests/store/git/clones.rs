//! Clones of every kind, and what they leave untouched.

use super::{BRANCH, Place, git, ids, open, put};
use crate::runs;
use pacegate::model::Verdict;
use pacegate::store::{GitStore, Store};
use std::fs;
use std::path::Path;
use uuid::Uuid;

/// What belongs to the user: the checkout, the index, and every ref but ours.
#[derive(Debug, PartialEq)]
struct Theirs {
    status: String,
    index: Vec<u8>,
    refs: Vec<String>,
    fetched: bool,
    shallow: Option<String>,
}

fn theirs(clone: &Path) -> Theirs {
    let refs = git(clone, &["for-each-ref", "--format=%(refname) %(objectname)"]);
    let is_ours = |line: &str| line.contains(&format!("/{BRANCH} "));
    let refs = refs.lines().filter(|line| !is_ours(line));
    let index = git(clone, &["rev-parse", "--path-format=absolute", "--git-path", "index"]);
    Theirs {
        status: git(clone, &["--no-optional-locks", "status", "--porcelain=v2", "--branch"]),
        index: fs::read(index).unwrap_or_default(),
        refs: refs.map(str::to_owned).collect(),
        fetched: clone.join(".git/FETCH_HEAD").exists(),
        shallow: fs::read_to_string(clone.join(".git/shallow")).ok(),
    }
}

#[track_caller]
fn check(options: &[&str], prepare: impl FnOnce(&Path)) {
    let place = Place::new();
    let (first, second) = (runs::seeded(1, "p"), runs::seeded(2, "p"));
    super::wait(async {
        put(&open(&place.clone("elsewhere", &[])).await, &first).await.unwrap();
    });
    let clone = place.clone("clone", options);
    prepare(&clone);
    let before = theirs(&clone);
    super::wait(async {
        let store = open(&clone).await;
        assert_eq!(ids(&store, "p").await, [first.id].into(), "{options:?}");
        put(&store, &second).await.unwrap();
        assert_eq!(place.pushed().len(), 2, "{options:?}");
        for run in [&first, &second] {
            runs::assert_same(&store.get(&[run.id]).await.unwrap()[0], run);
        }
    });
    assert_eq!(theirs(&clone), before, "{options:?}");
}

#[test]
fn clones_of_every_kind_share_a_history() {
    let nothing = |_: &Path| {};
    check(&[], nothing);
    check(&["--depth=1"], nothing);
    check(&["--depth=1", "--branch=main", "--no-tags"], |clone| {
        // As a CI's checkout leaves it.
        git(clone, &["checkout", "-q", "--detach"]);
        git(clone, &["branch", "-q", "-D", "main"]);
    });
    check(&["--single-branch", "--branch=main"], nothing);
    check(&["--filter=blob:none"], nothing);
    check(&["--filter=blob:none", "--depth=1"], nothing);
    check(&["--no-checkout"], nothing);
    check(&[], |clone| {
        fs::write(clone.join("code.txt"), "changed\n").unwrap();
        fs::write(clone.join("new.txt"), "new\n").unwrap();
        git(clone, &["add", "new.txt"]);
    });
}

#[tokio::test]
async fn what_a_partial_clone_left_out_is_fetched() {
    let place = Place::new();
    let run = runs::seeded(1, "p");
    put(&open(&place.clone("elsewhere", &[])).await, &run).await.unwrap();
    // Its commits are here, its files are not.
    let clone = place.clone("clone", &["--filter=blob:none"]);
    let store = open(&clone).await;
    assert_eq!(ids(&store, "p").await.len(), 1);
    runs::assert_same(&store.get(&[run.id]).await.unwrap()[0], &run);
}

#[tokio::test]
async fn a_linked_worktree_shares_the_history_of_its_repository() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    git(&clone, &["worktree", "add", "-q", "--detach", "../linked"]);
    let linked = clone.with_file_name("linked");
    fs::create_dir(linked.join("deep")).unwrap();
    put(&open(&linked.join("deep")).await, &runs::seeded(1, "p")).await.unwrap();
    assert_eq!(ids(&open(&clone).await, "p").await.len(), 1);
    assert_eq!(git(&linked, &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_bare_repository_holds_a_history() {
    let place = Place::new();
    let clone = place.clone("clone.git", &["--bare"]);
    put(&open(&clone).await, &runs::seeded(1, "p")).await.unwrap();
    assert_eq!(place.pushed().len(), 1);
    assert_eq!(ids(&open(&place.remote()).await, "p").await.len(), 1);
}

#[tokio::test]
async fn without_a_remote_the_history_is_local() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    let alone = GitStore::open(&clone, "perf/history", Some(".")).await.unwrap();
    put(&alone, &runs::seeded(1, "p")).await.unwrap();
    assert_eq!(
        git(&place.remote(), &["branch", "--list", "--format=%(refname)"]),
        "refs/heads/main"
    );
    // Others are added to it later, and it is pushed then.
    put(&GitStore::open(&clone, "perf/history", None).await.unwrap(), &runs::seeded(2, "p"))
        .await
        .unwrap();
    let other = GitStore::open(&place.clone("other", &[]), "perf/history", None).await.unwrap();
    assert_eq!(ids(&other, "p").await.len(), 2);
    let repository = place.0.path().join("fresh");
    git(place.0.path(), &["init", "-q", "--object-format=sha256", "fresh"]);
    let fresh = open(&repository).await;
    put(&fresh, &runs::seeded(1, "p")).await.unwrap();
    put(&fresh, &runs::seeded(2, "p")).await.unwrap();
    fresh.remove(&[Uuid::from_u128(1)]).await.unwrap();
    assert_eq!(ids(&fresh, "p").await.len(), 1);
}

#[tokio::test]
async fn histories_that_began_apart_become_one() {
    let place = Place::new();
    let clones = ["a", "b"].map(|name| place.clone(name, &[]));
    for (seed, clone) in (1..).zip(&clones) {
        let alone = GitStore::open(clone, BRANCH, Some(".")).await.unwrap();
        put(&alone, &runs::seeded(seed, "p")).await.unwrap();
    }
    for (seed, clone) in (11..).zip(&clones) {
        put(&open(clone).await, &runs::seeded(seed, "p")).await.unwrap();
    }
    assert_eq!(place.pushed().len(), 4);
    for clone in &clones {
        assert_eq!(ids(&open(clone).await, "p").await.len(), 4);
    }
}

#[tokio::test]
async fn what_is_removed_stays_removed_and_files_of_others_stay() {
    let place = Place::new();
    let (a, b) = (place.clone("a", &[]), place.clone("b", &[]));
    let (one, other) = (open(&a).await, open(&b).await);
    for seed in 1..4 {
        put(&one, &runs::seeded(seed, "p")).await.unwrap();
    }
    assert_eq!(ids(&other, "p").await.len(), 3);
    // Somebody adds a file by hand.
    let editor = place.clone("editor", &["--branch", BRANCH]);
    fs::write(editor.join("README.md"), "runs of ours\n").unwrap();
    git(&editor, &["add", "."]);
    git(&editor, &["commit", "-qm", "say what this is"]);
    git(&editor, &["push", "-q"]);
    other.remove(&[Uuid::from_u128(2)]).await.unwrap();
    // It knows nothing of either yet.
    put(&one, &runs::seeded(4, "p")).await.unwrap();
    one.put(&runs::seeded(1, "p"), Verdict::Fail).await.unwrap();
    let left: Vec<Uuid> = ids(&open(&b).await, "p").await.into_iter().collect();
    assert_eq!(left, [1, 3, 4].map(Uuid::from_u128));
    assert_eq!(git(&place.remote(), &["show", &format!("{BRANCH}:README.md")]), "runs of ours");
}
