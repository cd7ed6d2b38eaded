//! Hooks, configuration and variables of the user that would get in the way.
#![cfg(unix)]

use super::{BRANCH, Place, git, ids, open, put, wait};
use crate::{child, runs};
use pacegate::store::Store;
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use std::thread;

/// Settings that each would keep a commit, a fetch or a push from doing what is asked, or make more
/// of it.
const SETTINGS: &str = r#"
[user]
    useConfigOnly = true
    signingKey = nobody
[commit]
    gpgSign = true
    template = /nowhere
[push]
    gpgSign = true
    followTags = true
    default = nothing
    pushOption = ci.everything
    recurseSubmodules = check
[gpg]
    program = /bin/false
[core]
    hooksPath = HOOKS
    editor = /bin/false
    pager = /bin/false
    fsmonitor = HOOKS/fsmonitor
    splitIndex = true
    sparseCheckout = true
    autocrlf = true
[fetch]
    prune = true
    pruneTags = true
    recurseSubmodules = true
    writeCommitGraph = true
[init]
    templateDir = HOOKS
[i18n]
    commitEncoding = UTF-16
[remote "origin"]
    mirror = true
    prune = true
    push = refs/heads/main:refs/heads/evil
    tagOpt = --tags
[alias]
    push = !false
    fetch = !false
[transfer]
    fsckObjects = true
"#;

#[test]
fn child_with_trouble() {
    let Some(clone) = child::history() else { return };
    wait(async {
        let store = open(&clone).await;
        for seed in [1, 2] {
            put(&store, &runs::seeded(seed, "p")).await.unwrap();
        }
        store.remove(&[runs::seeded(1, "p").id]).await.unwrap();
        assert_eq!(ids(&store, "p").await.len(), 1);
        runs::assert_same(
            &store.get(&[runs::seeded(2, "p").id]).await.unwrap()[0],
            &runs::seeded(2, "p"),
        );
    });
    child::done();
}

#[test]
fn nothing_of_the_user_interferes() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    git(&clone, &["tag", "mine"]);
    // A server has a configuration of its own.
    git(&place.remote(), &["config", "core.hooksPath", "/dev/null"]);
    let hooks = place.0.path().join("hooks");
    let ran = place.0.path().join("ran");
    for directory in [&hooks, &clone.join(".git/hooks")] {
        fs::create_dir_all(directory).unwrap();
        for hook in [
            "pre-commit",
            "commit-msg",
            "prepare-commit-msg",
            "post-commit",
            "pre-push",
            "reference-transaction",
            "post-index-change",
            "post-rewrite",
            "fsmonitor",
            "pre-auto-gc",
        ] {
            let path = directory.join(hook);
            fs::write(&path, format!("#!/bin/sh\necho {hook} >> {}\nexit 1\n", ran.display()))
                .unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
    }
    let settings = SETTINGS.replace("HOOKS", hooks.to_str().unwrap());
    let global = place.0.path().join("global");
    fs::write(&global, &settings).unwrap();
    let before = git(&clone, &["for-each-ref", "refs/heads/main", "refs/tags", "refs/remotes"]);
    let head = git(&clone, &["rev-parse", "HEAD"]);
    let local = clone.join(".git/config");
    let plain = fs::read_to_string(&local).unwrap();
    fs::write(&local, format!("{plain}\n{settings}")).unwrap();
    let output = child::command("git::interference::child_with_trouble", &clone)
        .envs([("GIT_CONFIG_GLOBAL", &global), ("GIT_CONFIG_SYSTEM", &global)])
        .envs([
            // As git sets them for a hook that starts us.
            ("GIT_DIR", "/nowhere"),
            ("GIT_INDEX_FILE", "/nowhere/index"),
            ("GIT_WORK_TREE", "/nowhere"),
            ("GIT_AUTHOR_NAME", ""),
            ("GIT_COMMITTER_DATE", "never"),
            ("GIT_EDITOR", "/bin/false"),
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("the child has done its part"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!ran.exists(), "hooks ran: {}", fs::read_to_string(&ran).unwrap());
    fs::write(&local, plain).unwrap();
    let after = git(&clone, &["for-each-ref", "refs/heads/main", "refs/tags", "refs/remotes"]);
    assert_eq!((after, git(&clone, &["rev-parse", "HEAD"])), (before, head));
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    // Nothing else was pushed.
    let pushed = git(&place.remote(), &["for-each-ref", "--format=%(refname)"]);
    assert_eq!(pushed, format!("refs/heads/main\nrefs/heads/{BRANCH}"));
    let author = git(&place.remote(), &["log", "-1", "--format=%an %cn", BRANCH]);
    assert_eq!(author, "pacegate pacegate");
    assert!(git(&place.remote(), &["log", "-1", "--format=%B", BRANCH]).contains("[skip ci]"));
}

#[test]
fn child_with_credentials() {
    let Some(clone) = child::history() else { return };
    wait(async { open(&clone).await.headings("p").await.unwrap_err() });
    child::done();
}

#[test]
fn credentials_of_the_clone_and_of_the_user_reach_the_remote() {
    let place = Place::new();
    let clone = place.clone("clone", &[]);
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let origin = format!("http://{}/", server.local_addr().unwrap());
    git(&clone, &["remote", "set-url", "origin", "https://forge.invalid/it.git"]);
    // As a CI's checkout leaves its token.
    git(&clone, &["config", &format!("http.{origin}.extraheader"), "X-Token: of-the-clone"]);
    let global = place.0.path().join("global");
    let helper = "!f() { echo username=me; echo password=of-the-user; }; f";
    fs::write(
        &global,
        format!(
            "[url \"{origin}\"]\n insteadOf = https://forge.invalid/\n[credential]\n helper = \"{helper}\"\n"
        ),
    )
    .unwrap();
    let requests = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&requests);
    thread::spawn(move || {
        for mut client in server.incoming().map_while(Result::ok) {
            let lines = BufReader::new(client.try_clone().unwrap()).lines();
            for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
                *heard.lock().unwrap() += &format!("{line}\n");
            }
            let answer = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\
                          Content-Length: 0\r\nConnection: close\r\n\r\n";
            client.write_all(answer.as_bytes()).unwrap();
        }
    });
    let output = child::command("git::interference::child_with_credentials", &clone)
        .env("GIT_CONFIG_GLOBAL", &global)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let requests = requests.lock().unwrap();
    assert!(requests.contains("X-Token: of-the-clone"), "{requests}");
    // `me:of-the-user`
    assert!(requests.contains("Authorization: Basic bWU6b2YtdGhlLXVzZXI="), "{requests}");
}
