//! `pacegate run`: measure, compare, judge, report.

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::{outcome, session};
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Base, Measuring};

pub(crate) fn run(args: &RunArgs, quiet: bool) -> Result<Exit, Failure> {
    let base = match &args.base {
        _ if args.no_base => Base::None,
        Some(reference) => Base::Reference(reference.clone()),
        None => Base::Configured,
    };
    let measuring = Measuring {
        only: args.only.clone(),
        branch: args.branch.clone(),
        keep: !args.no_store,
        base,
        record: args.record.clone(),
        within: args.within,
    };
    let judging = outcome::judging(&args.policy);
    let outcome = session::measuring(quiet, async |context| {
        pipeline::run(&judging, &measuring, context).await
    })?;
    outcome::tell(&outcome, &args.policy)
}
