//! Where criterion writes.

use crate::config::{Command, CriterionPlan};
use crate::measure::ask::ask;
use crate::measure::launcher;
use serde::Deserialize;
use std::path::PathBuf;

/// Criterion's output directory for a command, found as criterion finds it: `output` where the plan
/// has one, `CRITERION_HOME`, `CARGO_TARGET_DIR`, the target directory that cargo tells, `target`.
pub(super) async fn directory(plan: &CriterionPlan) -> PathBuf {
    let command = &plan.command;
    if let Some(output) = &plan.output {
        return command.cwd.join(output);
    }
    let env = launcher::variables(command);
    if let Some(home) = env.get("CRITERION_HOME") {
        return command.cwd.join(home);
    }
    if let Some(target) = env.get("CARGO_TARGET_DIR") {
        return command.cwd.join(target).join("criterion");
    }
    let target = ask(&metadata_of(command))
        .await
        .and_then(|text| serde_json::from_str(&text).ok())
        .map_or_else(|| command.cwd.join("target"), |metadata: Metadata| metadata.target_directory);
    target.join("criterion")
}

/// The question for cargo's metadata, put where and as the command runs.
fn metadata_of(command: &Command) -> Command {
    let mut argv = vec!["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"];
    if let Some(manifest) = manifest_path(&command.argv) {
        argv.extend(["--manifest-path", manifest]);
    }
    Command { argv: argv.into_iter().map(str::to_owned).collect(), ..command.clone() }
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// The manifest that a cargo command line names.
fn manifest_path(argv: &[String]) -> Option<&str> {
    let at = argv.iter().position(|argument| argument.starts_with("--manifest-path"))?;
    match argv[at].strip_prefix("--manifest-path=") {
        Some(path) => Some(path),
        None => argv.get(at + 1).map(String::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_found_on_command_lines() {
        let check = |line: &str, expected: Option<&str>| {
            let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(manifest_path(&argv), expected, "{line}");
        };
        check("cargo bench --bench stats", None);
        check("cargo bench --manifest-path a/Cargo.toml --bench x", Some("a/Cargo.toml"));
        check("cargo bench --manifest-path=a/Cargo.toml", Some("a/Cargo.toml"));
        check("cargo bench --manifest-path", None);
    }
}
