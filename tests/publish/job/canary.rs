//! Secrets put wherever a job has some, and found nowhere.

use super::checkout::{Checkout, Remote};
use super::{CONFIG, SLOW};
use crate::stub::{Stub, TOKEN};
use std::path::{Path, PathBuf};

const CANARY: &str = "canary-7f3a9c";
/// What a runner and its people hand to a job. The first is the one that the forge accepts.
const SECRETS: [&str; 8] = [
    "PACEGATE_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "CARGO_REGISTRY_TOKEN",
    "CI_JOB_TOKEN",
    "NPM_TOKEN",
    "SSH_PRIVATE_KEY",
];
/// Prints all that it is given, and fails: its last words are shown.
const TELLTALE: &str = "env >&2; exit 3\n";

#[tokio::test]
async fn secrets_are_found_nowhere() {
    let config = CONFIG.replace(
        "gates:",
        "  telltale: { command: { run: [sh, telltale.sh], warmup: 0, samples: 3 } }\ngates:",
    );
    let files = [("gates.yaml", config.as_str()), ("nap.sh", SLOW), ("telltale.sh", TELLTALE)];
    let mut remote = Remote::new(&files);
    let proposal = remote.propose(&[("note", "")]);
    let stub = Stub::start(&proposal.head).await;
    let mut job = Checkout::pull_request(&remote, &proposal, &stub.url);
    for name in &SECRETS[1..] {
        job = job.with(name, CANARY);
    }
    let told = job.with("PACEGATE_TOKEN", TOKEN).without("GITHUB_TOKEN");
    let refused = job.with("PACEGATE_TOKEN", CANARY).with("GITHUB_TOKEN", CANARY);
    let addressed = refused.with("GITHUB_API_URL", &format!("https://me:{CANARY}@forge.example"));

    let ended = told.run(&["ci", "--no-base", "--check", "--status", "--format", "json"]).await;
    let ended = ended.check(5, "");
    // It did see what it may see, so that what follows says something.
    assert!(ended.out.contains("PATH="), "{}", ended.out);
    assert_eq!(stub.state().ours().len(), 1);
    let mut texts = vec![ended.out, ended.err];
    let report = job.root().join(".pacegate/report/report.json");
    let report = report.to_str().expect("UTF-8");
    for other in [&refused, &addressed] {
        let ended = other.run(&["publish", "--require-report", report]).await.check(5, "");
        assert!(ended.err.contains("error: "), "{}", ended.err);
        let rehearsed = other.run(&["publish", "--dry-run", report]).await.check(0, "POST");
        texts.extend([ended.out, ended.err, rehearsed.out, rehearsed.err]);
    }
    for form in ["text", "json", "junit", "junit-strict", "markdown", "codequality", "openmetrics"]
    {
        let drawn = told.run(&["report", "--format", form, report]).await.check(0, "");
        texts.extend([drawn.out, drawn.err]);
    }
    let state = stub.state();
    texts.extend(state.comments.iter().map(|comment| comment.body.clone()));
    texts
        .extend(state.checks.iter().map(|check| serde_json::to_string(&check.sent).expect("JSON")));
    texts.extend(state.statuses.values().map(ToString::to_string));
    for text in &texts {
        assert!(!text.contains(CANARY) && !text.contains(TOKEN), "{text}");
    }
    // Nor in any file: history, reports, summary, outputs.
    let files = below(job.root().parent().expect("a parent"));
    assert!(files.iter().any(|file| file.ends_with("history.db")), "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).expect("read a file");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(CANARY) && !text.contains(TOKEN), "{}", file.display());
    }
}

/// All files below a directory.
fn below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory") {
            let entry = entry.expect("an entry");
            let kind = entry.file_type().expect("a kind");
            match (kind.is_dir(), kind.is_file()) {
                (true, _) => open.push(entry.path()),
                (_, true) => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found
}
