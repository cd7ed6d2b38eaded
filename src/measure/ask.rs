//! Asking a tool a short question: `rustc --version`, `cargo metadata`, `git rev-parse`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

/// The longest a tool may think.
const LIMIT: Duration = Duration::from_secs(20);
/// The longest answer: cargo's metadata of a huge workspace.
const MAX_BYTES: u64 = 16 << 20;

/// What a tool writes to stdout; `None` when it is not there, fails, or takes too long or too much.
///
/// `env` replaces our own environment where it is given.
pub(super) async fn ask(
    argv: &[&str],
    directory: &Path,
    env: Option<&BTreeMap<String, String>>,
) -> Option<String> {
    let (program, arguments) = argv.split_first()?;
    let mut command = tokio::process::Command::new(program);
    if let Some(env) = env {
        command.env_clear().envs(env);
    }
    let mut child = command
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let output = child.stdout.take()?;
    let answer = async {
        let mut answer = Vec::new();
        output.take(MAX_BYTES).read_to_end(&mut answer).await.ok()?;
        child.wait().await.ok()?.success().then_some(answer)
    };
    let answer = tokio::time::timeout(LIMIT, answer).await.ok()??;
    String::from_utf8(answer).ok()
}
