//! What `run` and `check` share: how they are judged, and how they tell what came of it.

use crate::args::{Output, Policy};
use crate::failure::{Failure, with_causes};
use crate::stdout;
use pacegate::exit::Exit;
use pacegate::pipeline::{Judging, Outcome};
use pacegate::report::{self, Format};
use time::OffsetDateTime;
use tokio::runtime::{Builder, Runtime};

pub(crate) fn judging(policy: &Policy) -> Judging {
    Judging { config: policy.config.clone(), strict: policy.strict, now: OffsetDateTime::now_utc() }
}

pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(Exit::MeasuringFailed, format!("failed to start the runtime: {error}"))
    })
}

/// The result to stdout, what could not be kept or told to stderr.
pub(crate) fn tell(outcome: &Outcome, policy: &Policy) -> Result<Exit, Failure> {
    let format = match policy.format {
        Output::Text => Format::Text,
        Output::Json => Format::Json,
    };
    let drawn = report::render(&outcome.bundle, format, &stdout::options())
        .map_err(|error| Failure::from(pacegate::Error::from(error)));
    let printed = drawn.and_then(|text| stdout::print(&text));
    for trouble in outcome.unsaved.iter().chain(&outcome.undelivered) {
        Failure::new(trouble.exit(), with_causes(trouble)).print();
    }
    // Telling never changes the verdict, be it on stdout or in a file.
    let verdict = outcome.exit(policy.require_report);
    match printed {
        Err(failure) if verdict == Exit::Pass && policy.require_report => Err(failure),
        Err(failure) => {
            failure.print();
            Ok(verdict)
        }
        Ok(()) => Ok(verdict),
    }
}
