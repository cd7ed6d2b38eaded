//! Which arrivals of a load are sent from here, and when the first of all is due.

use super::LoadError;
use crate::measure::{Context, Event};
use crate::model::Part;
use std::time::{Duration, Instant, SystemTime};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How long before the beginning the wall clock is looked at for the last time; it may be set until then.
const LAST_LOOK: Duration = Duration::from_millis(500);
/// How much of a load's beginning may be missed, and is made up for.
const MOST_LATE: Duration = Duration::from_secs(1);
/// How often progress is told while waiting.
const TICK: Duration = Duration::from_millis(250);

/// This machine's share of a load.
#[derive(Debug, Clone, Copy)]
pub(in crate::measure) struct Share {
    /// Which arrivals it sends.
    pub(in crate::measure) part: Part,
    /// When the schedule begins; as soon as may be where nothing is given.
    pub(in crate::measure) begin: Option<OffsetDateTime>,
}

impl Share {
    /// All of a load, from now on.
    pub(in crate::measure) const WHOLE: Share = Share { part: Part::WHOLE, begin: None };

    /// Waits until shortly before the beginning; gives it by the clock that never is set. Without one it
    /// is `lead` from now.
    ///
    /// A beginning that has just passed is kept: due times are those of all machines, and the first
    /// arrivals are as late as they are.
    ///
    /// # Errors
    ///
    /// When the beginning has passed by more than a second, or a stop is asked for.
    pub(super) async fn begin(
        self,
        name: &str,
        lead: Duration,
        context: Context<'_>,
    ) -> Result<Instant, LoadError> {
        let Some(begin) = self.begin else { return Ok(Instant::now() + lead) };
        loop {
            let left = begin - OffsetDateTime::now_utc();
            if left.is_negative() && left.unsigned_abs() > MOST_LATE {
                return Err(LoadError::TooLate { begin });
            }
            if left <= LAST_LOOK {
                let (now, size) = (Instant::now(), left.unsigned_abs());
                let late = left.is_negative();
                return Ok(if late { now.checked_sub(size).unwrap_or(now) } else { now + size });
            }
            let left = left.unsigned_abs();
            (context.observer)(Event::Progress {
                name: name.to_owned(),
                done: None,
                note: format!("begins in {} s", left.as_secs_f64().ceil()),
            });
            tokio::select! {
                () = tokio::time::sleep((left - LAST_LOOK).min(TICK)) => {}
                () = context.stop.asked() => return Err(LoadError::Interrupted),
            }
        }
    }
}

/// A time as in RFC 3339.
pub(super) fn written(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

/// The time of day of a moment in the past, by the clock as it is set now.
pub(super) fn time_of_day(moment: Instant) -> Option<OffsetDateTime> {
    Some(SystemTime::now().checked_sub(moment.elapsed())?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Stop;
    use std::path::Path;

    fn begin(offset: f64, stop: &Stop) -> Result<Instant, LoadError> {
        let begin = OffsetDateTime::from(SystemTime::now()) + time::Duration::seconds_f64(offset);
        let share = Share { part: Part::WHOLE, begin: Some(begin) };
        let context = Context { launcher: Path::new("unused"), stop, observer: &|_| () };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(share.begin("load", Duration::ZERO, context))
    }

    #[test]
    fn it_is_waited_for_and_never_missed_silently() {
        let before = Instant::now();
        let found = begin(0.7, &Stop::new()).unwrap();
        assert!(found > before + Duration::from_millis(600));
        assert!(begin(-0.1, &Stop::new()).unwrap() < Instant::now());
        assert!(matches!(begin(-3.0, &Stop::new()), Err(LoadError::TooLate { .. })));
        let stop = Stop::new();
        stop.ask();
        assert!(matches!(begin(3600.0, &stop), Err(LoadError::Interrupted)));
    }
}
