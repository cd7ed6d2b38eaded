//! A segment from a file, read with care since anybody may have written it.

use super::super::document::{refused, text};
use crate::Error;
use crate::model::{SEGMENT_FORMAT, SEGMENT_VERSION, Segment};
use crate::report::escape;
use serde::Deserialize;
use std::path::Path;

/// What a document says it is; the rest is read once that is known.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// Reads a segment; `-` is stdin.
///
/// # Errors
///
/// When it cannot be read, is too large, no segment of a known version, or contradicts itself.
pub fn read(path: &Path) -> Result<Segment, Error> {
    let text = text(path).map_err(|error| refused(path, error.to_string()))?;
    parse(&text).map_err(|why| refused(path, why))
}

pub(super) fn parse(text: &str) -> Result<Segment, String> {
    // Serde would take a list for the fields in their order.
    if !text.trim_start().starts_with('{') {
        return Err("not a segment: it does not begin with `{`".to_owned());
    }
    let header: Header =
        serde_json::from_str(text).map_err(|error| format!("not a segment: {error}"))?;
    if header.format != SEGMENT_FORMAT {
        let other = escape::name(&header.format);
        return Err(format!(
            "its format is `{other}`, and `{SEGMENT_FORMAT}` is needed, as `pacegate load` writes it"
        ));
    }
    if header.version == 0 || header.version > SEGMENT_VERSION {
        return Err(format!(
            "its version is {}, and this pacegate reads versions up to {SEGMENT_VERSION}; use a newer \
             pacegate",
            header.version
        ));
    }
    let segment: Segment = serde_json::from_str(text).map_err(|error| error.to_string())?;
    segment.check()?;
    Ok(segment)
}
