//! `pacegate publish`: tells a forge of bundles that were measured before.

use super::{TellingArgs, rehearse};
use crate::args::Output;
use crate::failure::Failure;
use clap::Args;
use pacegate::exit::Exit;
use pacegate::pipeline::telling::{self, Build};
use pacegate::report::Leg;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, Args)]
#[command(
    override_usage = "pacegate publish [OPTIONS] <BUNDLE | --leg NAME=BUNDLE…>",
    after_help = "Ends with the exit code of the worst verdict, and with 0 for a bundle that is not trusted."
)]
pub(crate) struct PublishArgs {
    /// The bundle, as `run` and `ci` write it; `-` reads stdin
    #[arg(value_name = "BUNDLE", required_unless_present = "leg", conflicts_with = "leg")]
    bundle: Option<PathBuf>,

    /// One of several bundles that are told together; a file that is not there is a missing leg
    #[arg(long, value_name = "NAME=BUNDLE")]
    leg: Vec<Named>,

    /// The bundle is of code that is not trusted: the pull request is found by the event alone, and the
    /// verdict is told as a claim (exit 0)
    #[arg(long)]
    untrusted: bool,

    #[command(flatten)]
    telling: TellingArgs,

    /// Fail with exit 6 when the forge cannot be told
    #[arg(long)]
    require_report: bool,

    /// What --dry-run prints on stdout
    #[arg(long, value_enum, default_value_t = Output::Text)]
    format: Output,
}

/// A leg and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    name: String,
    path: PathBuf,
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Named, String> {
        match text.split_once('=') {
            Some((name, path)) if !name.trim().is_empty() && !path.is_empty() => {
                Ok(Named { name: name.trim().to_owned(), path: path.into() })
            }
            _ => Err("write NAME=BUNDLE, such as `linux=reports/linux.json`".to_owned()),
        }
    }
}

pub(crate) fn publish(args: &PublishArgs) -> Result<Exit, Failure> {
    let builds = builds(args)?;
    let legs: Vec<Leg<'_>> = builds.iter().map(Build::leg).collect();
    let telling = args.telling.telling(&[], args.untrusted)?;
    if args.telling.dry_run {
        return rehearse(&legs, &telling, args.format);
    }
    // A stranger's claim decides nothing here.
    let exit = if telling.wishes.claimed { Exit::Pass } else { telling::exit(&legs) };
    args.telling.tell(&legs, &telling, &[], (exit, args.require_report))
}

fn builds(args: &PublishArgs) -> Result<Vec<Build>, Failure> {
    if let Some(path) = &args.bundle {
        return Ok(vec![Build::alone(path)?]);
    }
    let mut builds: Vec<Build> = Vec::new();
    for Named { name, path } in &args.leg {
        if builds.iter().any(|other| other.name == *name) {
            let text = format!("two legs are called `{name}`; give each a name of its own");
            return Err(Failure::new(Exit::Usage, text));
        }
        builds.push(Build::of_several(name, path)?);
    }
    Ok(builds)
}
