//! The git store, on real repositories with a bare remote.

mod clones;
mod crash;
mod hostile;
mod interference;
mod jobs;
mod trouble;

use crate::conformance::{Backend, conformance};
use async_trait::async_trait;
use pacegate::model::{Run, Verdict};
use pacegate::store::{GitStore, Store, StoreError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

/// The branch of every history here.
const BRANCH: &str = "pacegate-history";

/// A bare remote with one commit on `main`, and room for clones of it.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        let seed = place.0.path().join("seed");
        git(place.0.path(), &["init", "-q", "-b", "main", "seed"]);
        std::fs::write(seed.join("code.txt"), "code\n").unwrap();
        git(&seed, &["add", "."]);
        git(&seed, &["commit", "-qm", "code"]);
        git(place.0.path(), &["clone", "-q", "--bare", "seed", "remote.git"]);
        // As servers allow it, for partial clones.
        git(&place.remote(), &["config", "uploadpack.allowFilter", "true"]);
        place
    }

    fn remote(&self) -> PathBuf {
        self.0.path().join("remote.git")
    }

    /// A clone of the remote, made with these options where it is not there yet.
    fn clone(&self, name: &str, options: &[&str]) -> PathBuf {
        let path = self.0.path().join(name);
        if !path.exists() {
            // Over the protocol, so that a clone may be shallow or partial.
            let url = format!("file://{}", self.remote().display());
            let args = [&["clone", "-q"], options, &[&url, name]].concat();
            git(self.0.path(), &args);
        }
        path
    }

    /// The runs that the remote holds, each as often as it does.
    fn pushed(&self) -> Vec<Uuid> {
        let names = git(&self.remote(), &["ls-tree", "-r", "--name-only", BRANCH]);
        let runs = names.lines().filter(|name| name.ends_with("/run.json"));
        runs.map(|name| name.split('/').nth(2).unwrap().parse().unwrap()).collect()
    }
}

/// Runs git, which must succeed, and gives what it prints.
#[track_caller]
fn git(directory: &Path, args: &[&str]) -> String {
    let output = command(directory, args).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=me", "-c", "user.email=me@localhost"]).args(args);
    command.current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

async fn open(clone: &Path) -> GitStore {
    GitStore::open(clone, BRANCH, None).await.unwrap()
}

async fn put(store: &GitStore, run: &Run) -> Result<(), StoreError> {
    store.put(run, Verdict::Pass).await
}

async fn ids(store: &GitStore, project: &str) -> BTreeSet<Uuid> {
    store.headings(project).await.unwrap().iter().map(|heading| heading.id).collect()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[async_trait]
impl Backend for Place {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(open(&self.clone("clone", &[])).await)
    }
}

conformance!(Place::new());
