//! Why the tool could not do what was asked, with the exit code that goes with it.

use crate::config::ConfigError;
use crate::exit::Exit;
use crate::measure::paired::PairedError;
use crate::publish::event::{EventError, Refusal};
use crate::publish::{self, Silence};
use crate::report;
use crate::store::StoreError;
use std::io;
use std::path::PathBuf;
use uuid::Uuid;

/// Why a stage could not be entered, or did not give a result. Doubts about a result are
/// [`Warning`](crate::model::Warning)s, and a target that could not be measured is a
/// [`Failure`](crate::model::Failure) within the run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] Box<ConfigError>),
    /// A pattern is no glob.
    #[error("`{text}` is not a glob: {reason}")]
    BadGlob {
        /// The pattern, with the option that it was given with.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `--only` leaves nothing to measure.
    #[error("`--only {only}` matches no benchmark or load; there are {known}")]
    NothingSelected {
        /// The patterns, as given.
        only: String,
        /// What could have been selected.
        known: String,
    },
    /// `--target` matches nothing that can be looked at.
    #[error(
        "`--target {targets}` matches no command benchmark, which alone can be looked at; of these there \
         are {known}"
    )]
    NoSuchCommand {
        /// The patterns, as given.
        targets: String,
        /// What could have been looked at.
        known: String,
    },
    /// The configuration describes nothing that could be measured.
    #[error(
        "nothing to measure: `{path}` has neither `benchmarks` nor `loads`; describe one, or judge \
         files with `pacegate check --head FILE`"
    )]
    NothingToMeasure {
        /// The configuration.
        path: PathBuf,
    },
    /// No load has that name.
    #[error("the configuration has no load `{name}`; it has {known}")]
    NoSuchLoad {
        /// The name.
        name: String,
        /// What there is.
        known: String,
    },
    /// A load is not of the kind that several machines can send together.
    #[error(
        "load `{name}` is of {kind}, and `pacegate load` sends `arrivals` only, whose schedule can be dealt \
         out; use `pacegate run`"
    )]
    NotSplit {
        /// The load.
        name: String,
        /// What it is of.
        kind: &'static str,
    },
    /// A load cannot begin when it should.
    #[error("failed to begin: {0}")]
    BadStart(String),
    /// A load could not be measured.
    #[error("failed to measure `{name}`: {why}")]
    NotMeasured {
        /// The load.
        name: String,
        /// Why not.
        why: String,
    },
    /// Segments are not of one load.
    #[error("failed to merge `{path}` with `{other}`: {why}")]
    NotMerged {
        /// The segment.
        path: PathBuf,
        /// One that was read before it.
        other: PathBuf,
        /// Why they do not belong together.
        why: String,
    },
    /// A result cannot be written where it is to be; found before measuring.
    #[error("failed to prepare `{path}`, which `--out` names")]
    OutPath {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A result could not be written.
    #[error("failed to write `{path}`")]
    OutWrite {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that was named cannot be read, or is not what it should be.
    #[error("failed to read `{path}`: {reason}")]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// No stored run is meant by what was given.
    #[error("{0}")]
    NoSuchRun(String),
    /// A pattern matches no stored series.
    #[error("`{pattern}` matches no stored series{}", nearest.as_ref().map_or_else(String::new, |nearest| format!("; the nearest is `{nearest}`")))]
    NoSuchSeries {
        /// The pattern.
        pattern: String,
        /// The nearest series of the newest run.
        nearest: Option<String>,
    },
    /// A step cannot be accepted.
    #[error("failed to accept a step: {0}")]
    NotAccepted(String),
    /// The file of accepted steps cannot be written.
    #[error("failed to write the accepted steps to `{path}`")]
    AcceptedWrite {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A stop was asked for before anything was measured.
    #[error("interrupted before anything was measured")]
    Interrupted,
    /// Nothing could be measured side by side.
    #[error(transparent)]
    Paired(#[from] PairedError),
    /// Pairs cannot be recorded where they are to be; found before measuring.
    #[error("failed to prepare `{path}`, where the pairs are to be recorded")]
    RecordPath {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A report cannot be written where the configuration wants it; found before measuring.
    #[error("failed to prepare the report `{path}`, which the configuration names under `reports`")]
    ReportPath {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A report could not be written.
    #[error("failed to write the report `{path}`")]
    ReportWrite {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A report could not be drawn.
    #[error(transparent)]
    Report(#[from] report::Error),
    /// The event of a CI job says nothing.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The event's code must not be run.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A forge could not be told.
    #[error(transparent)]
    Publish(#[from] publish::Error),
    /// A forge that was to be told was not.
    #[error(transparent)]
    Untold(#[from] Silence),
    /// The history cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A run that was copied does not come back as it was.
    #[error(
        "failed to copy run {run}: it comes back from `{store}` as another one; copy again once nothing else writes there"
    )]
    CopyDiffers {
        /// The run.
        run: Uuid,
        /// Where it was copied to.
        store: String,
    },
    /// The history refused a run, which was kept in a file.
    #[error(
        "failed to store the run; it is kept in `{kept}`, and `pacegate check --head {kept}` judges it again"
    )]
    Unsaved {
        /// Where the run was kept.
        kept: PathBuf,
        /// Why it could not be stored.
        source: StoreError,
    },
    /// The history refused a run, and no file would take it either.
    #[error(
        "failed to store run {run} ({refusal}); it is lost, since `{kept}` could not be written either"
    )]
    Lost {
        /// The run.
        run: Uuid,
        /// Where it was to be kept.
        kept: PathBuf,
        /// Why it could not be stored.
        refusal: StoreError,
        /// Why it could not be kept.
        source: io::Error,
    },
}

impl Error {
    /// The exit code of a command that ends with this error.
    pub fn exit(&self) -> Exit {
        match self {
            Error::Config(_)
            | Error::BadGlob { .. }
            | Error::NothingSelected { .. }
            | Error::NoSuchCommand { .. }
            | Error::RecordPath { .. }
            | Error::NothingToMeasure { .. }
            | Error::NoSuchLoad { .. }
            | Error::NotSplit { .. }
            | Error::BadStart(_)
            | Error::NotMerged { .. }
            | Error::OutPath { .. }
            | Error::Document { .. }
            | Error::NoSuchRun(_)
            | Error::NoSuchSeries { .. }
            | Error::NotAccepted(_)
            | Error::AcceptedWrite { .. }
            | Error::Event(_)
            | Error::Refused(_)
            | Error::ReportPath { .. } => Exit::Usage,
            Error::Paired(PairedError::Base(base)) if base.is_mistake() => Exit::Usage,
            Error::Paired(PairedError::Base(_) | PairedError::Build { .. }) => {
                Exit::MeasuringFailed
            }
            Error::Interrupted | Error::Paired(PairedError::Interrupted) => Exit::Interrupted,
            Error::NotMeasured { .. }
            | Error::OutWrite { .. }
            | Error::Store(_)
            | Error::CopyDiffers { .. }
            | Error::Unsaved { .. }
            | Error::Lost { .. } => Exit::MeasuringFailed,
            Error::Report(_) | Error::ReportWrite { .. } | Error::Publish(_) | Error::Untold(_) => {
                Exit::ReportFailed
            }
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::Config(Box::new(error))
    }
}
