//! What is sent to GitHub, held against GitHub's own description of its API by Prism, which stands in
//! front of the stub and lets nothing through that is not as described: neither a request nor an answer.

use crate::account;
use crate::life::live;
use crate::posts::{HEAD, annotations, connect, post};
use crate::stub::{Fault, REPOSITORY, Stub};
use pacegate::publish::github::{find_change, publish};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running Prism.
struct Prism {
    child: Child,
    url: String,
}

impl Prism {
    /// Starts in front of the stub, and waits until it answers.
    fn start(stub: &Stub) -> Prism {
        let installed = root().join("target/checks/prism/node_modules");
        assert!(installed.is_dir(), "Prism is missing: tests/run.sh installs it");
        let scratch = tempfile::tempdir().expect("a directory");
        let subset = scratch.path().join("subset.json");
        let cut = Command::new("node")
            .arg(root().join("tests/publish/prism/subset.mjs"))
            .arg(installed.join("@octokit/openapi/generated/api.github.com.json"))
            .arg(&subset)
            .status();
        assert!(cut.expect("start node").success(), "the description was not cut down");
        let mut child = Command::new("node")
            .arg(installed.join("@stoplight/prism-cli/dist/index.js"))
            .args(["proxy", "--host", "127.0.0.1", "--port", "0", "--errors"])
            .arg(&subset)
            .arg(&stub.url)
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("start Prism");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut prism = Prism { child, url: String::new() };
        while prism.url.is_empty() {
            let line = lines.next().expect("Prism listens").expect("a line");
            if let Some((_, url)) = line.split_once("Prism is listening on ") {
                url.trim().clone_into(&mut prism.url);
            }
        }
        // So that Prism never waits for its output to be read.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        stub.announce(&prism.url);
        prism
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_is_as_github_describes_it() {
    let stub = Stub::start(HEAD).await;
    let prism = Prism::start(&stub);
    live(&prism.url, &stub).await;
    account::live(&prism.url, &stub).await;
    let found = find_change(&connect(&prism.url), "octo", "faster", &"2".repeat(40)).await;
    assert_eq!(found.expect("an answer"), Some(7));

    // What is wrong is refused, or the above would say nothing.
    let wrong = reqwest::Client::new()
        .post(format!("{}/repos/{REPOSITORY}/issues/7/comments", prism.url))
        .header("content-type", "application/json")
        .header("accept", "application/vnd.github+json")
        .body(r#"{"text":"PASS"}"#)
        .send()
        .await
        .expect("an answer");
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.expect("a text").contains("must have required property 'body'"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_request_is_told_from_its_first_run_to_its_last() {
    let stub = Stub::start(HEAD).await;
    let prism = Prism::start(&stub);
    crate::job::live(&prism.url, &stub).await;
}

/// What is asked only after a failure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_again_is_as_github_describes_it() {
    // Of list, read, write (which fails late), list; check (fails late), list; annotate (fails late), read.
    let late = |index, _: &str| [3, 5, 7].contains(&index).then_some(Fault::Late(502));
    let stub = Stub::failing(HEAD, late).await;
    let prism = Prism::start(&stub);
    let mut post = post("FAIL");
    post.check.as_mut().expect("a check").annotations = annotations(60);
    let told = publish(&connect(&prism.url), &post).await;
    assert_eq!(told.delivered.len(), 3, "{:?}", told.errors);
    let sent: Vec<_> = stub.requests();
    let methods: Vec<_> = sent.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        methods,
        ["GET", "GET", "POST", "GET", "POST", "GET", "PATCH", "GET", "POST"],
        "{sent:?}"
    );
    assert_eq!(stub.state().checks[0].annotations.len(), 60);
    assert_eq!(stub.state().ours().len(), 1);
}
