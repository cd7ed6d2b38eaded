//! `pacegate history points`: the commits at which a series changed its level.

use super::form;
use crate::args::{Listing, PointsArgs};
use crate::failure::Failure;
use crate::stdout;
use pacegate::exit::Exit;
use pacegate::pipeline::Archive;
use pacegate::report::history::{self, StoredPoints};
use pacegate::{Error, pipeline, report};
use std::path::Path;

/// In a table that somebody names.
pub(crate) fn of_file(path: &Path, args: &PointsArgs) -> Result<Exit, Failure> {
    let mut options = pipeline::point_options();
    options.least = args.least;
    let found = pipeline::points(pipeline::read_series(path)?, &options);
    let text = match args.format {
        Listing::Text => report::points_table(&found),
        Listing::Json => report::points_lines(&found).map_err(Error::from)?,
    };
    stdout::print(&text)?;
    Ok(Exit::Pass)
}

/// In the store.
pub(crate) async fn of_store(archive: &Archive, args: &PointsArgs) -> Result<(), Failure> {
    let past = archive.past(args.series.as_deref()).await?;
    let mut options = pipeline::point_options();
    options.least = args.least;
    let stored = StoredPoints {
        found: &past.points(&options),
        environment: &past.environment,
        runs: past.runs,
        left_out: past.left_out,
    };
    stdout::print(&history::points(&stored, form(args.format)).map_err(Error::from)?)
}
