//! The merge base in clones without their history, as CI makes them: from real remotes, by real fetches.

use crate::repository::{Repository, git, in_full};
use crate::support::run;
use pacegate::measure::Stop;
use pacegate::measure::paired::merge_base;
use std::path::{Path, PathBuf};

/// A remote on which `topic` left `main` so many commits ago, and a merge of both as a forge makes it,
/// at `refs/pull/7/merge`.
struct Remote {
    repository: Repository,
    /// The commit that both come from.
    fork: String,
    /// The tip of `main` when the merge was made.
    base: String,
}

impl Remote {
    fn new(apart: usize) -> Remote {
        let repository = Repository::new();
        for n in 0..5 {
            repository.commit(&[("old", &n.to_string())]);
        }
        let fork = repository.git(&["rev-parse", "HEAD"]);
        repository.git(&["checkout", "-q", "-b", "topic"]);
        (0..apart).for_each(|n| drop(repository.commit(&[("topic", &n.to_string())])));
        repository.git(&["checkout", "-q", "main"]);
        (0..apart).for_each(|n| drop(repository.commit(&[("main", &n.to_string())])));
        let base = repository.git(&["rev-parse", "HEAD"]);
        repository.git(&["checkout", "-q", "--detach"]);
        repository.merge("topic");
        repository.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
        repository.git(&["checkout", "-q", "main"]);
        Remote { repository, fork, base }
    }

    fn url(&self) -> String {
        format!("file://{}", self.repository.path().display())
    }

    /// A job's tree: one reference, as deep as asked for, without a branch.
    fn job(&self, reference: &str, depth: u32) -> PathBuf {
        let clone = self.repository.folder.path().join("job");
        std::fs::create_dir(&clone).unwrap();
        git(&clone, &["init", "-q", "-b", "unborn"]);
        git(&clone, &["remote", "add", "origin", &self.url()]);
        let depth = format!("--depth={depth}");
        git(&clone, &["fetch", "-q", "--no-tags", &depth, "origin", reference]);
        git(&clone, &["checkout", "-q", "--detach", "FETCH_HEAD"]);
        clone
    }
}

impl Repository {
    fn merge(&self, other: &str) {
        let author = ["-c", "user.name=a", "-c", "user.email=a@b"];
        self.git(&[&author[..], &["merge", "-q", "--no-ff", "-m", "merge", other]].concat());
    }
}

fn found(clone: &Path, reference: &str) -> Result<String, String> {
    let found = run(merge_base(clone, reference, &Stop::new()));
    found.map_err(|error| in_full(&error))
}

/// What must stay as it is: references, settings, the tree and its index.
fn own(clone: &Path) -> [String; 4] {
    [
        git(clone, &["for-each-ref"]),
        std::fs::read_to_string(clone.join(".git/config")).unwrap(),
        git(clone, &["status", "--porcelain", "--branch"]),
        git(clone, &["rev-parse", "HEAD"]),
    ]
}

/// Finds the base, leaves everything as it was, and has all files of the base.
#[track_caller]
fn check(clone: &Path, reference: &str, expected: &str) {
    std::fs::write(clone.join("untracked"), "").unwrap();
    let before = own(clone);
    assert_eq!(found(clone, reference), Ok(expected.to_owned()), "{reference}");
    assert_eq!(own(clone), before, "{reference}");
    git(clone, &["fsck", "--no-dangling"]);
    // Also when all of the history is here by now.
    assert_eq!(found(clone, reference), Ok(expected.to_owned()), "{reference}, again");
    git(clone, &["remote", "set-url", "origin", "file:///nowhere"]);
    git(clone, &["worktree", "add", "-q", "--detach", "../base", expected]);
}

#[test]
fn a_merge_that_the_forge_made_is_compared_with_its_first_parent() {
    for reference in ["main", "origin/main"] {
        let remote = Remote::new(3);
        check(&remote.job("refs/pull/7/merge", 1), reference, &remote.base);
    }
}

#[test]
fn what_the_branch_has_gained_since_is_not_the_base() {
    let remote = Remote::new(3);
    // A side branch that left long ago: by it the fork is nearer than the first parent is.
    remote.repository.git(&["checkout", "-q", "-b", "side", &remote.fork]);
    remote.repository.commit(&[("side", "")]);
    remote.repository.git(&["checkout", "-q", "main"]);
    (0..20).for_each(|n| drop(remote.repository.commit(&[("later", &n.to_string())])));
    remote.repository.merge("side");
    check(&remote.job("refs/pull/7/merge", 1), "main", &remote.base);
}

#[test]
fn a_head_without_a_merge_is_followed_to_the_fork() {
    for (apart, depth) in [(1, 1), (3, 1), (30, 1), (30, 20), (3, 20)] {
        let remote = Remote::new(apart);
        check(&remote.job("topic", depth), "main", &remote.fork);
    }
}

#[test]
fn a_base_may_be_a_hash_or_a_tag() {
    let remote = Remote::new(3);
    remote.repository.git(&["tag", "light", &remote.base]);
    let author = ["-c", "user.name=a", "-c", "user.email=a@b"];
    remote
        .repository
        .git(&[&author[..], &["tag", "-a", "-m", "x", "noted", &remote.fork]].concat());
    let clone = remote.job("refs/pull/7/merge", 1);
    assert_eq!(found(&clone, &remote.base).as_ref(), Ok(&remote.base));
    assert_eq!(found(&clone, "light").as_ref(), Ok(&remote.base));
    assert_eq!(found(&clone, "noted").as_ref(), Ok(&remote.fork));
}

#[test]
fn a_whole_clone_knows_the_remotes_branch_and_asks_nobody() {
    let remote = Remote::new(2);
    let clone = remote.repository.folder.path().join("whole");
    git(remote.repository.folder.path(), &["clone", "-q", "-b", "topic", &remote.url(), "whole"]);
    git(&clone, &["checkout", "-q", "--detach"]);
    git(&clone, &["branch", "-q", "-D", "topic"]);
    let url = remote.url();
    git(&clone, &["remote", "set-url", "origin", "file:///nowhere"]);
    assert_eq!(found(&clone, "main").as_ref(), Ok(&remote.fork));
    let error = found(&clone, "other").unwrap_err();
    assert!(error.contains("`other` names no commit in this clone"), "{error}");
    // A branch that was not fetched is, and the clone stays whole.
    git(&clone, &["remote", "set-url", "origin", &url]);
    git(&clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    assert_eq!(found(&clone, "main").as_ref(), Ok(&remote.fork));
    assert_eq!(git(&clone, &["rev-parse", "--is-shallow-repository"]), "false");
}

#[test]
fn a_branch_that_was_pushed_by_force_is_met_further_back() {
    let remote = Remote::new(3);
    let clone = remote.job("refs/pull/7/merge", 1);
    remote.repository.git(&["reset", "-q", "--hard", &remote.fork]);
    remote.repository.commit(&[("rewritten", "")]);
    check(&clone, "main", &remote.fork);
}

#[test]
fn a_tip_that_the_remote_has_forgotten_is_told() {
    let remote = Remote::new(3);
    let clone = remote.job("topic", 1);
    git(&clone, &["fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main"]);
    remote.repository.git(&["update-ref", "-d", "refs/pull/7/merge"]);
    remote.repository.git(&["reset", "-q", "--hard", &remote.fork]);
    remote.repository.git(&["reflog", "expire", "--expire=now", "--all"]);
    remote.repository.git(&["gc", "-q", "--prune=now"]);
    // What `origin/main` was is gone, and with it how it got there.
    let error = found(&clone, "origin/main").unwrap_err();
    assert!(error.contains("fetching more failed") && error.contains("fetch-depth: 0"), "{error}");
    git(&clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    check(&clone, "main", &remote.fork);
}

#[test]
fn a_partial_clone_gets_the_files_when_they_are_needed() {
    let remote = Remote::new(3);
    remote.repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let folder = remote.repository.folder.path();
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = ["clone", "-q", "--depth=1", filter, "-b", "topic", &remote.url(), "partial"];
        git(folder, &clone);
        let clone = folder.join("partial");
        assert_eq!(found(&clone, "main").as_ref(), Ok(&remote.fork), "{filter}");
        git(&clone, &["worktree", "add", "-q", "--detach", "../base", &remote.fork]);
        for made in ["partial", "base"] {
            std::fs::remove_dir_all(folder.join(made)).unwrap();
        }
    }
}

#[test]
fn strangers_have_nothing_in_common() {
    let remote = Remote::new(2);
    remote.repository.git(&["checkout", "-q", "--orphan", "other"]);
    (0..4).for_each(|n| drop(remote.repository.commit(&[("other", &n.to_string())])));
    let clone = remote.job("refs/pull/7/merge", 1);
    let error = found(&clone, "other").unwrap_err();
    assert!(error.contains("have no commit in common; name a base"), "{error}");
}

#[test]
fn without_a_remote_that_answers_it_says_what_to_do() {
    let refused = |spoil: &[&str], reference: &str, expected: &str| {
        let remote = Remote::new(2);
        let clone = remote.job("refs/pull/7/merge", 1);
        git(&clone, spoil);
        let error = found(&clone, reference).unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("`fetch-depth: 0` on GitHub"), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    };
    refused(&["remote", "remove", "origin"], "main", "it has no remote `origin`");
    refused(&["remote", "set-url", "origin", "file:///nowhere"], "main", "asking `origin` failed");
    let secret = "http://me:s3cret@127.0.0.1:1/x.git";
    refused(&["remote", "set-url", "origin", secret], "main", "asking `origin` failed");
    refused(&["remote", "-v"], "nowhere", "`nowhere` names no commit");
    refused(&["remote", "-v"], "origin/nowhere", "`origin/nowhere` names no commit");
    for option in ["--upload-pack=touch x", "-u"] {
        refused(&["remote", "-v"], option, "names no commit");
    }
}

#[test]
fn settings_and_hooks_do_not_interfere() {
    use std::os::unix::fs::PermissionsExt as _;
    let remote = Remote::new(3);
    let clone = remote.job("refs/pull/7/merge", 1);
    for (key, value) in [
        ("fetch.prune", "true"),
        ("fetch.all", "true"),
        ("fetch.recurseSubmodules", "true"),
        ("fetch.writeCommitGraph", "true"),
        ("fetch.output", "compact"),
        ("remote.origin.tagOpt", "--tags"),
        ("remote.origin.fetch", "+refs/heads/*:refs/heads/*"),
        ("protocol.version", "0"),
        ("core.logAllRefUpdates", "always"),
        ("color.ui", "always"),
        ("gc.auto", "1"),
    ] {
        git(&clone, &["config", key, value]);
    }
    remote.repository.git(&["tag", "unasked"]);
    let seen = clone.join(".git/seen");
    for hook in ["reference-transaction", "post-checkout", "pre-auto-gc"] {
        let hook = clone.join(".git/hooks").join(hook);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\ntouch {}\nexit 1\n", seen.display())).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let before = own(&clone);
    assert_eq!(found(&clone, "main").as_ref(), Ok(&remote.base));
    assert_eq!(own(&clone), before);
    assert!(!seen.exists());
}
