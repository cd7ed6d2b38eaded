//! An error on its way to stderr, with the exit code that goes with it.

use anstyle::AnsiColor;
use miette::{GraphicalReportHandler, GraphicalTheme};
use pacegate::Error;
use pacegate::config::ConfigError;
use pacegate::exit::Exit;
use pacegate::report::escape;
use std::io::Write;

/// The most lines and characters a line written of one failure; paths may be long.
const MOST_LINES: usize = 40;
const MOST_CHARS: usize = 8000;

/// Why the command could not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    complaint: Complaint,
}

#[derive(Debug)]
enum Complaint {
    /// A place in the configuration, to be underlined.
    Config(Box<ConfigError>),
    /// Lines that are not wrapped, so that paths and commands in them can be copied.
    Text(String),
}

impl Failure {
    /// A failure of which the text says everything.
    pub(crate) fn new(exit: Exit, text: String) -> Self {
        Failure { exit, complaint: Complaint::Text(text) }
    }

    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What went wrong and what to do, without the place in a file.
    pub(crate) fn text(&self) -> String {
        match &self.complaint {
            Complaint::Config(error) => error.to_string(),
            Complaint::Text(text) => text.clone(),
        }
    }

    /// Writes the complaint to stderr, and gives the exit code.
    pub(crate) fn print(self) -> Exit {
        let text = match self.complaint {
            Complaint::Config(error) => underlined(&error),
            Complaint::Text(text) => {
                let bold = AnsiColor::Red.on_default().bold();
                // What others wrote, such as a key of their JSON, may be part of it.
                let lines = escape::block(&text, MOST_LINES, MOST_CHARS);
                let lines: Vec<String> = lines.iter().map(|line| escape::terminal(line)).collect();
                format!("{bold}error:{bold:#} {}\n", lines.join("\n  "))
            }
        };
        // Nothing is left to be done when stderr is closed.
        let _ = anstream::stderr().lock().write_all(text.as_bytes());
        self.exit
    }
}

/// The error with the place in the file; colours are taken out again where none are wanted.
fn underlined(error: &ConfigError) -> String {
    let mut text = String::new();
    let drawn = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
        .with_width(100)
        .render_report(&mut text, error);
    if drawn.is_err() {
        text = format!("{error}\n");
    }
    // The quoted line is whoever's wrote the file, and some runners look for commands anywhere in a line.
    text.replace("##", "# #")
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = error.exit();
        match error {
            Error::Config(config) => Failure { exit, complaint: Complaint::Config(config) },
            other => Failure::new(exit, with_causes(&other)),
        }
    }
}

/// An error and what caused it, on one line: `failed to write …: permission denied`.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
