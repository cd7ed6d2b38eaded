//! What is done with stored runs: they are listed, shown, exported and removed.

use super::args::{AcceptArgs, CopyArgs, Export, ExportArgs, ListArgs, PruneArgs, ShowArgs};
use super::form;
use crate::args::Listing;
use crate::failure::Failure;
use crate::stdout;
use pacegate::pipeline::{self, Archive, Copied, Prune};
use pacegate::report::escape;
use pacegate::report::history;
use pacegate::{Error, report};
use std::path::Path;
use time::OffsetDateTime;

pub(crate) fn list(archive: &Archive, args: &ListArgs) -> Result<(), Failure> {
    let runs: Vec<_> = archive.runs().take(args.limit.unwrap_or(usize::MAX)).collect();
    stdout::print(&history::list(&runs, form(args.format)).map_err(Error::from)?)
}

pub(crate) async fn show(archive: &Archive, args: &ShowArgs) -> Result<(), Failure> {
    let listed = archive.find(&args.run)?;
    let run = archive.read(listed).await?;
    let text = history::show(listed, &run, &pipeline::values(&run), form(args.format));
    stdout::print(&text.map_err(Error::from)?)
}

pub(crate) async fn accept(archive: &Archive, args: &AcceptArgs) -> Result<(), Failure> {
    let accepted = archive.accept(&args.series, &args.commit, &args.reason).await?;
    let commit: String = accepted.commit.chars().take(8).collect();
    let (count, path) = (accepted.series, escape::name(&accepted.path.display().to_string()));
    stdout::print(&format!(
        "Accepted {} ({count} series) from {commit} on, in {path}.\nCommit that file.\n",
        escape::terminal(&escape::name(&args.series)),
    ))
}

/// Whole runs one by one, since a history may be larger than the memory.
pub(crate) async fn export(archive: &Archive, args: &ExportArgs) -> Result<(), Failure> {
    if args.format == Export::Csv {
        let past = archive.past(None).await?;
        return stdout::print(&history::csv(&past.series).map_err(Error::from)?);
    }
    for listed in archive.runs().rev() {
        let run = archive.read(listed).await?;
        let line = report::json_line(&run).map_err(|error| Error::from(report::Error::from(error)));
        stdout::print(&line?)?;
    }
    Ok(())
}

pub(crate) async fn copy(config: &Path, args: &CopyArgs) -> Result<(), Failure> {
    let Copied { written, there } = pipeline::copy(config, &args.from, &args.to).await?;
    stdout::print(&match args.format {
        Listing::Json => format!("{{\"written\":{written},\"there\":{there}}}\n"),
        Listing::Text => format!(
            "Copied {written} runs from {} to {} and read each of them back; {there} were there already.\n",
            escape::terminal(&args.from.to_string()),
            escape::terminal(&args.to.to_string()),
        ),
    })
}

pub(crate) async fn prune(archive: &Archive, args: &PruneArgs) -> Result<(), Failure> {
    let prune = match (args.which.keep, args.which.older_than) {
        (Some(newest), _) => Prune::Keep(newest as usize),
        (None, age) => Prune::OlderThan(age.unwrap_or_default()),
    };
    let pruned = archive.prune(prune, OffsetDateTime::now_utc(), args.dry_run).await?;
    stdout::print(&history::pruned(&pruned, form(args.format)).map_err(Error::from)?)
}
