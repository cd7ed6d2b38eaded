//! Writing to stdout, where data goes; a reader that went away is not an error of ours.

use crate::failure::Failure;
use anstream::{AutoStream, ColorChoice};
use pacegate::exit::Exit;
use pacegate::report::{Options, Style, TERMINAL_COLUMNS};
use std::io::{ErrorKind, Write};

/// Writes text to stdout. A closed pipe is silently accepted: the verdict stands whether or not
/// somebody reads it to the end.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::ReportFailed, format!("failed to write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// How a report is drawn on stdout: as wide as the terminal, coloured where that is wanted.
pub(crate) fn options() -> Options {
    let columns = terminal_size::terminal_size()
        .map_or(TERMINAL_COLUMNS, |(terminal_size::Width(columns), _)| columns.into());
    let style = match AutoStream::choice(&std::io::stdout()) {
        ColorChoice::Never => Style::Plain,
        ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => Style::Colour,
    };
    Options { columns, style }
}
