//! `pacegate check`: judge a stored run, files, or recorded pairs again.

use crate::args::{CheckArgs, Output};
use crate::failure::Failure;
use crate::{outcome, stdout};
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Checking};
use pacegate::report::{decisions, history::Form};
use std::path::Path;

pub(crate) fn check(args: &CheckArgs) -> Result<Exit, Failure> {
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
