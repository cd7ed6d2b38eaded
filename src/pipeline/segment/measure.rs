//! One segment, measured and written down.

use super::super::selection::Selected;
use super::super::{Base, Judging, Measuring, draft, finished, load, reports};
use crate::config::{Arrivals, LoadPlan, Plan, Traffic};
use crate::measure::{self, Context};
use crate::model::{SEGMENT_FORMAT, SEGMENT_VERSION, Segment, SegmentPlan};
use crate::{Error, report};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;

pub use crate::model::Part;

/// The longest that a beginning is waited for: a day.
pub const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Which load to send, and which part of it.
#[derive(Debug, Clone)]
pub struct Loading {
    /// The configuration.
    pub config: PathBuf,
    /// The load's name.
    pub name: String,
    /// The part.
    pub part: Part,
    /// When it begins; now, unless several machines send it.
    pub begin: Option<OffsetDateTime>,
    /// Where the segment is written.
    pub out: PathBuf,
    /// The branch that it belongs to, where git cannot tell.
    pub branch: Option<String>,
    /// Now.
    pub now: OffsetDateTime,
}

/// Sends a load, or a segment of it, and writes what came of it. Nothing is judged or stored.
///
/// # Errors
///
/// Before anything is sent: a configuration or path that cannot be used, a load that is not there or cannot
/// be split, a beginning that has passed or is more than a day off. Later: when nothing could be measured,
/// or the file not be written.
pub async fn load_segment(loading: &Loading, context: Context<'_>) -> Result<Segment, Error> {
    let judging = Judging { config: loading.config.clone(), strict: false, now: loading.now };
    let (plan, _) = tokio::select! {
        loaded = load(&judging) => loaded?,
        () = context.stop.asked() => return Err(Error::Interrupted),
    };
    let (wanted, arrivals) = find(&plan, &loading.name)?;
    let begin = beginning(loading)?;
    let unfit = |source| Error::OutPath { path: loading.out.clone(), source };
    reports::try_out(&loading.out).map_err(unfit)?;
    if reports::same_file(&loading.out, &loading.config) {
        return Err(unfit(io::Error::other("the configuration lies there")));
    }
    let measuring = Measuring {
        only: vec![wanted.name.clone()],
        branch: loading.branch.clone(),
        keep: false,
        base: Base::None,
        standing: None,
        onto: None,
        record: None,
        within: None,
    };
    let selected = Selected::by(&measuring.only, &plan, &loading.config)?;
    let draft = draft(&plan, &selected, &judging, &measuring).await;
    let measured = measure::segment(&plan, wanted, loading.part, begin, context).await;
    let run = finished(draft, measured);
    // A service that cannot be stopped is told, and does not cost what was measured.
    if run.targets.is_empty() {
        let failure = run.failures.into_iter().next().ok_or(Error::Interrupted)?;
        return Err(Error::NotMeasured { name: wanted.name.clone(), why: failure.error });
    }
    let timeline = run.targets.first().and_then(|target| target.course.timeline.as_ref());
    let began = timeline.and_then(|timeline| Some(timeline.begun? - arrivals.warmup));
    let segment = Segment {
        format: SEGMENT_FORMAT.to_owned(),
        version: SEGMENT_VERSION,
        segment: loading.part,
        start: begin.or(began).unwrap_or(loading.now),
        plan: SegmentPlan {
            rate: arrivals.mean_rate(),
            duration: arrivals.duration().as_secs_f64(),
            warmup: arrivals.warmup.as_secs_f64(),
            connections: arrivals.connections as u64,
        },
        run,
    };
    let text = report::json_document(&segment).map_err(report::Error::from)?;
    reports::write(&loading.out, &text)
        .map_err(|source| Error::OutWrite { path: loading.out.clone(), source })?;
    Ok(segment)
}

fn find<'plan>(plan: &'plan Plan, name: &str) -> Result<(&'plan LoadPlan, &'plan Arrivals), Error> {
    let Some(found) = plan.loads.iter().find(|load| load.name == name) else {
        let known: Vec<String> = plan.loads.iter().map(|load| format!("`{}`", load.name)).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Error::NoSuchLoad { name: name.to_owned(), known });
    };
    match &found.traffic {
        Traffic::Arrivals(arrivals) => Ok((found, arrivals)),
        other => Err(Error::NotSplit { name: name.to_owned(), kind: kind(other) }),
    }
}

fn kind(traffic: &Traffic) -> &'static str {
    match traffic {
        Traffic::Arrivals(_) => "`arrivals`",
        Traffic::Users(_) => "`users`",
        Traffic::Distributed(_) => "`distributed`",
        Traffic::Capacity(_) => "a search for capacity",
        Traffic::K6(_) => "a script of k6",
        Traffic::Locust(_) => "a locustfile",
    }
}

/// The beginning, where it makes sense.
fn beginning(loading: &Loading) -> Result<Option<OffsetDateTime>, Error> {
    let wrong = |why: &str| Err(Error::BadStart(why.to_owned()));
    match loading.begin {
        None if loading.part != Part::WHOLE => wrong(
            "every segment begins at the same time, so that each needs it: `--start-at`, in RFC 3339",
        ),
        None => Ok(None),
        Some(begin) if begin <= loading.now => {
            wrong("the time of `--start-at` has passed; agree on a later one")
        }
        Some(begin) if begin - loading.now > LONGEST_WAIT => {
            wrong("the time of `--start-at` is more than a day off")
        }
        Some(begin) => Ok(Some(begin)),
    }
}
