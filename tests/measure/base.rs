//! The base's tree: which commit it is, where it lies, and what it leaves alone.

use crate::repository::{PARENT, Repository, Told, git, in_full, told};
use pacegate::measure::Event;
use pacegate::measure::paired::{PairedError, Pairing, Progress};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// A repository whose two commits differ in `name`, and what the benchmark read there.
fn named() -> Repository {
    Repository::of("name", "one", "two")
}

/// Measures what the file `name` says in either build; the base's and the head's.
#[track_caller]
fn names(repository: &Repository, directory: &Path, reference: &str) -> (String, String) {
    let notes = repository.folder.path().join("notes");
    let _ = std::fs::remove_file(&notes);
    let line = format!("echo $PWD $(cat name) >> {}", notes.display());
    let mut plan = repository.plan(vec![("b", repository.benchmark(&line))]);
    if let pacegate::config::BenchmarkKind::Command(plan) = &mut plan.benchmarks[0].kind {
        plan.run.cwd = directory.to_owned();
    }
    let cache = repository.cache();
    let pairing = Pairing {
        reference,
        directory,
        cache: Some(&cache),
        seed: 1,
        decided: &|_| Progress::Ungated,
    };
    let measured = told(&plan, &pairing, |_, _| {}).result.unwrap();
    assert_eq!(measured.head.failures, []);
    let notes = std::fs::read_to_string(notes).unwrap();
    let of = |in_cache: bool| {
        let cache = cache.canonicalize().unwrap().display().to_string();
        let lines = notes.lines().filter(|line| line.starts_with(&cache) == in_cache);
        let words: std::collections::BTreeSet<&str> =
            lines.filter_map(|line| line.split_once(' ')).map(|(_, word)| word).collect();
        words.into_iter().collect::<Vec<_>>().join(" ")
    };
    (of(true), of(false))
}

#[track_caller]
fn check(repository: &Repository, reference: &str, base: &str, head: &str) {
    let found = names(repository, &repository.path(), reference);
    assert_eq!(found, (base.to_owned(), head.to_owned()), "{reference}");
}

#[test]
fn the_base_is_the_merge_base_and_the_head_is_what_lies_there() {
    let repository = named();
    check(&repository, PARENT, "one", "two");
    check(&repository, &repository.git(&["rev-parse", "HEAD"]), "two", "two");

    repository.git(&["checkout", "-q", "-b", "topic", PARENT]);
    repository.commit(&[("name", "three")]);
    check(&repository, "main", "one", "three");

    repository.git(&["checkout", "-q", "--detach"]);
    check(&repository, "main", "one", "three");

    repository.write("name", "four");
    repository.write("new", "");
    let before = repository.git(&["status", "--porcelain"]);
    check(&repository, "main", "one", "four");
    assert_eq!(repository.git(&["status", "--porcelain"]), before, "the head's tree is left alone");
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 2);
}

#[test]
fn a_linked_worktree_is_a_head_like_any_other() {
    let repository = named();
    let linked = repository.folder.path().join("linked");
    repository.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap(), PARENT]);
    std::fs::write(linked.join("name"), "changed").unwrap();
    assert_eq!(names(&repository, &linked, "main"), ("one".to_owned(), "changed".to_owned()));
}

#[test]
fn a_benchmark_below_the_top_is_measured_at_the_same_place() {
    let repository = Repository::of("below/name", "one", "two");
    let below = repository.path().join("below");
    assert_eq!(names(&repository, &below, PARENT), ("one".to_owned(), "two".to_owned()));
}

#[test]
fn what_was_built_in_the_tree_stays_and_what_was_spoilt_is_restored() {
    let repository = named();
    repository.commit(&[(".gitignore", "built\n"), ("name", "three")]);
    repository.commit(&[("name", "four")]);
    check(&repository, PARENT, "three", "four");

    let tree = repository.tree();
    for (file, text) in [("built", "kept"), ("stray", ""), ("name", "spoilt")] {
        std::fs::write(tree.join(file), text).unwrap();
    }
    // As a git that was killed leaves it.
    std::fs::write(git(&tree, &["rev-parse", "--git-path", "index.lock"]), "").unwrap();
    repository.commit(&[("name", "five")]);
    check(&repository, PARENT, "four", "five");
    assert!(tree.join("built").exists() && !tree.join("stray").exists());
}

#[test]
fn a_tree_that_cannot_be_used_is_made_anew() {
    let repository = named();
    check(&repository, PARENT, "one", "two");
    let tree = repository.tree();
    let spoilers: [fn(&Path); 4] = [
        |tree| std::fs::remove_dir_all(tree).unwrap(),
        |tree| std::fs::remove_file(tree.join(".git")).unwrap(),
        |tree| std::fs::write(tree.join(".git"), "gitdir: /nowhere\n").unwrap(),
        |tree| {
            std::fs::remove_dir_all(tree).unwrap();
            std::fs::write(tree, "a file in its place").unwrap();
        },
    ];
    for spoil in spoilers {
        spoil(&tree);
        check(&repository, PARENT, "one", "two");
    }
    repository.git(&["worktree", "prune"]);
    check(&repository, PARENT, "one", "two");
    repository.git(&["worktree", "lock", tree.to_str().unwrap()]);
    std::fs::remove_dir_all(&tree).unwrap();
    check(&repository, PARENT, "one", "two");
}

#[test]
fn paths_that_are_no_text_are_paths_all_the_same() {
    use std::os::unix::ffi::OsStrExt as _;
    let repository = named();
    let odd = repository.folder.path().join(std::ffi::OsStr::from_bytes(b"odd\xff"));
    std::fs::rename(repository.path(), &odd).unwrap();
    let cache = repository.folder.path().join(std::ffi::OsStr::from_bytes(b"cache\xfe"));
    let decided = |_: &_| Progress::Ungated;
    let pairing = Pairing {
        reference: PARENT,
        directory: &odd,
        cache: Some(&cache),
        seed: 1,
        decided: &decided,
    };
    let plan = repository.plan(vec![]);
    let measured = told(&plan, &pairing, |_, _| {}).result;
    assert!(measured.is_ok(), "{:?}", measured.err());
}

#[test]
fn hooks_of_the_repository_are_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = named();
    let hook = repository.path().join(".git/hooks/post-checkout");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let seen = repository.folder.path().join("seen");
    std::fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", seen.display())).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    check(&repository, PARENT, "one", "two");
    assert!(!seen.exists());
    repository.git(&["checkout", "-q", PARENT]);
    assert!(seen.exists(), "git itself runs it");
}

/// Why there is no base, where it is a mistake to ask for it.
#[track_caller]
fn mistaken(directory: &Path, reference: &str, expected: &str) {
    let cache = tempfile::tempdir().unwrap();
    let cache = cache.path().join("cache");
    refused(directory, reference, &cache, expected);
    assert!(!cache.exists(), "nothing was made");
}

#[track_caller]
fn refused(directory: &Path, reference: &str, cache: &Path, expected: &str) {
    let repository = Repository::new();
    let plan = repository.plan(vec![]);
    let decided = |_: &_| Progress::Ungated;
    let pairing = Pairing { reference, directory, cache: Some(cache), seed: 1, decided: &decided };
    let error = told(&plan, &pairing, |_, _| {}).result.unwrap_err();
    let PairedError::Base(base) = &error else { panic!("{error:?}") };
    assert!(base.is_mistake(), "{base:?}");
    assert!(in_full(&error).contains(expected), "{}", in_full(&error));
}

#[test]
fn a_base_that_is_not_there_is_refused_with_advice() {
    let repository = named();
    let top = repository.path();
    mistaken(
        &top,
        "origin/main",
        "names no commit in this clone; run `git fetch origin main` first",
    );
    mistaken(&top, "HEAD~9", "`HEAD~9` names no commit in this clone; check its spelling");
    mistaken(&top, "--all", "`--all` names no commit");
    mistaken(&top, "^main", "`^main` names no commit in this clone; name one commit");
    mistaken(&top, "HEAD~1..HEAD", "no range of them");
    mistaken(&top, "HEAD:name", "names no commit");
    mistaken(&top.join(".git"), PARENT, "where no head is checked out");
    refused(&top, PARENT, &top.join("cache"), "to a folder outside of the repository");

    repository.git(&["checkout", "-q", "--orphan", "other"]);
    repository.commit(&[("name", "other")]);
    mistaken(&top, "main", "have no commit in common; name a base that the head comes from");
    repository.git(&["checkout", "-q", "--orphan", "empty"]);
    mistaken(&top, "main", "the head has no commit yet");
}

#[test]
fn a_folder_without_a_working_tree_has_no_base() {
    let repository = named();
    let folder = repository.folder.path();
    mistaken(folder, PARENT, "is in no git repository");
    git(folder, &["clone", "-q", "--bare", "repo", "bare"]);
    mistaken(&folder.join("bare"), PARENT, "bare repository");
}

#[test]
fn a_shallow_clone_is_deepened_to_the_base() {
    let repository = named();
    repository.git(&["checkout", "-q", "-b", "topic", PARENT]);
    repository.commit(&[("name", "three")]);
    let folder = repository.folder.path();
    let url = format!("file://{}", repository.path().display());
    git(folder, &["clone", "-q", "--depth", "1", "--no-single-branch", &url, "clone"]);
    let clone = folder.join("clone");
    mistaken(&clone, PARENT, "`HEAD~1` names no commit in this clone");
    git(&clone, &["remote", "rename", "origin", "elsewhere"]);
    mistaken(&clone, "elsewhere/nowhere", "names no commit in this clone");
    assert_eq!(
        names(&repository, &clone, "elsewhere/main"),
        ("one".to_owned(), "three".to_owned())
    );
}

#[test]
fn two_runs_of_one_repository_wait_for_each_other() {
    let repository = named();
    check(&repository, PARENT, "one", "two");
    let other = File::open(repository.tree().with_file_name("lock")).unwrap();
    other.lock().unwrap();
    let (plan, other) = (repository.plan(vec![]), Mutex::new(Some(other)));
    let Told { result, events } =
        repository.told(&plan, PARENT, &|_| Progress::Ungated, |event, _| {
            if matches!(event, Event::Started { name, .. } if name.starts_with("wait for another run")) {
                other.lock().unwrap().take();
            }
        });
    result.unwrap();
    assert!(other.lock().unwrap().is_none(), "it waited: {events:?}");
}

/// A place of another repository in the cache, last used so many days ago.
fn place(repository: &Repository, name: &str, days: u64) -> PathBuf {
    let place = repository.cache().join(name);
    std::fs::create_dir_all(place.join("tree/target")).unwrap();
    std::fs::write(place.join("tree/target/built"), "").unwrap();
    age(&place, days);
    place
}

fn age(place: &Path, days: u64) {
    let lock = File::create(place.join("lock")).unwrap();
    lock.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 3600)).unwrap();
}

#[test]
fn bases_that_nobody_uses_are_removed() {
    let (repository, other) = (named(), named());
    check(&repository, PARENT, "one", "two");
    let own = repository.tree().parent().unwrap().to_owned();
    // Of a repository that is there.
    let cache = repository.cache();
    let decided = |_: &_| Progress::Ungated;
    let directory = other.path();
    let pairing = Pairing {
        reference: PARENT,
        directory: &directory,
        cache: Some(&cache),
        seed: 1,
        decided: &decided,
    };
    told(&other.plan(vec![]), &pairing, |_, _| {}).result.unwrap();
    let mut places = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path());
    let known = places.find(|place| *place != own).unwrap();
    assert_eq!(other.git(&["worktree", "list"]).lines().count(), 2);

    for place in [&own, &known] {
        age(place, 31);
    }
    let old = place(&repository, "0123456789abcdef", 31);
    let young = place(&repository, "0123456789abcde0", 29);
    let held = place(&repository, "0123456789abcde1", 31);
    let lock = File::open(held.join("lock")).unwrap();
    lock.lock().unwrap();
    let orphan = place(&repository, "0123456789abcde2", 0);
    std::fs::write(orphan.join("tree/.git"), "gitdir: /nowhere/.git/worktrees/tree\n").unwrap();
    let foreign = [place(&repository, "notes", 31), place(&repository, "0123456789abcdeg", 31)];
    let unlocked = place(&repository, "0123456789abcde3", 31);
    std::fs::remove_file(unlocked.join("lock")).unwrap();

    std::fs::write(own.join("tree/spoilt"), "").unwrap();
    check(&repository, PARENT, "one", "two");
    for gone in [&known, &old, &orphan] {
        assert!(!gone.exists(), "{}", gone.display());
    }
    for kept in [&own, &young, &held, &unlocked].into_iter().chain(&foreign) {
        assert!(kept.join("tree").is_dir(), "{}", kept.display());
    }
    assert_eq!(other.git(&["worktree", "list"]).lines().count(), 1, "it is forgotten");
    // What was used just now is not unused for 30 days.
    let used = own.join("lock").metadata().unwrap().modified().unwrap();
    assert!(used.elapsed().unwrap() < Duration::from_secs(24 * 3600));
    drop(lock);
    check(&repository, PARENT, "one", "two");
    assert!(!held.exists());
}

#[test]
fn an_interrupt_ends_the_wait() {
    let repository = named();
    check(&repository, PARENT, "one", "two");
    let other = File::open(repository.tree().with_file_name("lock")).unwrap();
    other.lock().unwrap();
    let plan = repository.plan(vec![]);
    let told = repository.told(&plan, PARENT, &|_| Progress::Ungated, |_, stop| stop.ask());
    assert!(matches!(told.result, Err(PairedError::Interrupted)));
}
