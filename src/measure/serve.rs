//! A load together with the service that it is sent to.

use super::bench::Outcome;
use super::load::Share;
use super::service::{Service, ServiceError};
use super::{Context, Stop, load};
use crate::config::{LoadPlan, Plan};
use crate::model::{Stage, Warning};

/// Starts a service of the plan.
///
/// # Errors
///
/// As [`Service::start`], and when no service has that name.
pub(super) async fn started(
    plan: &Plan,
    name: &str,
    context: Context<'_>,
) -> Result<Service, ServiceError> {
    match plan.services.get(name) {
        Some(service) => Service::start(service, context).await,
        None => Err(ServiceError::Unknown { name: name.to_owned() }),
    }
}

/// Measures one load, and gives it up when its service ends.
pub(super) async fn measure_load(
    plan: &LoadPlan,
    service: &mut Option<Service>,
    context: Context<'_>,
) -> Outcome {
    measure_share(plan, Share::WHOLE, service, context).await
}

/// Measures this machine's share of one load, and gives it up when its service ends.
pub(super) async fn measure_share(
    plan: &LoadPlan,
    share: Share,
    service: &mut Option<Service>,
    context: Context<'_>,
) -> Outcome {
    // A stop of its own, so that the engine can wind down when the service has ended.
    let halt = Stop::new();
    let root = service.as_ref().and_then(Service::root);
    let mut measuring =
        std::pin::pin!(load::measure_beside(plan, share, root, Context { stop: &halt, ..context }));
    let mut failed = None;
    let measured = loop {
        tokio::select! {
            measured = &mut measuring => break measured,
            () = context.stop.asked(), if !halt.is_asked() => halt.ask(),
            error = ended(service) => {
                *service = None;
                failed = Some(error);
                halt.ask();
            }
        }
    };
    match (failed, measured) {
        (Some(error), _) => Outcome::failed(&plan.name, Stage::Measure, &error),
        (None, Ok(target)) => match load::answered(target) {
            Ok(target) => Outcome { targets: vec![target], ..Outcome::default() },
            Err(error) => Outcome::failed(&plan.name, Stage::Measure, &error),
        },
        (None, Err(_)) if context.stop.is_asked() => Outcome::default(),
        (None, Err(error)) => Outcome::failed(&plan.name, Stage::Measure, &error),
    }
}

/// Waits until a service ends; for ever where there is none.
async fn ended(service: &mut Option<Service>) -> ServiceError {
    match service {
        Some(service) => service.ended().await,
        None => std::future::pending().await,
    }
}

/// Stops a service, with a doubt when it left processes behind, and a failure when it cannot be ended.
pub(super) async fn stopped(service: Option<Service>) -> Outcome {
    let Some(service) = service else { return Outcome::default() };
    let name = format!("service {}", service.name());
    match service.stop().await {
        Ok(0) => Outcome::default(),
        Ok(count) => {
            Outcome { warnings: vec![Warning::LeftBehind { count }], ..Outcome::default() }
        }
        Err(error) => Outcome::failed(&name, Stage::Service, &error),
    }
}
