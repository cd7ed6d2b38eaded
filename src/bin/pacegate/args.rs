//! The command line as typed; parsing has no effect but checking.

use crate::doctor::{DoctorArgs, measuring};
use crate::history::args::{AcceptArgs, CopyArgs, ExportArgs, ListArgs, PruneArgs, ShowArgs};
use crate::hook::HookArgs;
use crate::load::{LoadArgs, MergeArgs};
use crate::shell::{CompletionsArgs, ManArgs};
use crate::telling::{CiArgs, PublishArgs};
use clap::{Args, Parser, Subcommand, ValueEnum};
use pacegate::config;
use std::path::PathBuf;
use std::time::Duration;

/// Learn whether a change makes a system slower, and how sure that is.
#[derive(Debug, Parser)]
#[command(name = "pacegate", version, bin_name = "pacegate", after_help = exit_codes())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    /// Say less: only the result, no progress
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Measure, compare with the baseline, judge and report
    Run(RunArgs),
    /// Judge a stored run, or run files, again; measures nothing
    Check(CheckArgs),
    /// Render a bundle: text, JSON, JUnit, Markdown
    Report(ReportArgs),
    /// Do what a CI job is for: measure, judge, and tell the pull request and the runner
    Ci(CiArgs),
    /// Tell a forge of bundles: a comment on the pull request, a check, a status
    Publish(PublishArgs),
    /// Look at how series went from commit to commit
    History(HistoryArgs),
    /// Send one load, or this machine's segment of it, and write what came of it; judges nothing
    Load(LoadArgs),
    /// Merge the segments of a load into a run, which `check --head` judges
    Merge(MergeArgs),
    /// Say how noisy this machine is, and what can be found on it
    Doctor(DoctorArgs),
    /// Write a commented gates.yaml for the repository in this directory
    Init(InitArgs),
    /// Print a JSON Schema: of the configuration, of bundles, of runs and so on
    Schema(SchemaArgs),
    /// Measure the working tree before it is pushed: a pre-push hook
    Hook(HookArgs),
    /// Print what completes the command line in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(ManArgs),
}

/// Which configuration, and how strictly it is held to.
#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// The configuration
    #[arg(long, short, default_value = "gates.yaml", env = "PACEGATE_CONFIG", value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// Fail what did not decide: inconclusive (exit 3) and no baseline (exit 4)
    #[arg(long)]
    pub(crate) strict: bool,

    /// Fail with exit 6 when a report cannot be written
    #[arg(long)]
    pub(crate) require_report: bool,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) format: Output,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) policy: Policy,

    /// Measure only the benchmarks and loads whose name matches this glob; gates on others are skipped
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,

    /// The branch this run belongs to, where git cannot tell
    #[arg(long, value_name = "NAME", value_parser = branch)]
    pub(crate) branch: Option<String>,

    /// Measure and judge, and keep nothing in the store
    #[arg(long)]
    pub(crate) no_store: bool,

    /// Build the merge base with REF too, and measure base and head side by side
    #[arg(long, value_name = "REF")]
    pub(crate) base: Option<String>,

    /// Compare with stored runs, though the configuration names a base
    #[arg(long, conflicts_with = "base")]
    pub(crate) no_base: bool,

    /// Where to record the pairs of base and head; missing folders are made [default: pairs.jsonl
    /// beside the history]
    #[arg(long, value_name = "FILE", conflicts_with = "no_base")]
    pub(crate) record: Option<PathBuf>,

    /// How long the pairs of base and head may take [default: `paired: { time }` of the configuration]
    #[arg(long, value_name = "TIME", conflicts_with = "no_base", value_parser = measuring)]
    pub(crate) within: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) policy: Policy,

    /// The stored run to judge: its id, or `latest`
    #[arg(default_value = "latest", conflicts_with_all = ["head", "replay"])]
    pub(crate) run: String,

    /// A run file (or bundle) to judge in place of a stored run
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Option<PathBuf>,

    /// A run file (or bundle) to compare with, in place of the store; repeat for several runs
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Vec<PathBuf>,

    /// With --head: keep the run in the store too, so that it may serve as a baseline
    #[arg(long, requires = "head", conflicts_with = "baseline")]
    pub(crate) keep: bool,

    /// Decide recorded pairs again, look by look, by the rules in the file; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["head", "baseline"])]
    pub(crate) replay: Option<PathBuf>,

    /// With --replay: hold the error over all series of the file, as over one build
    #[arg(long, requires = "replay")]
    pub(crate) family: bool,

    /// Check the configuration alone, and judge nothing
    #[arg(long, conflicts_with_all = ["run", "head", "baseline", "replay", "keep"])]
    pub(crate) config_only: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The bundle, as `run` writes it with `reports: [{ json: … }]`; `-` reads stdin
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,

    /// The form
    #[arg(long, value_enum, default_value_t = ReportForm::Text)]
    pub(crate) format: ReportForm,

    /// Write to a file instead of stdout; missing folders are made
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The configuration, which names the project and where its history is kept
    #[arg(
        long,
        short,
        global = true,
        default_value = "gates.yaml",
        env = "PACEGATE_CONFIG",
        value_name = "FILE"
    )]
    pub(crate) config: PathBuf,

    #[command(subcommand)]
    pub(crate) verb: HistoryVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryVerb {
    /// List the stored runs, newest first
    List(ListArgs),
    /// Show what a stored run measured
    Show(ShowArgs),
    /// Find the commits at which a series changed its level for good
    Points(PointsArgs),
    /// Mark a known step: from its commit on, the series begin anew
    Accept(AcceptArgs),
    /// Print all that is stored, oldest run first
    Export(ExportArgs),
    /// Remove old runs
    Prune(PruneArgs),
    /// Copy all runs of the project from one store to another, and read each of them back
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PointsArgs {
    /// Only series that this glob matches; `*` crosses slashes
    #[arg(value_name = "SERIES-GLOB", conflicts_with = "from")]
    pub(crate) series: Option<String>,

    /// A CSV file with the columns series, unit, commit, time and value, in place of the store; `-`
    /// reads stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,

    /// The least change worth telling, such as `0.5%`
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "2%")]
    pub(crate) least: f64,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    pub(crate) format: Listing,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write; missing folders are made
    #[arg(long, short, default_value = "gates.yaml", value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,

    /// Print to stdout instead of writing
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Of what
    #[arg(value_enum, default_value_t = Document::Config)]
    pub(crate) document: Document,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// The bundle
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    /// A table for people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// As on the terminal
    Text,
    /// The bundle
    Json,
    /// JUnit XML for GitLab and GitHub
    Junit,
    /// JUnit XML for the strict Jenkins schema
    JunitStrict,
    /// GitHub and GitLab flavoured Markdown
    Markdown,
    /// GitLab's code quality report
    Codequality,
    /// OpenMetrics text for GitLab's metrics report
    Openmetrics,
    /// The form of a k6 summary for GitLab's load performance report
    LoadPerformance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Document {
    /// gates.yaml
    Config,
    /// What `run` writes as JSON
    Bundle,
    /// The native format that `check` reads
    Run,
    /// gates.accepted.yaml
    Accepted,
    /// What `load` writes and `merge` reads
    Segment,
    /// What `doctor` prints as JSON
    Diagnosis,
}

/// A fraction, written as such or as a percentage.
fn share(text: &str) -> Result<f64, String> {
    config::share(text).map_err(|error| match error.help {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message,
    })
}

/// A branch as git would have it.
pub(crate) fn branch(name: &str) -> Result<String, String> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    match name.is_empty() || name.len() > 250 || name.chars().any(odd) {
        true => Err("a branch's name is 1 to 250 bytes without white space".to_owned()),
        false => Ok(name.to_owned()),
    }
}

/// The table of exit codes under `--help`.
fn exit_codes() -> String {
    let rows =
        pacegate::exit::Exit::ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
    format!("Exit codes:\n{}", rows.join("\n"))
}
