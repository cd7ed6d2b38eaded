//! Where cargo builds to by a person's configuration of cargo, which may hold for both trees.

use crate::config::{BenchmarkKind, Command, Plan};
use crate::measure::ask::ask;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The variable that says the same as cargo's `build.target-dir`.
pub(super) const TARGET: &str = "CARGO_TARGET_DIR";
/// The same of `build.build-dir`.
pub(super) const BUILD: &str = "CARGO_BUILD_BUILD_DIR";

/// Variables that would say what cargo's configuration says of build folders, by the directory of
/// commands.
pub(super) type Configured = BTreeMap<PathBuf, BTreeMap<String, String>>;

/// What cargo's configuration says for the commands of a plan. Cargo is asked of an empty workspace in
/// `place`, since it finds its configuration from the directory alone, and a command may come to its
/// own workspace by a script. Without cargo, nothing is configured.
pub(super) async fn configured(plan: &Plan, place: &Path) -> Configured {
    let workspace = place.join("workspace");
    let manifest = workspace.join("Cargo.toml");
    let mut configured = Configured::new();
    let written = std::fs::create_dir_all(&workspace)
        .and_then(|()| std::fs::write(&manifest, "[workspace]\n"));
    let Some(manifest) = manifest.to_str().filter(|_| written.is_ok()) else { return configured };
    for command in commands(plan) {
        if !configured.contains_key(&command.cwd) {
            let question = metadata(manifest, &command.cwd);
            let answer = ask(&question).await;
            let folders = answer.map(|answer| folders(&answer, &workspace)).unwrap_or_default();
            configured.insert(command.cwd.clone(), folders);
        }
    }
    configured
}

/// All that a plan runs in the trees.
fn commands(plan: &Plan) -> Vec<&Command> {
    let mut commands: Vec<&Command> = plan.build.iter().collect();
    for benchmark in &plan.benchmarks {
        match &benchmark.kind {
            BenchmarkKind::Command(command) => {
                commands.push(&command.run);
                commands.extend([&command.prepare, &command.cleanup].into_iter().flatten());
            }
            BenchmarkKind::Criterion(criterion) => commands.push(&criterion.command),
        }
    }
    commands.extend(plan.services.values().map(|service| &service.command));
    commands
}

fn metadata(manifest: &str, directory: &Path) -> Command {
    let argv = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"];
    let argv = argv.into_iter().chain(["--manifest-path", manifest]);
    Command {
        argv: argv.map(str::to_owned).collect(),
        cwd: directory.to_owned(),
        env: BTreeMap::new(),
        pass_env: Vec::new(),
    }
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: String,
    /// Cargo 1.91 and newer.
    build_directory: Option<String>,
}

/// What cargo's answer has of folders that are not where a workspace has them by itself.
fn folders(answer: &str, workspace: &Path) -> BTreeMap<String, String> {
    let Ok(Metadata { target_directory, build_directory }) = serde_json::from_str(answer) else {
        return BTreeMap::new();
    };
    let build = build_directory.filter(|build| *build != target_directory);
    let target = Some(target_directory).filter(|path| Path::new(path) != workspace.join("target"));
    let variable = |name: &str, path: String| (name.to_owned(), path);
    let target = target.map(|path| variable(TARGET, path));
    target.into_iter().chain(build.map(|path| variable(BUILD, path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_where_they_are_configured() {
        let check = |answer: &str, expected: &[(&str, &str)]| {
            let found = folders(answer, Path::new("/place/workspace"));
            let found: Vec<_> = found.iter().map(|(name, path)| (&**name, &**path)).collect();
            assert_eq!(found, expected, "{answer}");
        };
        let own = "/place/workspace/target";
        let told = |target: &str, build: &str| {
            format!(r#"{{"target_directory":"{target}","build_directory":"{build}","version":1}}"#)
        };
        check(&told(own, own), &[]);
        check(&format!(r#"{{"target_directory":"{own}"}}"#), &[]);
        check(r#"{"target_directory":"/shared"}"#, &[(TARGET, "/shared")]);
        check(&told("/shared", "/shared"), &[(TARGET, "/shared")]);
        check(&told(own, "/fast"), &[(BUILD, "/fast")]);
        check(&told("/shared", "/fast"), &[(BUILD, "/fast"), (TARGET, "/shared")]);
        check("error: no such command", &[]);
    }
}
