//! Asking a tool a short question: `rustc --version`, `cargo metadata`.

use super::launcher;
use crate::config::Command;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

/// The longest a tool may think.
const LIMIT: Duration = Duration::from_secs(20);
/// The longest answer: cargo's metadata of a huge workspace.
const MAX_BYTES: u64 = 16 << 20;

/// What a tool writes to stdout; `None` when it is not there, fails, or takes too long or too much.
/// Cancelling ends the tool.
///
/// It gets the environment of any command: files in the measured tree decide what really runs.
pub(super) async fn ask(question: &Command) -> Option<String> {
    let (program, arguments) = question.argv.split_first()?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(launcher::variables(question))
        .current_dir(&question.cwd)
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
