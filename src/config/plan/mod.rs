//! The validated configuration: what is to be measured, and by which rules it is judged.
//!
//! Every value is in base units and every default is filled in, so that no later stage has one.

mod distributed;
mod journey;
mod load;
mod script;

pub use distributed::DistributedPlan;
pub(super) use journey::json_texts;
pub use journey::{
    BodyPlan, ExpectPlan, ExtractPlan, ExtractSource, FeedPlan, JourneyPlan, StepPlan, ThinkPlan,
};
pub use load::{
    Arrivals, CapacityPlan, LoadPlan, Objective, Protocol, RateStage, ResourcesPlan, Spacing,
    Traffic, Users,
};
pub use script::{K6Plan, LocustPlan};

use crate::model::Unit;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;

/// All that `gates.yaml` says, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The project's name; runs of different projects are never compared.
    pub project: String,
    /// Where history is kept.
    pub store: StoreLocation,
    /// Services by name, for loads to use.
    pub services: BTreeMap<String, ServicePlan>,
    /// Benchmarks, in the order of the file.
    pub benchmarks: Vec<BenchmarkPlan>,
    /// Loads, in the order of the file.
    pub loads: Vec<LoadPlan>,
    /// Gates, in the order of the file.
    pub gates: Vec<GatePlan>,
    /// Waivers, in the order of the file.
    pub waivers: Vec<WaiverPlan>,
    /// Known steps, from a file of their own; see [`accepted_path`](super::accepted_path).
    pub accepted: Vec<AcceptedStep>,
    /// Reports to write, in the order of the file.
    pub reports: Vec<ReportPlan>,
    /// Which runs serve as a baseline.
    pub baseline: BaselinePlan,
    /// What to measure side by side with, such as `origin/main`; `None` unless configured.
    pub base: Option<String>,
    /// Commands that build what is measured, in order.
    pub build: Vec<Command>,
    /// How base and head are measured side by side.
    pub paired: PairedPlan,
    /// Time for measuring again what would fail against stored runs; zero does without.
    pub again: Duration,
}

/// Where history is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// An SQLite file; absolute when it comes from a file.
    Sqlite(PathBuf),
    /// A branch of a git repository.
    Git {
        /// Where the repository is looked for, and files beside the history are kept.
        directory: PathBuf,
        /// The branch.
        branch: String,
        /// The remote that shares it: `None` for `origin` where there is one, `.` for none.
        remote: Option<String>,
    },
}

impl StoreLocation {
    /// Where a file of this name stands beside the history.
    pub fn beside(&self, name: &str) -> PathBuf {
        match self {
            StoreLocation::Sqlite(path) => path.with_file_name(name),
            StoreLocation::Git { directory, .. } => directory.join(".pacegate").join(name),
        }
    }

    /// The SQLite file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            StoreLocation::Sqlite(path) => Some(path),
            StoreLocation::Git { .. } => None,
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreLocation::Sqlite(path) => write!(f, "{}", path.display()),
            StoreLocation::Git { branch, remote: None, .. } => write!(f, "git:{branch}"),
            StoreLocation::Git { branch, remote: Some(remote), .. } => {
                write!(f, "git:{branch}@{remote}")
            }
        }
    }
}

/// A service that loads are sent to.
#[derive(Debug, Clone, PartialEq)]
pub struct ServicePlan {
    /// Its name.
    pub name: String,
    /// What to run, without a shell.
    pub command: Command,
    /// URL that answers 2xx once the service is ready.
    pub ready: String,
    /// Origin that relative step paths are joined to, such as `http://127.0.0.1:7878`.
    pub url: String,
    /// How long it may take to get ready.
    pub ready_within: Duration,
}

/// A program with its arguments and surroundings; never a shell line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments; never empty.
    pub argv: Vec<String>,
    /// Working directory, absolute.
    pub cwd: PathBuf,
    /// Variables set on top of what is passed on.
    pub env: BTreeMap<String, String>,
    /// Names of further variables that are passed on; a `*` at the end stands for any ending.
    /// Everything else but an allow-list is kept from the command, so that no secret leaks into it.
    pub pass_env: Vec<String>,
}

/// A benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchmarkPlan {
    /// Its name: the target, or for criterion the prefix of its targets.
    pub name: String,
    /// How it is measured.
    pub kind: BenchmarkKind,
}

/// How a benchmark is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum BenchmarkKind {
    /// A command run as a whole process, again and again.
    Command(CommandPlan),
    /// Criterion benches.
    Criterion(CriterionPlan),
}

/// A command benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandPlan {
    /// What is measured.
    pub run: Command,
    /// Run before each measured run, not measured.
    pub prepare: Option<Command>,
    /// Run once after the last, not measured, even after a failure.
    pub cleanup: Option<Command>,
    /// Runs that are thrown away first.
    pub warmup: u32,
    /// Runs that are kept; at least 1.
    pub samples: u32,
    /// The longest one run may take.
    pub timeout: Duration,
    /// Exit codes that count as success.
    pub ok_exit: Vec<i32>,
}

/// Criterion benches.
#[derive(Debug, Clone, PartialEq)]
pub struct CriterionPlan {
    /// What to run, such as `cargo bench --bench stats`.
    pub command: Command,
    /// Criterion's output directory; `None` asks cargo where the target directory is.
    pub output: Option<PathBuf>,
    /// The longest the whole command may take, building included.
    pub timeout: Duration,
}

/// One rule, applied to every series that it matches.
#[derive(Debug, Clone, PartialEq)]
pub struct GatePlan {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The line on which it begins, from 1; 0 where that is unknown.
    pub line: usize,
    /// Which series; `*` crosses slashes.
    pub series: SeriesPattern,
    /// The rule.
    pub rule: Rule,
    /// Whether a fail is only a warning.
    pub warn_only: bool,
}

/// A glob on series ids, compiled.
#[derive(Clone)]
pub struct SeriesPattern {
    /// As written.
    pub text: String,
    pub(crate) matcher: globset::GlobMatcher,
}

impl SeriesPattern {
    /// Compiles a glob on series ids.
    ///
    /// # Errors
    ///
    /// When the glob is malformed, with the reason.
    pub fn new(text: &str) -> Result<Self, String> {
        let glob = globset::GlobBuilder::new(text)
            .literal_separator(false)
            .build()
            .map_err(|error| error.kind().to_string())?;
        Ok(SeriesPattern { text: text.to_owned(), matcher: glob.compile_matcher() })
    }

    /// Whether the pattern matches the written form of a series id.
    pub fn matches(&self, series: &str) -> bool {
        self.matcher.is_match(series)
    }
}

impl fmt::Debug for SeriesPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The compiled matcher fills pages.
        f.debug_tuple("SeriesPattern").field(&self.text).finish()
    }
}

impl PartialEq for SeriesPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A gate's rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// An absolute limit.
    Limit {
        /// The least allowed.
        min: Option<Quantity>,
        /// The most allowed.
        max: Option<Quantity>,
    },
    /// A limit on the change for the worse from the baseline.
    Regression {
        /// The most the metric may worsen, as a fraction (0.03 is 3 %); at least 0.
        max: f64,
        /// Absolute differences below this are not worth failing for.
        floor: Option<Quantity>,
        /// Whether the whole interval, not only the estimate, must be beyond `max` to fail.
        strict: bool,
    },
    /// A limit on the change for the worse since a release.
    Creep {
        /// What git knows the release by.
        release: String,
        /// As of a regression.
        max: f64,
        /// As of a regression.
        floor: Option<Quantity>,
        /// As of a regression.
        strict: bool,
    },
}

/// A number with the unit it was written in, both in base units.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// In base units: `250ms` is 0.25.
    pub value: f64,
    /// The base unit; `None` for a bare number, which fits any unit.
    pub unit: Option<Unit>,
    /// As written.
    pub text: String,
}

/// An excuse, kept in the repository, with an end.
#[derive(Debug, Clone, PartialEq)]
pub struct WaiverPlan {
    /// Which series.
    pub series: SeriesPattern,
    /// Why.
    pub reason: String,
    /// The largest change for the worse that is excused, as a fraction; `None` excuses only a vanished series.
    pub ceiling: Option<f64>,
    /// The last day it holds.
    pub until: time::Date,
}

/// A known step of performance, which starts a new regime of the series that it matches.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedStep {
    /// Which series.
    pub series: SeriesPattern,
    /// The commit that made it: its hash or the start of it, in lower case.
    pub commit: String,
    /// When that was committed.
    pub time: OffsetDateTime,
    /// Why it is accepted.
    pub reason: String,
}

/// A report to write after every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPlan {
    /// Its form.
    pub format: ReportFormat,
    /// Where to.
    pub path: PathBuf,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// The bundle.
    Json,
    /// JUnit XML for GitLab and GitHub test reporters.
    Junit,
    /// JUnit XML that validates against the Jenkins xUnit schema.
    JunitStrict,
    /// GitHub and GitLab flavoured Markdown.
    Markdown,
    /// Plain text, as on the terminal.
    Text,
    /// GitLab's code quality report.
    Codequality,
    /// OpenMetrics text, for GitLab's metrics report.
    Openmetrics,
    /// The form of a k6 summary, for GitLab's load performance report.
    LoadPerformance,
}

/// Which runs serve as a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselinePlan {
    /// Branches whose runs may serve.
    pub branches: Vec<String>,
    /// The most runs taken.
    pub runs: usize,
    /// What git knows the last release by, where one is named.
    pub release: Option<String>,
}

/// How base and head are measured side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairedPlan {
    /// The most pairs of a series; at least 8.
    pub pairs: u32,
    /// Time for measuring all pairs, building not included.
    pub time: Duration,
    /// How long a load is sent to one build before it is the other's turn.
    pub segment: Duration,
}
