//! `pacegate check`: judge a stored run, files, or recorded pairs again.

use crate::args::{CheckArgs, Output};
use crate::failure::Failure;
use crate::{outcome, stdout};
use pacegate::config;
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Checking};
use pacegate::report::{decisions, history::Form};
use std::path::Path;
use time::OffsetDateTime;

pub(crate) fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    if args.config_only {
        return config_only(&args.policy.config);
    }
    if let Some(recording) = &args.replay {
        return replay(recording, args);
    }
    let checking = Checking {
        head: args.head.clone(),
        run: args.run.clone(),
        baseline: args.baseline.clone(),
        keep: args.keep,
    };
    let judging = outcome::judging(&args.policy);
    let outcome = outcome::runtime()?.block_on(pipeline::check(&judging, &checking))?;
    outcome::tell(&outcome, &args.policy)
}

fn config_only(path: &Path) -> Result<Exit, Failure> {
    let (plan, _) = config::load(path, OffsetDateTime::now_utc().date())
        .map_err(|error| Failure::from(pacegate::Error::Config(Box::new(error))))?;
    let (benchmarks, loads, gates) = (plan.benchmarks.len(), plan.loads.len(), plan.gates.len());
    stdout::print(&format!(
        "{}: benchmarks: {benchmarks}, loads: {loads}, gates: {gates}\n",
        path.display()
    ))?;
    Ok(Exit::Pass)
}

fn replay(recording: &Path, args: &CheckArgs) -> Result<Exit, Failure> {
    let replayed = pipeline::replay(&pipeline::read_recording(recording)?, args.family);
    let form = match args.policy.format {
        Output::Text => Form::Text,
        Output::Json => Form::Json,
    };
    let text = decisions::list(&replayed.decisions, form).map_err(pacegate::Error::from)?;
    stdout::print(&text)?;
    Ok(Exit::of(replayed.verdict, args.policy.strict))
}
