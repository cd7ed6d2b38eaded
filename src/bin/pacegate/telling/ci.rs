//! `pacegate ci`: `run` and `publish` with what the CI's event says.

use super::{TellingArgs, rehearse};
use crate::args::RunArgs;
use crate::failure::Failure;
use crate::{outcome, run};
use clap::Args;
use pacegate::Error;
use pacegate::config;
use pacegate::exit::Exit;
use pacegate::pipeline::telling::Telling;
use pacegate::pipeline::{self, Base, Measuring, Outcome};
use pacegate::publish::event::{Event, Provider, Trust};
use pacegate::report::Leg;
use std::path::{Component, Path, PathBuf};

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
    let configured = config::load(&policy.config, judging.now.date()).map_err(Error::from);
    let trusted = configured.as_ref().map_or(&[][..], |(plan, _)| &plan.baseline.branches);
    let telling = args.telling.telling(trusted, false)?;
    let given = args.bundle.as_deref().map(pipeline::read_bundle).transpose()?;
    if args.telling.dry_run {
        // What was measured elsewhere is told without the configuration that it was judged by.
        if given.is_none() {
            configured?;
        }
        let legs: Vec<Leg<'_>> = given.iter().map(Leg::alone).collect();
        return rehearse(&legs, &telling, policy.format);
    }
    within(&args.output)?;
    let measured = match given {
        Some(bundle) => Ok(Outcome::told(bundle)),
        None => {
            pipeline::telling::may_measure(&telling.event)?;
            run::measured(&judging, &measuring(&args.run, &telling.event), quiet)
        }
    };
    match measured {
        Ok(outcome) => tell(args, outcome, &telling),
        Err(failure) if failure.exit() == Exit::Interrupted => Err(failure),
        Err(failure) => {
            // What was said of an earlier commit must not stand as if it were of this one.
            let text = failure.text();
            let legs = [Leg::failed(&text)];
            args.telling.tell(&legs, &telling, &[], (failure.exit(), policy.require_report))?;
            Err(failure)
        }
    }
}

/// Refuses a directory below this one that a link leads elsewhere: a pull request can bring such a link.
fn within(directory: &Path) -> Result<(), Failure> {
    let below =
        directory.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let (Ok(real), Ok(here)) = (directory.canonicalize(), Path::new(".").canonicalize()) else {
        return Ok(());
    };
    if !below || real.starts_with(here) {
        return Ok(());
    }
    let text = format!(
        "refused to write reports to `{}`, which is a link out of this directory; remove it, or name \
         another with `--output`",
        directory.display()
    );
    Err(Failure::new(Exit::Usage, text))
}

/// Tells people first, then the runner and the forge: what cannot be told there is told last.
fn tell(args: &CiArgs, outcome: Outcome, telling: &Telling) -> Result<Exit, Failure> {
    let policy = &args.run.policy;
    let (outcome, paths) = write(outcome, &args.output, telling.event.provider);
    let exit = outcome::tell(&outcome, policy)?;
    let legs = [Leg::alone(&outcome.bundle)];
    args.telling.tell(&legs, telling, &paths, (exit, policy.require_report))
}

/// As on the command line, and where that is silent as the event has it. What is not trusted is not kept.
fn measuring(args: &RunArgs, event: &Event) -> Measuring {
    let asked = run::measuring(args);
    let directory = args.policy.config.parent().filter(|parent| !parent.as_os_str().is_empty());
    let onto = pipeline::telling::base(event, directory.unwrap_or(Path::new(".")));
    let trusted = event.trust == Trust::Trusted;
    Measuring {
        onto: match &onto {
            Base::Reference(reference) => Some(reference.clone()),
            Base::Configured | Base::None => None,
        },
        base: match asked.base {
            Base::Configured => onto,
            named => named,
        },
        keep: asked.keep && trusted,
        standing: event.head.clone().zip(event.branch.clone()).filter(|_| trusted),
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
