//! Reports: a bundle drawn for people and for other programs.
//!
//! [`View`] works out once what every report shows (the verdict's sentence, rows, footnotes,
//! advice); the renderers only draw it, each escaping for its own sink. Nothing here judges,
//! measures, reads or writes a file.

mod codequality;
pub mod decisions;
pub mod diagnosis;
pub mod escape;
mod grid;
pub mod history;
mod json;
mod junit;
mod layout;
mod load_performance;
mod markdown;
mod notes;
pub mod number;
mod openmetrics;
mod phrase;
mod points;
pub mod segment;
mod sentence;
mod table;
mod terminal;
mod view;
pub mod words;

pub use json::{
    bundle_schema, diagnosis_schema, line as json_line, pretty as json_document, run_schema,
    segment_schema,
};

pub use markdown::{is_address, tally_of_legs};
pub use phrase::{Phrase, Span};
pub use points::{points_lines, points_table};
pub use view::{FailureView, Row, View};

use crate::model::{Bundle, Verdict};
use junit::Dialect;

/// The columns of a terminal whose width is not known.
pub const TERMINAL_COLUMNS: usize = 80;
/// The most bytes of a Markdown report: the forges refuse a comment of more than 65,536, to which
/// whoever posts it adds a marker.
pub const MARKDOWN_BYTES: usize = 60_000;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For a terminal: the verdict, a table, advice.
    Text,
    /// The bundle itself.
    Json,
    /// JUnit XML for CI systems, with all that the common ones show.
    Junit,
    /// JUnit XML for readers that validate it, such as Jenkins' xUnit plugin.
    JunitStrict,
    /// For comments on pull and merge requests and for step summaries, of at most
    /// [`MARKDOWN_BYTES`].
    Markdown,
    /// GitLab's code quality report: one issue for each judgement that is not well.
    Codequality,
    /// The values of the run as OpenMetrics text, for GitLab's metrics report.
    Openmetrics,
    /// The loads in the form of a k6 summary, for GitLab's load performance report.
    LoadPerformance,
}

/// Whether the terminal report is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// No escape sequence at all.
    Plain,
    /// ANSI colours.
    Colour,
}

/// How a report is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Width of the terminal in columns; [`TERMINAL_COLUMNS`] where it is not known.
    pub columns: usize,
    /// Whether the terminal shows colours.
    pub style: Style,
}

/// Why a report could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bundle could not be written as JSON.
    #[error("failed to write bundle as JSON")]
    Json(#[from] serde_json::Error),
    /// Series could not be written as a table.
    #[error("failed to write series as CSV")]
    Csv(#[from] csv::Error),
    /// The bundle could not be written as XML.
    #[error("failed to write JUnit report")]
    Junit(#[from] junit_report::Error),
}

/// One of several builds that are told together, such as those of a matrix of machines.
#[derive(Debug, Clone, Copy)]
pub struct Leg<'b> {
    /// Its name, such as that of a runner.
    pub name: &'b str,
    /// What it came to; `None` where there is no report of it.
    pub bundle: Option<&'b Bundle>,
    /// Why there is none, where that is known; otherwise it never came.
    pub error: Option<&'b str>,
}

impl<'b> Leg<'b> {
    /// A build by itself, which needs no name.
    pub fn alone(bundle: &'b Bundle) -> Leg<'b> {
        Leg { name: "", bundle: Some(bundle), error: None }
    }

    /// A build by itself that came to nothing.
    pub fn failed(error: &'b str) -> Leg<'b> {
        Leg { name: "", bundle: None, error: Some(error) }
    }

    /// What it came to; a leg whose report never came is missing.
    pub fn verdict(&self) -> Verdict {
        match (self.bundle, self.error) {
            (Some(bundle), _) => bundle.verdict,
            (None, Some(_)) => Verdict::Error,
            (None, None) => Verdict::Missing,
        }
    }
}

/// How many gates of these builds found something worse, and something better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Worse than a gate allows.
    pub regressions: usize,
    /// Surely better.
    pub improvements: usize,
}

/// Counts judgements of builds.
pub fn counts(legs: &[Leg<'_>]) -> Counts {
    let judgements = legs.iter().filter_map(|leg| leg.bundle).flat_map(|bundle| &bundle.judgements);
    judgements.fold(Counts::default(), |counts, judgement| match judgement.verdict {
        Verdict::Fail => Counts { regressions: counts.regressions + 1, ..counts },
        Verdict::Improved => Counts { improvements: counts.improvements + 1, ..counts },
        _ => counts,
    })
}

/// Draws a bundle as [`Format::Markdown`], for a forge on which `changes` followed by `base...head` is
/// the address of a page that compares two commits.
pub fn comment(bundle: &Bundle, changes: Option<&str>) -> String {
    markdown::draw(&View::new(bundle), changes, MARKDOWN_BYTES)
}

/// Draws several builds as one page of at most [`MARKDOWN_BYTES`]: the worst of their verdicts, a table
/// of them, and each by itself as [`comment`] draws it.
pub fn comment_on_legs(legs: &[Leg<'_>], changes: Option<&str>) -> String {
    markdown::draw_legs(legs, changes)
}

/// Draws a bundle; the same bundle and options give the same text.
///
/// # Errors
///
/// When a document format cannot hold the bundle.
pub fn render(bundle: &Bundle, format: Format, options: &Options) -> Result<String, Error> {
    match format {
        Format::Text => Ok(terminal::draw(&View::new(bundle), options.columns, options.style)),
        Format::Json => Ok(json::pretty(bundle)?),
        Format::Junit => Ok(junit::draw(&View::new(bundle), Dialect::Lenient)?),
        Format::JunitStrict => Ok(junit::draw(&View::new(bundle), Dialect::Strict)?),
        Format::Markdown => Ok(markdown::draw(&View::new(bundle), None, MARKDOWN_BYTES)),
        Format::Codequality => Ok(codequality::draw(&View::new(bundle))?),
        Format::Openmetrics => Ok(openmetrics::draw(bundle)),
        Format::LoadPerformance => Ok(load_performance::draw(&bundle.run)?),
    }
}
