//! `cargo pacegate …` is `pacegate …`: this starts the command beside it, with the same arguments.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let program = beside();
    let mut command = Command::new(&program);
    let mut args = std::env::args_os().skip(1).peekable();
    // Cargo names the subcommand first.
    args.next_if(|arg| arg == "pacegate");
    command.args(args);
    replaced_by(&mut command).unwrap_or_else(|error| {
        let text = format!("error: failed to start `{}`: {error}\n", program.display());
        // Nothing is left to be done when stderr is closed.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(2)
    })
}

/// The command that was installed with this one, or else the one on `PATH`.
fn beside() -> PathBuf {
    let name = format!("pacegate{}", std::env::consts::EXE_SUFFIX);
    let here = std::env::current_exe().ok();
    let beside = here.as_deref().and_then(Path::parent).map(|folder| folder.join(&name));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(name))
}

/// Becomes the command, so that signals and the exit code are its own.
#[cfg(unix)]
fn replaced_by(command: &mut Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

/// Runs the command, and ends as it did.
#[cfg(not(unix))]
fn replaced_by(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
