//! `pacegate history points`: the commits at which a series changed its level.

use crate::args::PointsArgs;
use crate::failure::Failure;
use pacegate::exit::Exit;

pub(crate) fn points(args: &PointsArgs) -> Result<Exit, Failure> {
    let Some(path) = &args.from else {
        let text = "`history points` reads no store yet; name a CSV file with `--from FILE`";
        return Err(Failure::new(Exit::Usage, text.to_owned()));
    };
    let text = format!("failed to read `{}`: `--from` is not built yet", path.display());
    Err(Failure::new(Exit::Usage, text))
}
