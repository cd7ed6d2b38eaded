//! The arguments of what is done with a stored history.

use crate::args::Listing;
use clap::{Args, ValueEnum};
use pacegate::config::{self, QuantityError, StoreLocation};
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// At most this many runs
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    pub(crate) format: Listing,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The run: its id, the start of its id, or `latest`
    pub(crate) run: String,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    pub(crate) format: Listing,
}

#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// Which series: a glob on `target/metric[/statistic]`, in which `*` crosses slashes
    #[arg(value_name = "SERIES-GLOB")]
    pub(crate) series: String,

    /// The commit that made the step, in any way that git understands
    #[arg(long, value_name = "COMMIT")]
    pub(crate) commit: String,

    /// Why it is accepted, for whoever reads the file later
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// As what
    #[arg(long, value_enum, default_value_t = Export::Json)]
    pub(crate) format: Export,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Export {
    /// Every run whole, one a line, in the native format that `check` reads
    Json,
    /// One value a run and series, as `history points` sees them and `points --from` reads them
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// The store to read, as in the configuration: `sqlite:PATH` or `git:BRANCH`
    #[arg(value_name = "FROM", value_parser = store)]
    pub(crate) from: StoreLocation,

    /// The store to write
    #[arg(value_name = "TO", value_parser = store)]
    pub(crate) to: StoreLocation,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    pub(crate) format: Listing,
}

#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    #[command(flatten)]
    pub(crate) which: Which,

    /// Only say what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    pub(crate) format: Listing,
}

/// Which runs are removed.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// Keep the newest N runs that feed the baseline, and the newest N others
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: Option<u32>,

    /// Remove runs older than this, such as `90d`
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub(crate) older_than: Option<Duration>,
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say what made the step, such as \"checks every signature, see #12\"".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// A store; paths are relative to the working directory.
fn store(text: &str) -> Result<StoreLocation, String> {
    let base = std::env::current_dir().map_err(|error| error.to_string())?;
    config::store_location(text, &base).map_err(told)
}

/// How old a run may be.
fn age(text: &str) -> Result<Duration, String> {
    match config::duration(text) {
        Ok(age) if age.is_zero() => Err("that is all runs; write a time such as `90d`".to_owned()),
        Ok(age) => Ok(age),
        Err(error) => Err(told(error)),
    }
}

fn told(error: QuantityError) -> String {
    match error.help {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message,
    }
}
