//! Checkouts as a runner makes them, and the command run in them.

use crate::stub::TOKEN;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A repository on a remote, and the place where its people work.
pub(crate) struct Remote {
    bare: TempDir,
    work: TempDir,
}

/// A pull request as the forge knows it.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    /// The branch's tip.
    pub(crate) head: String,
    /// The default branch's tip.
    pub(crate) base: String,
    /// The merge of both that the forge made for the job.
    pub(crate) merge: String,
}

impl Remote {
    /// One commit of these files on `main`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Remote {
        let dir = || tempfile::tempdir().expect("a directory");
        let remote = Remote { bare: dir(), work: dir() };
        git(remote.bare.path(), &["init", "-q", "--bare", "-b", "main"]);
        git(remote.work.path(), &["init", "-q", "-b", "main"]);
        git(remote.work.path(), &["remote", "add", "origin", &remote.url()]);
        remote.commit(&[files, &[(".gitignore", ".pacegate\n")]].concat());
        git(remote.work.path(), &["push", "-q", "origin", "main"]);
        remote
    }

    fn url(&self) -> String {
        format!("file://{}", self.bare.path().display())
    }

    fn commit(&self, files: &[(&str, &str)]) -> String {
        for (file, text) in files {
            std::fs::write(self.work.path().join(file), text).expect("write a file");
        }
        git(self.work.path(), &["add", "."]);
        git(self.work.path(), &["commit", "-q", "--allow-empty", "-m", "x"]);
        git(self.work.path(), &["rev-parse", "HEAD"])
    }

    /// Adds a commit to `main`.
    pub(crate) fn advance(&mut self, files: &[(&str, &str)]) {
        git(self.work.path(), &["checkout", "-q", "main"]);
        self.commit(files);
        git(self.work.path(), &["push", "-q", "origin", "main"]);
    }

    /// Has one pull request propose these files on top of `main`.
    pub(crate) fn propose(&mut self, files: &[(&str, &str)]) -> Proposal {
        let at = self.work.path();
        git(at, &["checkout", "-q", "-B", "faster", "main"]);
        let head = self.commit(files);
        git(at, &["checkout", "-q", "--detach", "main"]);
        git(at, &["merge", "-q", "--no-ff", "-m", "merge", &head]);
        let merge = git(at, &["rev-parse", "HEAD"]);
        // As the forge keeps them: under the request and, for what is looked at later, under the commit.
        let places = ["refs/pull/7/merge".to_owned(), format!("refs/tests/{head}")];
        for place in places {
            git(at, &["push", "-q", "-f", "origin", &format!("HEAD:{place}")]);
        }
        Proposal { head, base: git(at, &["rev-parse", "main"]), merge }
    }
}

fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"])
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("run git");
    assert!(output.status.success(), "git {args:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

/// A job's checkout and its variables.
pub(crate) struct Checkout {
    dir: std::rc::Rc<TempDir>,
    variables: BTreeMap<String, String>,
}

impl Checkout {
    /// A push to `main`.
    pub(crate) fn push(remote: &Remote, api: &str) -> Checkout {
        let head = git(remote.work.path(), &["rev-parse", "main"]);
        let payload = edited("github_push", &head, &head);
        let job = Checkout::of(remote, "refs/heads/main", payload, api);
        job.with("GITHUB_EVENT_NAME", "push")
            .with("GITHUB_REF", "refs/heads/main")
            .with("GITHUB_REF_NAME", "main")
    }

    /// A pull request, checked out as the merge that the forge made of it.
    pub(crate) fn pull_request(remote: &Remote, proposal: &Proposal, api: &str) -> Checkout {
        let payload = edited("github_pull_request", &proposal.head, &proposal.base);
        Checkout::proposed(remote, proposal, payload, api)
    }

    /// The same from a fork.
    pub(crate) fn fork(remote: &Remote, proposal: &Proposal, api: &str) -> Checkout {
        let payload = edited("github_pull_request_fork", &proposal.head, &proposal.base);
        Checkout::proposed(remote, proposal, payload, api)
    }

    fn proposed(remote: &Remote, proposal: &Proposal, payload: Value, api: &str) -> Checkout {
        let reference = format!("refs/tests/{}", proposal.head);
        Checkout::of(remote, &reference, payload, api)
            .with("GITHUB_EVENT_NAME", "pull_request")
            .with("GITHUB_REF", "refs/pull/7/merge")
            .with("GITHUB_REF_NAME", "7/merge")
            .with("GITHUB_BASE_REF", "main")
    }

    /// A merge queue that is about to merge the proposal.
    pub(crate) fn merge_group(remote: &Remote, proposal: &Proposal, api: &str) -> Checkout {
        let payload = edited("github_merge_group", &proposal.merge, &proposal.base);
        let reference = format!("refs/tests/{}", proposal.head);
        Checkout::of(remote, &reference, payload, api).with("GITHUB_EVENT_NAME", "merge_group")
    }

    /// A workflow of the default branch, after one of a fork has ended.
    pub(crate) fn workflow_run(remote: &Remote, proposal: &Proposal, api: &str) -> Checkout {
        let payload = edited("github_workflow_run_fork", &proposal.head, &proposal.base);
        Checkout::of(remote, "refs/heads/main", payload, api)
            .with("GITHUB_EVENT_NAME", "workflow_run")
    }

    fn of(remote: &Remote, reference: &str, payload: Value, api: &str) -> Checkout {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path().join("checkout");
        std::fs::create_dir(&root).expect("a directory");
        git(&root, &["init", "-q"]);
        git(&root, &["remote", "add", "origin", &remote.url()]);
        let fetched = format!("+{reference}:refs/remotes/origin/checked-out");
        git(&root, &["fetch", "-q", "--depth=1", "--no-tags", "origin", &fetched]);
        git(&root, &["checkout", "-q", "--detach", "refs/remotes/origin/checked-out"]);
        let sha = git(&root, &["rev-parse", "HEAD"]);
        let event = dir.path().join("event.json");
        std::fs::write(&event, payload.to_string()).expect("write the event");
        let beside = |name: &str| dir.path().join(name).display().to_string();
        let variables = [
            ("PATH", std::env::var("PATH").expect("a path")),
            ("HOME", beside("home")),
            ("XDG_CACHE_HOME", beside("cache")),
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_API_URL", api.to_owned()),
            ("GITHUB_EVENT_PATH", event.display().to_string()),
            ("GITHUB_OUTPUT", beside("outputs")),
            ("GITHUB_REPOSITORY", "octo/shop".to_owned()),
            ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
            ("GITHUB_RUN_ID", "30433642".to_owned()),
            ("GITHUB_SERVER_URL", "https://github.com".to_owned()),
            ("GITHUB_SHA", sha),
            ("GITHUB_STEP_SUMMARY", beside("summary")),
            ("GITHUB_TOKEN", TOKEN.to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        Checkout { dir: std::rc::Rc::new(dir), variables: variables.into() }
    }

    pub(crate) fn root(&self) -> std::path::PathBuf {
        self.dir.path().join("checkout")
    }

    /// The commit that is checked out.
    pub(crate) fn head(&self) -> String {
        git(&self.root(), &["rev-parse", "HEAD"])
    }

    /// The same job in a clone that knows a branch of the remote as it was.
    pub(crate) fn knowing(self, branch: &str, commit: &str) -> Checkout {
        let fetched = format!("+{commit}:refs/remotes/{branch}");
        git(&self.root(), &["fetch", "-q", "--depth=1", "origin", &fetched]);
        self
    }

    /// The same job without variables whose names begin so.
    pub(crate) fn without_prefix(&self, prefix: &str) -> Checkout {
        let mut variables = self.variables.clone();
        variables.retain(|name, _| !name.starts_with(prefix));
        Checkout { dir: self.dir.clone(), variables }
    }

    /// The same job with another variable.
    pub(crate) fn with(&self, name: &str, value: &str) -> Checkout {
        let mut variables = self.variables.clone();
        variables.insert(name.to_owned(), value.to_owned());
        Checkout { dir: self.dir.clone(), variables }
    }

    /// The same job without a variable.
    pub(crate) fn without(&self, name: &str) -> Checkout {
        let mut variables = self.variables.clone();
        variables.remove(name);
        Checkout { dir: self.dir.clone(), variables }
    }

    /// Runs the command, while the forge of this test answers.
    pub(crate) async fn run(&self, args: &[impl AsRef<std::ffi::OsStr>]) -> Ended {
        for file in ["outputs", "summary"] {
            let _ = std::fs::remove_file(self.dir.path().join(file));
        }
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_pacegate"))
            .args(args)
            .current_dir(self.root())
            .env_clear()
            .envs(&self.variables)
            .kill_on_drop(true)
            .output()
            .await
            .expect("run the command");
        Ended::new(&output, self.dir.path())
    }
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ended {
    code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) summary: String,
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Ended {
    fn new(output: &Output, dir: &Path) -> Ended {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap_or_default();
        let outputs = read("outputs");
        let mut lines = outputs.lines();
        let mut values = BTreeMap::new();
        while let Some((name, delimiter)) = lines.next().and_then(|line| line.split_once("<<")) {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            values.insert(name.to_owned(), value.join("\n"));
        }
        Ended {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
            summary: read("summary"),
            outputs: values,
        }
    }

    #[track_caller]
    pub(crate) fn check(self, code: i32, says: &str) -> Ended {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        assert!(self.out.contains(says), "{says}: {}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Nothing was left untold.
    #[track_caller]
    pub(crate) fn check_told(self) -> Ended {
        assert!(!self.err.contains("failed to"), "{}", self.err);
        self
    }

    #[track_caller]
    pub(crate) fn check_error(self, code: i32, says: &str) {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        assert!(self.err.contains(says), "{says}: {}", self.err);
    }
}

/// A payload of the shapes that are documented, with the commits of this repository.
fn edited(name: &str, head: &str, base: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/event/payloads");
    let text = std::fs::read_to_string(path.join(format!("{name}.json"))).expect("a payload");
    let text = text
        .replace("1f4a5f0e6c9b2d3a4b5c6d7e8f9a0b1c2d3e4f50", head)
        .replace("9a0b1c2d3e4f501f4a5f0e6c9b2d3a4b5c6d7e8f", base);
    serde_json::from_str(&text).unwrap_or(json!(null))
}
