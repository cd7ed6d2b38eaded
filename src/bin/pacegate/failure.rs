//! An error on its way to stderr, with the exit code that goes with it.

use pacegate::Error;
use pacegate::exit::Exit;
use std::io::{IsTerminal, Write};

/// Why the command could not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    report: miette::Report,
}

impl Failure {
    /// A failure of which the text says everything.
    pub(crate) fn new(exit: Exit, text: String) -> Self {
        Failure { exit, report: miette::Report::msg(text) }
    }

    /// Writes the error with its causes to stderr, the place in the configuration underlined, and
    /// gives the exit code.
    pub(crate) fn print(self) -> Exit {
        let colour = std::io::stderr().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let theme = if colour {
            miette::GraphicalTheme::unicode()
        } else {
            miette::GraphicalTheme::unicode_nocolor()
        };
        let mut text = String::new();
        let drawn = miette::GraphicalReportHandler::new_themed(theme)
            .with_width(100)
            .render_report(&mut text, self.report.as_ref());
        if drawn.is_err() {
            text = format!("{}\n", self.report);
        }
        // Nothing is left to be done when stderr is closed.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
        self.exit
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = error.exit();
        match error {
            Error::Config(config) => Failure { exit, report: miette::Report::new(*config) },
            other => Failure::new(exit, with_causes(&other)),
        }
    }
}

/// An error and what caused it, on one line: `failed to write …: permission denied`.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
