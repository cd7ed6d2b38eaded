//! Loads: a service is sent requests, and what came of them is told.
//!
//! What visitors do is a `journey`. An engine decides when: `open` on a schedule, whatever the answers;
//! `users`, each of whom waits for them. What it saw comes out in one form, `Seen`, of which `target` makes measurements.
//!
//! A request **fails** by a status that was not expected, and by anything that keeps its answer from
//! being read to the end within the timeout. Its latency stays among the others, a timeout's at the
//! timeout. Redirects are answers like any other, unless the plan says that they are followed.

pub(in crate::measure) mod allow;
mod capacity;
mod definition;
mod distributed;
mod document;
mod error;
mod exchange;
mod failure;
mod found;
mod journey;
mod open;
mod outline;
mod plan;
mod process;
mod record;
mod scripts;
mod seen;
mod share;
mod target;
mod timeline;
mod users;
mod validity;

pub(in crate::measure) use definition::digest as definition;
pub use error::LoadError;
pub(in crate::measure) use share::Share;
pub(in crate::measure) use target::answered;
pub(in crate::measure) use users::{USERS_ARGUMENT, users_main};
pub(in crate::measure) use validity::{of_segment, over_segments};

use super::resources::{Prometheus, Root, Watched};
use super::{Context, Event};
use crate::config::{LoadPlan, ResourcesPlan, Traffic};
use crate::model::Target;
use std::time::{Duration, Instant};

/// Names (or addresses) that loads may be sent to beside this machine, separated by commas. It is a
/// variable and no key of `gates.yaml`, since a pull request may change that file.
pub(in crate::measure) const ALLOW_HOSTS: &str = "PACEGATE_ALLOW_HOSTS";

/// How often resources are looked at.
const LOOKS: Duration = Duration::from_millis(250);

/// What is watched of a service under a load.
fn watched_of(plan: &LoadPlan, service: Option<Root>) -> Watched {
    let ResourcesPlan { cgroup, prometheus, metrics } = plan.resources.clone();
    let prometheus = prometheus.map(|url| Prometheus { url, metrics });
    Watched { service, cgroup, generator: vec![], prometheus }
}

/// Sends the load, and gives back its latencies, errors and throughput.
///
/// Measurements: `latency` (due to the last byte; seconds) and `service` (sent to the last byte), both
/// of all requests; `errors` (failed among all requests); `throughput` (requests a second answered as
/// expected within the measured time); what service and generator used (`service/cpu` and so on; see
/// docs/resources.md). A load of several steps also has `latency`, `service` and
/// `errors` of every step, named `<step>/latency` and so on, where `<step>` is the step's name in lower
/// case with `-` for what a series id must not hold: `browse/get-products/latency/p95`. A pattern
/// `browse/latency/*` thus means the whole load, `*/latency/p95` the load and its steps.
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
    measure_beside(plan, Share::WHOLE, None, context).await
}

/// As [`measure`], but sends this machine's share, and reads meanwhile what the process tree of a service
/// uses. Loads other than arrivals have one share only.
///
/// # Errors
///
/// As [`measure`].
pub(in crate::measure) async fn measure_beside(
    plan: &LoadPlan,
    share: Share,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Target, LoadError> {
    let began = Instant::now();
    plan::check(plan)?;
    let outline = outline::outline(plan, share);
    (context.observer)(Event::Planned { name: plan.name.clone(), plan: outline });
    let seen = match &plan.traffic {
        Traffic::Capacity(capacity) => {
            return capacity::search(plan, capacity, service, context).await;
        }
        Traffic::Arrivals(arrivals) => open::send(plan, arrivals, share, service, context).await?,
        Traffic::Users(users) => users::send(plan, users, service, context).await?,
        Traffic::Distributed(distributed) => {
            distributed::send(plan, distributed, service, context).await?
        }
        Traffic::K6(k6) => scripts::k6(plan, k6, service, context).await?,
        Traffic::Locust(locust) => scripts::locust(plan, locust, service, context).await?,
    };
    Ok(target::assemble(plan, share.part, seen, began.elapsed()))
}
