//! The action in a workflow, run by act, which does as GitHub's runner does.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

const WORKFLOW: &str = r#"
on: pull_request
jobs:
  performance:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: touch "$MADE/steps-run"
        env: { MADE: "${{ github.event.made }}" }
      - id: gate
        uses: ./
        with:
          install-mode: none
          config: ${{ github.event.pull_request.title }}
          comment-id: ${{ github.head_ref }}
          args: ${{ github.event.pull_request.body }}
          github-token: ""
"#;

/// A job that measures, and tells a later step what came of it.
const MEASURING: &str = r#"
on: push
jobs:
  performance:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: gate
        uses: ./
        with: { install-mode: none, comment: never, github-token: "" }
      - if: always()
        run: echo "$OUTPUTS" > "$MADE/outputs" && cp "$JUNIT" "$MADE/junit.xml"
        env:
          MADE: ${{ github.event.made }}
          JUNIT: ${{ steps.gate.outputs.junit-path }}
          OUTPUTS: >-
            ${{ steps.gate.outputs.verdict }} ${{ steps.gate.outputs.exit-code }}
            ${{ steps.gate.outputs.regressions }} ${{ steps.gate.outputs.improvements }}
            ${{ steps.gate.outputs.report-path }} ${{ steps.gate.outputs.summary-path }}
"#;

/// A repository that holds the action and a workflow, and the folder of all that a run leaves.
struct Repository(tempfile::TempDir);

impl Repository {
    /// With this workflow, and a benchmark that may take at most this long.
    fn new(workflow: &str, limit: &str) -> Self {
        let dir = tempfile::tempdir().expect("make a directory");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in [
            "action.yml",
            "checksums.txt",
            ".github/action/install.sh",
            ".github/action/run.sh",
            ".github/action/surroundings.sh",
        ] {
            let to = dir.path().join("repository").join(file);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("make a directory");
            std::fs::copy(here.join(file), to).expect("copy");
        }
        let workflows = dir.path().join("repository/.github/workflows");
        std::fs::create_dir_all(&workflows).expect("make a directory");
        std::fs::write(workflows.join("performance.yml"), workflow).expect("write a file");
        let gates = format!(
            "version: 1
project: p
benchmarks: {{ b: {{ command: {{ run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 }} }} }}
gates: [ {{ series: b/wall, limit: {{ max: {limit} }} }} ]
"
        );
        std::fs::write(dir.path().join("repository/gates.yaml"), gates).expect("write a file");
        std::fs::create_dir(dir.path().join("made")).expect("make a directory");
        let repository = Self(dir);
        repository.git(&["init", "-q", "-b", "main"]);
        repository.git(&["add", "."]);
        repository.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x"]);
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn git(&self, args: &[&str]) {
        let mut git = Command::new("git");
        git.args(args).current_dir(self.path("repository")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().expect("run git").success(), "git {args:?}");
    }

    /// Runs the workflow on an event, and gives whether it succeeded and what act tells.
    fn run(&self, name: &str, event: &serde_json::Value) -> (bool, String) {
        let act = std::env::var("PACEGATE_ACT").expect("cargo sets PACEGATE_ACT");
        assert!(
            Path::new(&act).is_file(),
            "there is no act at {act}: let tests/run.sh install it, or name it in PACEGATE_ACT"
        );
        std::fs::write(self.path("event.json"), event.to_string()).expect("write a file");
        let program = Path::new(env!("CARGO_BIN_EXE_pacegate")).parent().expect("a folder");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("PATH"));
        let mut command = Command::new(act);
        command.args([name, "--rm", "-P", "ubuntu-latest=-self-hosted", "-e"]);
        command.arg(self.path("event.json")).current_dir(self.path("repository"));
        command
            .env("PATH", path)
            .env("HOME", self.path("home"))
            .env("XDG_CACHE_HOME", self.path("cache"));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env_remove("XDG_CONFIG_HOME");
        let output = command.output().expect("run act");
        let out = String::from_utf8_lossy(&output.stdout);
        (output.status.success(), format!("{out}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// A step that makes the mistake, so that it is known what would be seen of it.
const MISTAKE: &str = r#"
on: pull_request
jobs:
  performance:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.pull_request.title }}
"#;

/// S4: title, branch and text of a pull request create nothing.
#[test]
fn what_a_stranger_writes_is_never_run() {
    let repository = Repository::new(WORKFLOW, "1h");
    let made = repository.path("made");
    let touch = format!("touch$IFS{}/X", made.display());
    for hostile in [
        format!("$({touch})"),
        format!("`{touch}`"),
        format!("\";{touch};\""),
        format!("';{touch};'"),
    ] {
        let (_, told) = repository.run(
            "pull_request",
            &json!({
                "made": made,
                "pull_request": {
                    "number": 7,
                    "title": hostile,
                    "body": format!("{hostile}\n--quiet\n{hostile}"),
                    "head": { "ref": hostile, "sha": "1".repeat(40) },
                    "base": { "ref": "main", "sha": "2".repeat(40) },
                },
            }),
        );
        assert!(made.join("steps-run").is_file(), "no step was run:\n{told}");
        let version = format!("pacegate {}", env!("CARGO_PKG_VERSION"));
        assert!(told.contains(&version), "the action was not reached:\n{told}");
        assert!(!made.join("X").exists(), "{hostile} was run:\n{told}");
    }
}

#[test]
fn a_workflow_that_pastes_what_a_stranger_writes_is_seen() {
    let repository = Repository::new(MISTAKE, "1h");
    let made = repository.path("X");
    let title = format!("$(touch$IFS{})", made.display());
    let (_, told) =
        repository.run("pull_request", &json!({ "pull_request": { "number": 7, "title": title } }));
    assert!(made.exists(), "{told}");
}

#[test]
fn a_job_ends_as_the_verdict_says_and_tells_it_to_later_steps() {
    for (limit, passes, expected) in [("1h", true, "pass 0 0 0"), ("1us", false, "fail 1 1 0")] {
        let repository = Repository::new(MEASURING, limit);
        let made = repository.path("made");
        let event = json!({
            "made": made, "ref": "refs/heads/main", "repository": { "default_branch": "main" },
        });
        let (passed, told) = repository.run("push", &event);
        assert_eq!(passed, passes, "{told}");
        let read =
            |name| std::fs::read_to_string(made.join(name)).unwrap_or_else(|_| panic!("{told}"));
        let report = ".pacegate/report/report.json .pacegate/report/summary.md";
        assert_eq!(read("outputs"), format!("{expected} {report}\n"));
        assert!(read("junit.xml").contains("b/wall"), "{told}");
    }
}
