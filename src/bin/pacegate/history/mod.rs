//! `pacegate history`: how series went from commit to commit.

mod points;

use crate::args::{HistoryArgs, HistoryVerb};
use crate::failure::Failure;
use pacegate::exit::Exit;

pub(crate) fn history(args: &HistoryArgs) -> Result<Exit, Failure> {
    match &args.verb {
        HistoryVerb::Points(args) => points::points(args),
    }
}
