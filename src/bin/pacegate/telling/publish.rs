//! `pacegate publish`: tells a forge of bundles that were measured before.

use super::{TellingArgs, complain, outputs, rehearse};
use crate::args::Output;
use crate::failure::Failure;
use clap::Args;
use pacegate::exit::Exit;
use pacegate::model::Bundle;
use pacegate::pipeline;
use pacegate::report::Leg;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The name of the one leg that a bundle by itself is.
const ALONE: &str = "";

#[derive(Debug, Args)]
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
    let bundles = bundles(args)?;
    let legs: Vec<Leg<'_>> =
        bundles.iter().map(|(name, bundle)| Leg { name, bundle: bundle.as_ref() }).collect();
    let telling = args.telling.telling(&[], args.untrusted)?;
    if args.telling.dry_run {
        return rehearse(&legs, &telling, args.format);
    }
    let strict = bundles.iter().flat_map(|(_, bundle)| bundle).any(|bundle| bundle.policy.strict);
    let exit = match args.untrusted {
        // A stranger's claim decides nothing here.
        true => Exit::Pass,
        false => Exit::of(pipeline::telling::verdict(&legs), strict),
    };
    let untold = args.telling.tell(&legs, &telling, &outputs(&legs, exit))?;
    complain(&untold);
    match exit {
        Exit::Pass if args.require_report && !untold.is_empty() => Ok(Exit::ReportFailed),
        exit => Ok(exit),
    }
}

/// The bundles with the names of their legs.
fn bundles(args: &PublishArgs) -> Result<Vec<(String, Option<Bundle>)>, Failure> {
    if let Some(path) = &args.bundle {
        return Ok(vec![(ALONE.to_owned(), Some(pipeline::read_bundle(path)?))]);
    }
    let mut legs: Vec<(String, Option<Bundle>)> = Vec::new();
    for Named { name, path } in &args.leg {
        if legs.iter().any(|(other, _)| other == name) {
            let text = format!("two legs are called `{name}`; give each a name of its own");
            return Err(Failure::new(Exit::Usage, text));
        }
        legs.push((name.clone(), leg(path)?));
    }
    Ok(legs)
}

/// A bundle that is not there is a leg that never came to an end; one that is broken is an error.
fn leg(path: &Path) -> Result<Option<Bundle>, Failure> {
    match path.try_exists() {
        Ok(false) => Ok(None),
        _ => Ok(Some(pipeline::read_bundle(path)?)),
    }
}
