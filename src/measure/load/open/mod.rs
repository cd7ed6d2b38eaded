//! The open-model engine: journeys start on a schedule, whether or not earlier ones were answered.
//!
//! Latency runs from the moment a request was *due*, so a service that stalls is charged for every
//! request that had to wait, also for those that waited here for a free connection.
//!
//! - A **journey** makes its steps one after the other on one connection. Its first step is due when
//!   the schedule says so; each further one when the answer before it is complete.
//! - A step that fails **ends its journey**: what follows needs what it should have given, and would
//!   only count the same trouble again. Arrivals go on regardless.
//! - Only journeys due after the warm-up are measured, and all of them are: what is in flight at the
//!   end is waited for, up to the timeout.
//!
//! One worker is one thread with its share of the schedule, its connections and its recorder; workers
//! share nothing until they end.

mod alarm;
mod connection;
mod dispatch;
mod facts;
mod lane;
mod live;
mod origin;
mod pacer;
mod recorder;
mod schedule;
mod worker;

use super::seen::Seen;
use super::{ALLOW_HOSTS, LoadError, request};
use crate::config::{Arrivals, LoadPlan};
use crate::measure::{Context, Event};
use live::Live;
use std::sync::Arc;
use std::time::{Duration, Instant};
use worker::{Assignment, Report};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(250);
/// Time for the worker to get ready before the first arrival is due.
const LEAD: Duration = Duration::from_millis(20);

/// Sends the load on its schedule.
///
/// A request that never left because *this* machine lacks file descriptors or ports is no error of the
/// service: it counts as dropped, which makes the load invalid.
///
/// # Errors
///
/// As [`super::measure`].
pub(super) async fn send(
    plan: &LoadPlan,
    arrivals: &Arrivals,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    let steps = request::prepare(plan)?;
    let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
    let origin = tokio::select! {
        origin = origin::resolve(plan, &allowed) => origin?,
        () = context.stop.asked() => return Err(LoadError::Interrupted),
    };
    let live = Arc::new(Live::new());
    let start = Instant::now() + LEAD;
    let assignment = Assignment {
        arrivals: arrivals.clone(),
        timeout: plan.timeout,
        steps,
        origin,
        start,
        stop: context.stop.clone(),
        live: Arc::clone(&live),
    };
    let report = watched(plan, arrivals, context, start, &live, assignment).await?;
    facts::seen(plan, arrivals, report)
}

/// Waits for the worker, telling progress meanwhile.
async fn watched(
    plan: &LoadPlan,
    arrivals: &Arrivals,
    context: Context<'_>,
    start: Instant,
    live: &Live,
    assignment: Assignment,
) -> Result<Report, LoadError> {
    let mut report = worker::spawn(assignment).map_err(LoadError::Worker)?;
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            report = &mut report => {
                // The worker answers before it ends; only a panic, which is a bug, could prevent that.
                let lost = |_| std::io::Error::other("its thread ended without a result");
                return report.map_err(lost).flatten().map_err(LoadError::Worker);
            }
            _ = tick.tick() => (context.observer)(Event::Progress {
                name: plan.name.clone(),
                done: Some(live::share_done(arrivals, start.elapsed())),
                note: live.note(arrivals, start.elapsed()),
            }),
        }
    }
}
