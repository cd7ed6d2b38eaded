//! `pacegate check`: judge a stored run, or files, again.

use crate::args::CheckArgs;
use crate::failure::Failure;
use crate::outcome;
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Checking};

pub(crate) fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    let checking = Checking {
        head: args.head.clone(),
        run: args.run.clone(),
        baseline: args.baseline.clone(),
    };
    let judging = outcome::judging(&args.policy);
    let outcome = outcome::runtime()?.block_on(pipeline::check(&judging, &checking))?;
    outcome::tell(&outcome, &args.policy)
}
