//! `ci --dry-run`: what a job of every kind of event would do and send, read by a person.

use crate::dir::{Dir, Ended};
use std::path::{Path, PathBuf};

const CONFIG: &str = "version: 1
project: shop
benchmarks:
  start: { command: { run: [sleep, '0.01'], samples: 3 } }
gates:
  - { series: start/wall, limit: { max: 1ns } }
";

fn payload(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/event/payloads/{name}.json"))
}

/// The rehearsal of an event, of which nothing was measured.
fn rehearse(dir: &Dir, provider: &str, name: &str, more: &str) -> String {
    let event = payload(name).display().to_string();
    let args = format!("ci --dry-run --provider {provider} {more} --event");
    let mut command = dir.command(&args);
    command.arg(event).env_clear().env("PATH", "/usr/bin:/bin");
    if provider != "gitlab" {
        let api = if provider == "github" { "api.github.com" } else { "forge.example/api/v1" };
        command.env("GITHUB_API_URL", format!("https://{api}"));
        command.env("GITHUB_SHA", "1f4a5f0e6c9b2d3a4b5c6d7e8f9a0b1c2d3e4f50");
    }
    let output = command.output().expect("run the command");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_event_is_rehearsed() {
    let dir = Dir::with(CONFIG);
    let mut transcript = String::new();
    for (provider, names) in [
        (
            "github",
            &[
                "github_push",
                "github_push_topic",
                "github_push_tag",
                "github_pull_request",
                "github_pull_request_fork",
                "github_pull_request_gone",
                "github_pull_request_dependabot",
                "github_merge_group",
                "github_schedule",
                "github_workflow_dispatch",
                "github_workflow_run_fork",
            ][..],
        ),
        ("forgejo", &["forgejo_push", "forgejo_pull_request"][..]),
        (
            "gitlab",
            &[
                "gitlab_push",
                "gitlab_merge_request",
                "gitlab_fork",
                "gitlab_schedule",
                "gitlab_tag",
            ][..],
        ),
    ] {
        for name in names {
            let text = rehearse(&dir, provider, name, "");
            transcript.push_str(&format!("$ pacegate ci --dry-run --event {name}.json\n{text}\n"));
        }
    }
    insta::assert_snapshot!(transcript);
}

/// What is sent of a bundle, and nothing is measured, kept or sent.
#[test]
fn a_bundle_is_rehearsed_whole() {
    let dir = Dir::with(CONFIG);
    assert_eq!(
        dir.command("run --no-store --format json")
            .output()
            .map(|output| {
                dir.write("bundle.json", output.stdout);
                output.status.code()
            })
            .expect("run the command"),
        Some(1)
    );
    let check = |provider: &str, name: &str, expected: &[&str], absent: &[&str]| {
        let text = rehearse(&dir, provider, name, "--bundle bundle.json --check --status");
        for part in expected {
            assert!(text.contains(part), "{name}: {part}: {text}");
        }
        for part in absent {
            assert!(!text.contains(part), "{name}: {part}: {text}");
        }
    };
    let fork = ["may only read"];
    check(
        "github",
        "github_pull_request",
        &[
            "POST /repos/octo/shop/issues/7/comments",
            "POST /repos/octo/shop/check-runs",
            "error file=gates.yaml,line=6",
            "❌ **FAIL**",
        ],
        // A runner that reads this must take nothing for a command.
        &["\n::error"],
    );
    check("github", "github_pull_request_fork", &["❌ **FAIL**"], &["issues/7/comments"]);
    check("github", "github_push", &["check-runs"], &["comments"]);
    check(
        "gitlab",
        "gitlab_merge_request",
        &["POST /projects/42/merge_requests/7/notes"],
        &["error file"],
    );
    check("forgejo", "forgejo_pull_request", &["/issues/7/comments"], &["check-runs"]);
    let text = rehearse(&dir, "github", "github_pull_request_fork", "--bundle bundle.json");
    assert!(text.contains(fork[0]), "{text}");
    let json =
        rehearse(&dir, "github", "github_pull_request", "--bundle bundle.json --format json");
    let json: serde_json::Value = serde_json::from_str(&json).expect("a JSON document");
    assert_eq!(json["event"]["change"]["number"], 7);
    assert_eq!(json["feeds_baseline"], false);
    assert_eq!(json["base"], "origin/main");
    assert!(!dir.path(".pacegate/report").exists(), "nothing is written");
}

#[test]
fn a_bad_event_is_told() {
    let dir = Dir::with(CONFIG);
    let ci = "ci --dry-run --provider github --event";
    dir.run(&format!("{ci} none.json")).check(2, &["failed to read `none.json`"]);
    for text in ["", "null", "[]", "{", "\u{0}"] {
        dir.write("event.json", text);
        dir.run(&format!("{ci} event.json")).check(2, &["failed to read the event file"]);
    }
    dir.write("event.json", "{}");
    let mut unnamed = dir.command("ci --dry-run --event event.json");
    let output = unnamed.env_clear().env("PATH", "/usr/bin:/bin").output().expect("run it");
    Ended::new(output).check(2, &["name it with `--provider`"]);
    for (event, code) in [("pullrequest", 2), ("pull_request", 0)] {
        let mut command = dir.command("ci --dry-run --provider generic");
        command.env("PACEGATE_EVENT", event).env("PACEGATE_BASE", "refs/heads/main");
        let ended = Ended::new(command.output().expect("run it"));
        let says = if code == 0 {
            "merge base with `origin/main`"
        } else {
            "`PACEGATE_EVENT` is `pullrequest`"
        };
        ended.check(code, &[says]);
    }
    dir.run("ci --provider jenkins").check(2, &["invalid value 'jenkins'"]);
    dir.run("ci --comment-id a-->").check(2, &["a comment's id is"]);
    dir.run("publish").check(2, &["<BUNDLE>"]);
    dir.run("publish --leg linux").check(2, &["write NAME=BUNDLE"]);
    dir.run("publish --leg a=x.json --leg a=y.json").check(2, &["two legs are called `a`"]);
}
