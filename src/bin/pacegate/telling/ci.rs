//! `pacegate ci`: `run` and `publish` with what the CI's event says.

use super::{TellingArgs, complain, outputs, rehearse};
use crate::args::RunArgs;
use crate::failure::Failure;
use crate::{outcome, run};
use clap::Args;
use pacegate::Error;
use pacegate::config;
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Base, Measuring, Outcome};
use pacegate::publish::event::{Event, Provider, Trust};
use pacegate::report::Leg;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    #[command(flatten)]
    run: RunArgs,

    #[command(flatten)]
    telling: TellingArgs,

    /// Tell of this bundle; measure nothing
    #[arg(long, value_name = "BUNDLE")]
    bundle: Option<PathBuf>,

    /// Where the reports go: report.json, junit.xml, summary.md and, on GitLab, what its widgets read
    #[arg(long, value_name = "DIR", default_value = ".pacegate/report")]
    output: PathBuf,
}

pub(crate) fn ci(args: &CiArgs, quiet: bool) -> Result<Exit, Failure> {
    let policy = &args.run.policy;
    let judging = outcome::judging(policy);
    let trusted = match &args.bundle {
        // What was measured elsewhere is told without the configuration that it was judged by.
        Some(_) if !policy.config.exists() => Vec::new(),
        _ => {
            config::load(&policy.config, judging.now.date())
                .map_err(Error::from)?
                .0
                .baseline
                .branches
        }
    };
    let telling = args.telling.telling(&trusted, false)?;
    let given = args.bundle.as_deref().map(pipeline::read_bundle).transpose()?;
    if args.telling.dry_run {
        let legs: Vec<Leg<'_>> = given.iter().map(Leg::alone).collect();
        return rehearse(&legs, &telling, policy.format);
    }
    let outcome = match given {
        Some(bundle) => Outcome::told(bundle),
        None => {
            pipeline::telling::may_measure(&telling.event)?;
            let measuring = measuring(&args.run, &telling.event);
            run::measured(&judging, &measuring, quiet)?
        }
    };
    let (outcome, paths) = write(outcome, &args.output, telling.event.provider);
    // What could not be told is told last, and what was found first.
    let exit = outcome::tell(&outcome, policy)?;
    let legs = [Leg::alone(&outcome.bundle)];
    let outputs = [outputs(&legs, exit), paths].concat();
    let untold = args.telling.tell(&legs, &telling, &outputs)?;
    complain(&untold);
    match exit {
        Exit::Pass if policy.require_report && !untold.is_empty() => Ok(Exit::ReportFailed),
        exit => Ok(exit),
    }
}

/// As on the command line, and where that is silent as the event has it. What is not trusted is not kept.
fn measuring(args: &RunArgs, event: &Event) -> Measuring {
    let asked = run::measuring(args);
    Measuring {
        base: match asked.base {
            Base::Configured => pipeline::telling::base(event),
            named => named,
        },
        keep: asked.keep && event.trust == Trust::Trusted,
        ..asked
    }
}

/// Writes the reports that later steps and other tools read.
fn write(
    mut outcome: Outcome,
    directory: &Path,
    provider: Provider,
) -> (Outcome, Vec<(&'static str, String)>) {
    let mut paths = Vec::new();
    for report in pipeline::telling::reports(provider) {
        let path = directory.join(report.file);
        match pipeline::write_report(&outcome.bundle, report.format, &path) {
            Ok(()) => paths.extend(report.output.map(|name| (name, path.display().to_string()))),
            Err(error) => outcome.undelivered.push(error),
        }
    }
    (outcome, paths)
}
