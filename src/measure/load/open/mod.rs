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
mod aside;
mod connection;
mod dispatch;
mod facts;
mod http1;
mod lane;
mod live;
mod origin;
mod pacer;
mod recorder;
mod schedule;
mod tls;
mod worker;

use super::journey::Script;
use super::seen::Seen;
use super::{ALLOW_HOSTS, LOOKS, LoadError, Share, watched_of};
use crate::config::{Arrivals, LoadPlan, Protocol, host_of};
use crate::measure::resources::{Root, Sampler};
use crate::measure::{Context, Event};
use aside::Aside;
use live::{Live, Watch};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tls::Tls;
use worker::{Assignment, Report};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(250);
/// Time for the worker to get ready before the first arrival is due.
const LEAD: Duration = Duration::from_millis(20);

/// Checks that the plan's authorities can be used, for engines that cannot tell so well why not.
///
/// # Errors
///
/// As of a load over TLS.
pub(super) fn check_authorities(plan: &LoadPlan) -> Result<(), LoadError> {
    match (&plan.ca, host_of(&plan.url)) {
        (Some(_), Some(host)) => Tls::new(plan, &host, Protocol::Http1).map(drop),
        _ => Ok(()),
    }
}

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
    share: Share,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    let script = Arc::new(Script::new(plan)?);
    let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
    let origin = tokio::select! {
        origin = origin::resolve(plan, arrivals.protocol, &allowed) => origin?,
        () = context.stop.asked() => return Err(LoadError::Interrupted),
    };
    let aside = Aside { script: &script, origin: &origin, timeout: plan.timeout };
    let values = aside.set_up(context.stop).await?;
    let start = match share.begin(&plan.name, LEAD, context).await {
        Ok(start) => start,
        Err(error) => {
            // What the setup made is not left behind; that it cannot be undone is the lesser trouble.
            let _ = aside.tear_down(&values, context.stop).await;
            return Err(error);
        }
    };
    let workers = workers(arrivals);
    let live: Vec<Arc<Live>> = std::iter::repeat_with(Arc::default).take(workers).collect();
    let assignment = |own| Assignment {
        arrivals: arrivals.clone(),
        part: share.part,
        share: (own, workers),
        timeout: plan.timeout,
        script: Arc::clone(&script),
        values: Arc::clone(&values),
        origin: origin.clone(),
        start,
        stop: context.stop.clone(),
        live: Arc::clone(&live[own]),
    };
    let sampler = Sampler::start(watched_of(plan, service), LOOKS);
    let assignments = (0..workers).map(assignment).collect();
    let watch = Watch::new(arrivals, share.part, live);
    let report = watched(plan, context, start, watch, assignments).await;
    let begin = start + arrivals.warmup;
    let measured = report.as_ref().map_or(Duration::ZERO, |report| report.measured);
    let gathered = sampler.finish(begin..begin + measured);
    let torn_down = aside.tear_down(&values, context.stop).await;
    let mut seen = facts::seen(plan, arrivals, report?, gathered)?;
    seen.warnings.extend(torn_down);
    Ok(seen)
}

/// How many threads send: as many as asked for, or half of the cores that there are; no more than there
/// are connections.
fn workers(arrivals: &Arrivals) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    arrivals.threads.unwrap_or(cores / 2).clamp(1, arrivals.connections)
}

/// Waits for the workers, telling progress meanwhile; gives what all of them saw together.
async fn watched(
    plan: &LoadPlan,
    context: Context<'_>,
    start: Instant,
    mut watch: Watch<'_>,
    assignments: Vec<Assignment>,
) -> Result<Report, LoadError> {
    let reports = assignments.into_iter().map(worker::spawn);
    let mut reports = reports.collect::<Result<Vec<_>, _>>().map_err(LoadError::Worker)?;
    let mut all: Option<Report> = None;
    let mut tick = tokio::time::interval_at((start + TICK).into(), TICK);
    while let Some(next) = reports.last_mut() {
        tokio::select! {
            report = next => {
                // A worker answers before it ends; only a panic, which is a bug, could prevent that.
                let lost = |_| std::io::Error::other("its thread ended without a result");
                let report = report.map_err(lost).flatten().map_err(LoadError::Worker)?;
                reports.pop();
                match &mut all {
                    Some(all) => all.add(report),
                    None => all = Some(report),
                }
            }
            _ = tick.tick() => (context.observer)(Event::Load {
                name: plan.name.clone(),
                progress: watch.look(start.elapsed()),
            }),
        }
    }
    all.ok_or(LoadError::NothingDue)
}
