//! The executables that `cargo bench` would run, and how it would run them.

use super::command_line::CommandLine;
use crate::config::Command;
use crate::measure::build::{self, BuildError};
use crate::measure::{Context, launcher};
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most that cargo tells of a build; a thousand packages take a megabyte.
const MAX_BYTES: u64 = 64 << 20;
/// Where the loader looks for libraries.
const LIBRARIES: &str =
    if cfg!(target_os = "macos") { "DYLD_FALLBACK_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// One executable of benches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Executable {
    /// The bench target's name, such as `stats`.
    pub(super) name: String,
    /// The file.
    pub(super) path: PathBuf,
    /// The folder of its package, where it runs.
    package: PathBuf,
    /// Folders with libraries that it may need.
    libraries: Vec<PathBuf>,
}

/// Why there are no executables.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildBenchesError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("failed to read what `{command}` tells of its build")]
    Messages { command: String, source: io::Error },
    #[error("`{command}` builds no benches; name those of criterion with `--bench`")]
    None { command: String },
}

/// Builds the benches of a command line, which are then told in a fixed order. `what` begins the name in
/// the progress.
///
/// # Errors
///
/// When the build fails, or makes no benches.
pub(super) async fn build(
    what: &str,
    command: &Command,
    line: &CommandLine,
    timeout: Duration,
    context: Context<'_>,
) -> Result<Vec<Executable>, BuildBenchesError> {
    let shown = line.shown();
    let failed = |source| BuildBenchesError::Messages { command: shown.clone(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    let messages = folder.path().join("messages");
    let command = Command { argv: into(&messages, line.building()), ..command.clone() };
    build::step(what, &shown, &command, timeout, context).await?;
    let mut text = String::new();
    let file = File::open(&messages).map_err(failed)?;
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(failed)?;
    let executables = executables(&text);
    match executables.is_empty() {
        true => Err(BuildBenchesError::None { command: shown }),
        false => Ok(executables),
    }
}

/// The command line with its stdout in a file: a log would hold the last of it alone.
fn into(file: &Path, argv: Vec<String>) -> Vec<String> {
    let file = file.to_string_lossy().into_owned();
    let shell = ["sh".to_owned(), "-c".to_owned(), "exec \"$@\" > \"$0\"".to_owned(), file];
    shell.into_iter().chain(argv).collect()
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        target: Target,
        executable: Option<PathBuf>,
        manifest_path: PathBuf,
    },
    BuildScriptExecuted {
        linked_paths: Vec<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// The benches that cargo's messages tell of. Cargo also runs the unit tests of libraries and programs
/// as benches; those never are criterion's, whose flags they refuse.
fn executables(messages: &str) -> Vec<Executable> {
    let (mut found, mut linked) = (vec![], vec![]);
    // Other lines are words of a wrapper around cargo.
    for message in messages.lines().filter_map(|line| serde_json::from_str(line).ok()) {
        match message {
            Message::CompilerArtifact { target, executable: Some(path), manifest_path }
                if target.kind.iter().any(|kind| kind == "bench") =>
            {
                let package = manifest_path.parent().unwrap_or(&manifest_path).to_owned();
                found.push(Executable { name: target.name, path, package, libraries: vec![] });
            }
            Message::BuildScriptExecuted { linked_paths } => linked.extend(linked_paths),
            Message::CompilerArtifact { .. } | Message::Other => {}
        }
    }
    // Cargo tells them in the order in which they got ready.
    found.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
    for executable in &mut found {
        let built = executable.path.ancestors().skip(1).take(2);
        let linked =
            linked.iter().map(|path| Path::new(path.strip_prefix("native=").unwrap_or(path)));
        executable.libraries = built.chain(linked).map(Path::to_owned).collect();
    }
    found
}

impl Executable {
    /// Its process, with `variables` beside those of the command that built it. It runs as under cargo,
    /// but without a configured `runner`.
    pub(super) fn command(
        &self,
        built_by: &Command,
        arguments: Vec<String>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Command {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let searched = launcher::variables(built_by).remove(LIBRARIES);
        let libraries = self.libraries.iter().map(|path| text(path)).chain(searched);
        let mut env = built_by.env.clone();
        env.extend([
            ("CARGO_MANIFEST_DIR".to_owned(), text(&self.package)),
            (LIBRARIES.to_owned(), libraries.collect::<Vec<_>>().join(":")),
        ]);
        env.extend(variables);
        let argv = std::iter::once(text(&self.path)).chain(arguments).collect();
        Command { argv, cwd: self.package.clone(), env, pass_env: built_by.pass_env.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_are_told_in_a_fixed_order() {
        let artifact = |kind: &str, name: &str, package: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"x","manifest_path":"{package}/Cargo.toml","target":{{"kind":["{kind}"],"name":"{name}"}},"executable":{executable},"fresh":true}}"#
            )
        };
        let script =
            r#"{"reason":"build-script-executed","linked_paths":["native=/t/out","/y"],"env":[]}"#;
        let text = [
            "words of a wrapper".to_owned(),
            artifact("lib", "p", "/p", "null"),
            artifact("lib", "p", "/p", "\"/t/deps/p-1\""),
            artifact("bench", "b", "/p", "\"/t/deps/b-2\""),
            artifact("bench", "a", "/p/q", "\"/t/deps/a-3\""),
            artifact("bench", "a", "/p", "\"/t/deps/a-4\""),
            script.to_owned(),
            "{\"reason\":\"compiler-artifact\"".to_owned(),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ];
        let found = executables(&text.join("\n"));
        let shown: Vec<String> = found
            .iter()
            .map(|e| format!("{} {} {}", e.name, e.path.display(), e.package.display()))
            .collect();
        assert_eq!(shown, ["a /t/deps/a-4 /p", "b /t/deps/b-2 /p", "a /t/deps/a-3 /p/q"]);
        let libraries = ["/t/deps", "/t", "/t/out", "/y"].map(PathBuf::from);
        assert!(found.iter().all(|executable| executable.libraries == libraries));
    }

    #[test]
    fn they_run_as_under_cargo() {
        let executable = Executable {
            name: "a".into(),
            path: "/t/deps/a-4".into(),
            package: "/p".into(),
            libraries: vec!["/t/deps".into(), "/t".into()],
        };
        let env = [(LIBRARIES, "/l"), ("A", "1")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let built_by = Command {
            argv: vec!["cargo".into(), "bench".into()],
            cwd: "/elsewhere".into(),
            env: env.into(),
            pass_env: vec!["B".into()],
        };
        let found =
            executable.command(&built_by, vec!["--bench".into()], [("H".into(), "/h".into())]);
        let env: Vec<String> =
            found.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found.argv, ["/t/deps/a-4", "--bench"]);
        assert_eq!(found.cwd, Path::new("/p"));
        assert_eq!(found.pass_env, ["B"]);
        assert!(env.contains(&format!("{LIBRARIES}=/t/deps:/t:/l")), "{env:?}");
        assert!(
            ["A=1", "CARGO_MANIFEST_DIR=/p", "H=/h"].iter().all(|v| env.iter().any(|e| e == v))
        );
    }
}
