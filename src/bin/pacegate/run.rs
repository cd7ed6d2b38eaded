//! `pacegate run`: measure, compare, judge, report.

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::{outcome, session};
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Base, Judging, Measuring, Outcome};

pub(crate) fn run(args: &RunArgs, quiet: bool) -> Result<Exit, Failure> {
    let judging = outcome::judging(&args.policy);
    let outcome = measured(&judging, &measuring(args), quiet)?;
    outcome::tell(&outcome, &args.policy)
}

/// What the command line asks to be measured and kept.
pub(crate) fn measuring(args: &RunArgs) -> Measuring {
    let base = match &args.base {
        _ if args.no_base => Base::None,
        Some(reference) => Base::Reference(reference.clone()),
        None => Base::Configured,
    };
    Measuring {
        only: args.only.clone(),
        branch: args.branch.clone(),
        keep: !args.no_store,
        base,
        standing: None,
        onto: None,
        record: args.record.clone(),
        within: args.within,
    }
}

pub(crate) fn measured(
    judging: &Judging,
    measuring: &Measuring,
    quiet: bool,
) -> Result<Outcome, Failure> {
    session::measuring(quiet, async |context| pipeline::run(judging, measuring, context).await)
}
