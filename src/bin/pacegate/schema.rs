//! `pacegate schema`: JSON Schemas for editors and validators.

use crate::args::{Document, SchemaArgs};
use crate::failure::Failure;
use crate::stdout;
use pacegate::exit::Exit;
use pacegate::{config, report};

pub(crate) fn schema(args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = match args.document {
        Document::Config => config::schema(),
        Document::Bundle => report::bundle_schema(),
        Document::Run => report::run_schema(),
        Document::Accepted => config::accepted_schema(),
        Document::Segment => report::segment_schema(),
        Document::Diagnosis => report::diagnosis_schema(),
    };
    stdout::print(&format!("{schema:#}\n"))?;
    Ok(Exit::Pass)
}
