//! The open-model load engine: journeys start on a schedule, whether or not earlier ones were answered.
//!
//! Latency runs from the moment a request was *due*, so a service that stalls is charged for every
//! request that had to wait, also for those that waited here for a free connection.
//!
//! - A **journey** makes its steps one after the other on one connection. Its first step is due when
//!   the schedule says so; each further one when the answer before it is complete.
//! - A step that fails **ends its journey**: what follows needs what it should have given, and would
//!   only count the same trouble again. Arrivals go on regardless.
//! - A request **fails** by a status that was not expected, and by anything that keeps its answer from
//!   being read to the end within the timeout. Its latency stays among the others, a timeout's at the
//!   timeout. Redirects are answers like any other, not followed.
//! - Only journeys due after the warm-up are measured, and all of them are: what is in flight at the
//!   end is waited for, up to the timeout.
//!
//! One worker is one thread with its share of the schedule, its connections and its recorder; workers
//! share nothing until they end.

mod alarm;
mod allow;
mod connection;
mod definition;
mod dispatch;
mod error;
mod failure;
mod lane;
mod live;
mod origin;
mod pacer;
mod plan;
mod recorder;
mod request;
mod schedule;
mod target;
mod validity;
mod worker;

pub(in crate::measure) use definition::digest as definition;
pub use error::LoadError;
pub(in crate::measure) use target::answered;
pub(in crate::measure) use validity::{of_segment, over_segments};

use super::{Context, Event};
use crate::config::LoadPlan;
use crate::model::Target;
use live::Live;
use std::sync::Arc;
use std::time::{Duration, Instant};
use worker::{Assignment, Report};

/// Names (or addresses) that loads may be sent to beside this machine, separated by commas. It is a
/// variable and no key of `gates.yaml`, since a pull request may change that file.
const ALLOW_HOSTS: &str = "PACEGATE_ALLOW_HOSTS";
/// How often progress is told.
const TICK: Duration = Duration::from_millis(250);
/// Time for the worker to get ready before the first arrival is due.
const LEAD: Duration = Duration::from_millis(20);

/// Sends the load, and gives back its latencies, errors and throughput.
///
/// Measurements: `latency` (due to the last byte; seconds) and `service` (sent to the last byte), both
/// of all requests; `errors` (failed among all requests); `throughput` (requests a second answered as
/// expected within the measured time). A load of several steps also has `latency`, `service` and
/// `errors` of every step, named `<step>/latency` and so on, where `<step>` is the step's name in lower
/// case with `-` for what a series id must not hold: `browse/get-products/latency/p95`. A pattern
/// `browse/latency/*` thus means the whole load, `*/latency/p95` the load and its steps.
///
/// A request that never left because *this* machine lacks file descriptors or ports is no error of the
/// service: it counts as dropped, which makes the load invalid.
///
/// Asked to stop, it returns within a second with what was measured, marked as cut short; answers in
/// flight are then given up.
///
/// # Errors
///
/// When the plan cannot be run, the host may not be loaded or is unknown, not one request could be sent
/// (so nothing is known of the service), or a stop came before anything was measured. A service that
/// takes requests and fails them all is measured: 100 % errors; the caller refuses that.
pub async fn measure(plan: &LoadPlan, context: Context<'_>) -> Result<Target, LoadError> {
    let began = Instant::now();
    plan::check(plan)?;
    let steps = request::prepare(plan)?;
    let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
    let origin = tokio::select! {
        origin = origin::resolve(plan, &allowed) => origin?,
        () = context.stop.asked() => return Err(LoadError::Interrupted),
    };
    let live = Arc::new(Live::new());
    let start = Instant::now() + LEAD;
    let assignment = Assignment {
        arrivals: plan.arrivals.clone(),
        timeout: plan.timeout,
        steps,
        origin,
        start,
        stop: context.stop.clone(),
        live: Arc::clone(&live),
    };
    let report = watched(plan, context, start, &live, assignment).await?;
    target::assemble(plan, report, began.elapsed())
}

/// Waits for the worker, telling progress meanwhile.
async fn watched(
    plan: &LoadPlan,
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
                done: Some(live::share_done(&plan.arrivals, start.elapsed())),
                note: live.note(&plan.arrivals, start.elapsed()),
            }),
        }
    }
}
