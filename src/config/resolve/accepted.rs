//! Accepted steps resolved.

use super::{defaults, pattern};
use crate::config::error::Fault;
use crate::config::file::{AcceptedFile, AcceptedStep};
use crate::config::plan;
use crate::config::yaml::{At, shown};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The hexadecimal digits of a commit's hash that may be written: git's own minimum of use, and SHA-256.
const COMMIT_DIGITS: std::ops::RangeInclusive<usize> = 7..=64;

pub(in crate::config) fn steps(file: &AcceptedFile) -> Result<Vec<plan::AcceptedStep>, Fault> {
    if file.version.value != u64::from(defaults::VERSION) {
        let found = file.version.value;
        return Err(file
            .version
            .fault(format!("version {found} of the file format is not known"))
            .help(format!("this pacegate reads version {}", defaults::VERSION)));
    }
    file.steps.iter().map(|step| self::step(&step.value)).collect()
}

fn step(typed: &AcceptedStep) -> Result<plan::AcceptedStep, Fault> {
    let reason = typed.reason.value.trim();
    if reason.is_empty() {
        return Err(typed
            .reason
            .fault("an accepted step needs a reason")
            .help("say what made it, such as \"checks every signature, see #12\""));
    }
    Ok(plan::AcceptedStep {
        series: pattern(&typed.series)?,
        commit: commit(&typed.commit)?,
        time: moment(&typed.time)?,
        reason: reason.to_owned(),
    })
}

fn commit(written: &At<String>) -> Result<String, Fault> {
    let text = written.value.trim();
    if COMMIT_DIGITS.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(written
        .fault(format!("`{}` is not the hash of a commit", shown(text)))
        .help("write its 40 hexadecimal digits, as `git rev-parse` prints them"))
}

fn moment(written: &At<String>) -> Result<OffsetDateTime, Fault> {
    OffsetDateTime::parse(written.value.trim(), &Rfc3339).map_err(|_| {
        written
            .fault(format!("`{}` is not a moment", shown(&written.value)))
            .help("write it as `git show -s --format=%cI COMMIT` prints it, such as `2026-11-25T10:30:00Z`")
    })
}
