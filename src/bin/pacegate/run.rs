//! `pacegate run`: measure, compare, judge, report.

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{outcome, signal};
use pacegate::exit::Exit;
use pacegate::measure::{Context, Stop};
use pacegate::pipeline::{self, Base, Measuring};

pub(crate) fn run(args: &RunArgs, quiet: bool) -> Result<Exit, Failure> {
    let failed = |what: &str, error: std::io::Error| {
        Failure::new(Exit::MeasuringFailed, format!("failed to {what}: {error}"))
    };
    let launcher = std::env::current_exe().map_err(|error| failed("find this program", error))?;
    let progress = Progress::new(quiet);
    let observer = |event| progress.observe(event);
    let stop = Stop::new();
    let context = Context { launcher: &launcher, stop: &stop, observer: &observer };
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
    };
    let runtime = outcome::runtime()?;
    let outcome = runtime.block_on(async {
        signal::listen(stop.clone()).map_err(|error| failed("watch for signals", error))?;
        let judging = outcome::judging(&args.policy);
        Ok::<_, Failure>(pipeline::run(&judging, &measuring, context).await?)
    });
    // What still waits for a lock after an interrupt is not waited for.
    runtime.shutdown_background();
    outcome::tell(&outcome?, &args.policy)
}
