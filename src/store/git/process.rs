//! Git as a process: what it is told, what it says, and for how long it may think.

use crate::git::without_passwords;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// The longest answer that is kept, in bytes: the listing of a million files.
const MAX_ANSWER: u64 = 256 << 20;
/// The most that is kept of what git complains of, in bytes.
const MAX_COMPLAINT: u64 = 16 << 10;
/// The most lines of it that are told.
const MAX_LINES: usize = 6;

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("failed to start git; is it installed?")]
    Start(#[source] std::io::Error),
    #[error("failed to talk to git")]
    Talk(#[source] std::io::Error),
    #[error("git took longer than {} s", .0.as_secs())]
    Slow(Duration),
    #[error("git answered with more than {} MiB", MAX_ANSWER >> 20)]
    Long,
    #[error("{0}")]
    Refused(String),
    #[error("git ended with {0} and said nothing")]
    Silent(ExitStatus),
}

impl Failure {
    /// Whether trying again may help: not without git, nor with a remote that is that slow.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Failure::Refused(_) | Failure::Silent(_) => true,
            Failure::Start(_) | Failure::Talk(_) | Failure::Slow(_) | Failure::Long => false,
        }
    }
}

/// Starts git, gives it its input, and waits for what it prints to stdout.
pub(super) async fn answer(
    command: std::process::Command,
    input: &[u8],
    limit: Duration,
    end_when_dropped: bool,
) -> Result<Vec<u8>, Failure> {
    let mut command = Command::from(command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(end_when_dropped).spawn().map_err(Failure::Start)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // Git may end before it has read all, and says why itself.
            let _ = stdin.write_all(input).await;
        }
    };
    let all = async {
        let (mut answer, mut complaint) = (Vec::new(), Vec::new());
        let read = async {
            match stdout {
                Some(stdout) => stdout.take(MAX_ANSWER + 1).read_to_end(&mut answer).await,
                None => Ok(0),
            }
        };
        let listen = async {
            let Some(mut stderr) = stderr else { return Ok(0) };
            (&mut stderr).take(MAX_COMPLAINT).read_to_end(&mut complaint).await?;
            tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await
        };
        let ((), read, listened) = tokio::join!(feed, read, listen);
        read.and(listened.map(|_| 0)).map_err(Failure::Talk)?;
        if answer.len() as u64 > MAX_ANSWER {
            return Err(Failure::Long);
        }
        let status = child.wait().await.map_err(Failure::Talk)?;
        match told(&complaint) {
            _ if status.success() => Ok(answer),
            Some(why) => Err(Failure::Refused(why)),
            None => Err(Failure::Silent(status)),
        }
    };
    tokio::time::timeout(limit, all).await.unwrap_or(Err(Failure::Slow(limit)))
}

/// The last of what git complained of, as one line, with neither passwords nor control characters.
fn told(complaint: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(complaint);
    let said = |line: &&str| !line.is_empty() && !line.starts_with("hint:");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(said).collect();
    let last = lines[lines.len().saturating_sub(MAX_LINES)..].join("; ");
    (!last.is_empty()).then(|| without_passwords(&last.replace(char::is_control, " ")))
}
