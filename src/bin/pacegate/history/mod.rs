//! `pacegate history`: how series went from commit to commit, and the runs that tell of it.

pub(crate) mod args;
mod points;
mod stored;

use crate::args::{HistoryArgs, HistoryVerb, Listing};
use crate::failure::Failure;
use crate::outcome;
use pacegate::exit::Exit;
use pacegate::pipeline::Archive;
use pacegate::report::history::Form;
use std::path::Path;

pub(crate) fn history(args: &HistoryArgs) -> Result<Exit, Failure> {
    let config = &args.config;
    match &args.verb {
        HistoryVerb::Points(args) => match &args.from {
            Some(path) => points::of_file(path, args),
            None => with(config, async |archive| points::of_store(archive, args).await),
        },
        HistoryVerb::List(args) => with(config, async |archive| stored::list(archive, args)),
        HistoryVerb::Show(args) => with(config, async |archive| stored::show(archive, args).await),
        HistoryVerb::Accept(args) => {
            with(config, async |archive| stored::accept(archive, args).await)
        }
        HistoryVerb::Export(args) => {
            with(config, async |archive| stored::export(archive, args).await)
        }
        HistoryVerb::Copy(args) => {
            outcome::runtime()?.block_on(stored::copy(config, args))?;
            Ok(Exit::Pass)
        }
        HistoryVerb::Prune(args) => {
            with(config, async |archive| stored::prune(archive, args).await)
        }
    }
}

/// Does something with the history that a configuration names.
fn with(
    config: &Path,
    act: impl AsyncFnOnce(&Archive) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    outcome::runtime()?.block_on(async {
        let archive = Archive::open(config).await?;
        act(&archive).await?;
        Ok(Exit::Pass)
    })
}

fn form(listing: Listing) -> Form {
    match listing {
        Listing::Text => Form::Text,
        Listing::Json => Form::Json,
    }
}
