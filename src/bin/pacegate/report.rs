//! `pacegate report`: a bundle drawn again, in any form.

use crate::args::{ReportArgs, ReportForm};
use crate::failure::Failure;
use crate::stdout;
use pacegate::exit::Exit;
use pacegate::report::{self, Format};
use pacegate::{Error, pipeline};

pub(crate) fn report(args: &ReportArgs) -> Result<Exit, Failure> {
    let bundle = pipeline::read_bundle(&args.bundle)?;
    let format = match args.format {
        ReportForm::Text => Format::Text,
        ReportForm::Json => Format::Json,
        ReportForm::Junit => Format::Junit,
        ReportForm::JunitStrict => Format::JunitStrict,
        ReportForm::Markdown => Format::Markdown,
        ReportForm::Codequality => Format::Codequality,
        ReportForm::Openmetrics => Format::Openmetrics,
        ReportForm::LoadPerformance => Format::LoadPerformance,
    };
    match &args.output {
        Some(path) => pipeline::write_report(&bundle, format, path)?,
        None => {
            let text = report::render(&bundle, format, &stdout::options()).map_err(Error::from)?;
            stdout::print(&text)?;
        }
    }
    Ok(Exit::Pass)
}
