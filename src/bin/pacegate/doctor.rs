//! `pacegate doctor`: how noisy this machine is, and what can be found on it.

use crate::failure::{Failure, with_causes};
use crate::{session, stdout};
use clap::{Args, ValueEnum};
use pacegate::config::{self, defaults};
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Examination};
use pacegate::report::diagnosis;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// How long to measure; more time shows the noise more sharply
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = measuring)]
    time: Duration,

    /// Look at the command benchmarks whose name matches this glob, not at work of pacegate's own
    #[arg(long, value_name = "GLOB")]
    target: Vec<String>,

    /// The configuration [default: gates.yaml, where there is one]
    #[arg(long, short, env = "PACEGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where to record the pairs, for `check --replay`; missing folders are made
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Answer::Text)]
    format: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Answer {
    /// For people
    Text,
    /// One JSON object
    Json,
}

pub(crate) fn doctor(args: &DoctorArgs, quiet: bool) -> Result<Exit, Failure> {
    let asked = Examination {
        config: args.config.clone(),
        targets: args.target.clone(),
        time: args.time,
        now: OffsetDateTime::now_utc(),
        record: args.record.clone(),
    };
    let diagnosed =
        session::measuring(quiet, async |context| pipeline::doctor(&asked, context).await)?;
    let text = match args.format {
        Answer::Text => diagnosis::text(&diagnosed.diagnosis, &stdout::options()),
        Answer::Json => diagnosis::json(&diagnosed.diagnosis).map_err(pacegate::Error::from)?,
    };
    stdout::print(&text)?;
    if let Some(error) = &diagnosed.unrecorded {
        Failure::new(error.exit(), with_causes(error)).print();
    }
    Ok(diagnosed.exit())
}

/// A time to measure for.
pub(crate) fn measuring(text: &str) -> Result<Duration, String> {
    let time = config::duration(text).map_err(|error| match error.help {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message,
    })?;
    match time.is_zero() || time > defaults::MAX_PAIRED_TIME {
        true => Err("measure for more than no time, and for 24h at most".to_owned()),
        false => Ok(time),
    }
}
