//! The files of a run: JSON that is checked before it is written, and when it is read back.

use crate::model::{Data, Environment, Heading, RUN_FORMAT, RUN_VERSION, Revision, Run, Verdict};
use crate::store::format::MAX_ROWS;
use serde::{Deserialize, Serialize};
use std::error::Error;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// The largest file of a run, in bytes: GitHub refuses files of 100 MiB.
pub(super) const MAX_RUN_BYTES: usize = 95 << 20;
/// The largest heading, in bytes; a usual one has some 500.
pub(super) const MAX_HEADING_BYTES: usize = 256 << 10;
/// The most values of a sample, as in other stores.
const MAX_VALUES: usize = 2 << 20;
/// The newest layout that is known here, and the one that is written.
pub(super) const VERSION: u32 = 1;
const FORMAT: &str = "pacegate-history";

type Cause = Box<dyn Error + Send + Sync>;

/// The text of the marker.
pub(super) fn marker() -> String {
    format!("{{\"format\":\"{FORMAT}\",\"version\":{VERSION}}}\n")
}

/// The version that a marker tells; `None` when it is none of ours.
pub(super) fn version(marker: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Marker {
        format: String,
        version: u32,
    }
    let read: Marker = serde_json::from_slice(marker).ok()?;
    (read.format == FORMAT).then_some(read.version)
}

/// What a heading's file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadingFile {
    id: Uuid,
    project: String,
    #[serde(with = "time::serde::rfc3339")]
    started: OffsetDateTime,
    revision: Revision,
    environment: Environment,
    trusted: bool,
    cut_short: bool,
    verdict: Verdict,
    targets: u64,
}

/// The texts of a run's two files, heading first.
///
/// # Errors
///
/// When the run could not be read back as it is.
pub(super) fn encode(run: &Run, verdict: Verdict) -> Result<[Vec<u8>; 2], Cause> {
    if run.format != RUN_FORMAT || run.version != RUN_VERSION {
        return Err("the format or version of the run is another one".into());
    }
    check(run)?;
    let mut run = run.clone();
    run.started = run.started.checked_to_offset(UtcOffset::UTC).ok_or("its moment is no year")?;
    let heading = serde_json::to_vec(&HeadingFile {
        id: run.id,
        project: run.project.clone(),
        started: run.started,
        revision: run.revision.clone(),
        environment: run.environment.clone(),
        trusted: run.trusted,
        cut_short: run.cut_short,
        verdict,
        targets: run.targets.len() as u64,
    })?;
    let whole = serde_json::to_vec(&run)?;
    if heading.len() > MAX_HEADING_BYTES || whole.len() > MAX_RUN_BYTES {
        return Err(format!("its file would be larger than {} MiB", MAX_RUN_BYTES >> 20).into());
    }
    // JSON turns NaN and infinity into null without a word.
    if serde_json::from_slice::<Run>(&whole)? != run {
        return Err("a number in it is not finite".into());
    }
    Ok([heading, whole])
}

/// Reads the heading of this run of this project.
pub(super) fn heading(bytes: &[u8], id: Uuid, project: &str) -> Result<Heading, Cause> {
    let file: HeadingFile = serde_json::from_slice(bytes)?;
    if file.id != id || file.project != project {
        return Err("it is of another run or project".into());
    }
    Ok(Heading {
        id,
        started: file.started.checked_to_offset(UtcOffset::UTC).ok_or("its moment is no year")?,
        revision: file.revision,
        environment: file.environment,
        trusted: file.trusted,
        cut_short: file.cut_short,
        verdict: file.verdict,
        targets: file.targets,
    })
}

/// Reads the run with this id.
pub(super) fn run(bytes: &[u8], id: Uuid) -> Result<Run, Cause> {
    let run: Run = serde_json::from_slice(bytes)?;
    if run.format != RUN_FORMAT || run.version > RUN_VERSION {
        return Err("it is in another format, or a newer one; update pacegate".into());
    }
    if run.id != id {
        return Err("it is another run".into());
    }
    check(&run)?;
    Ok(run)
}

/// Refuses what no store keeps.
fn check(run: &Run) -> Result<(), Cause> {
    let measurements = run.targets.iter().flat_map(|target| &target.measurements);
    if run.targets.len().max(measurements.clone().count()).max(run.failures.len()) > MAX_ROWS {
        return Err("there are too many targets, measurements or failures".into());
    }
    for measurement in measurements {
        match &measurement.data {
            Data::Sample(sample) if sample.values().count() > MAX_VALUES => {
                return Err("a sample has too many values".into());
            }
            Data::Histogram(histogram) if histogram.count() == 0 => {
                return Err("a histogram is empty".into());
            }
            Data::Counts { events, trials } if (*events).max(*trials) > i64::MAX as u64 => {
                return Err("a count exceeds 2^63 - 1".into());
            }
            _ => {}
        }
    }
    Ok(())
}
