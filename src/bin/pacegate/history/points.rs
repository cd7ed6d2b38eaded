//! `pacegate history points`: the commits at which a series changed its level.

use crate::args::{Listing, PointsArgs};
use crate::failure::Failure;
use crate::stdout;
use pacegate::exit::Exit;
use pacegate::{Error, pipeline, report};

pub(crate) fn points(args: &PointsArgs) -> Result<Exit, Failure> {
    let Some(path) = &args.from else {
        let text = "`history points` reads no store yet; name a CSV file with `--from FILE`";
        return Err(Failure::new(Exit::Usage, text.to_owned()));
    };
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
