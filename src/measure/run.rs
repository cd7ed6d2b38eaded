//! One execution of a plan: benchmarks in the order of the file, then loads with their services.

use super::bench::Outcome;
use super::build::BuildError;
use super::noise::NoiseProbe;
use super::serve::{measure_load, started, stopped};
use super::service::Service;
use super::{Context, Event, bench, build, failure, noise};
use crate::config::{LoadPlan, Plan};
use crate::model::{Failure, Noise, Stage, Target, Warning};
use std::time::{Duration, Instant};

/// All that measuring a plan gave.
#[derive(Debug, Clone)]
pub struct Measured {
    /// What was measured, in the order of the plan.
    pub targets: Vec<Target>,
    /// What could not be.
    pub failures: Vec<Failure>,
    /// Whether a stop was asked for, so that targets may be missing.
    pub cut_short: bool,
    /// Doubts about the run as a whole, the noise's among them.
    pub warnings: Vec<Warning>,
    /// What could be seen of the machine's noise.
    pub noise: Noise,
    /// How long measuring took.
    pub elapsed: Duration,
}

/// Builds, then measures a plan's benchmarks and loads for whose names `only` holds, benchmarks first,
/// each group in the order of the plan.
///
/// When a build command fails, nothing is measured, and every target is told among the failures.
/// A target that fails is told among the failures and does not stop the others; a stop that is asked
/// for does, and what was measured until then is kept. A service is started before the first load
/// that needs it, shared by loads that follow each other, and stopped before a load that does not
/// need it, so that nothing else runs beside what is measured. A service that ended is started anew.
pub async fn measure(plan: &Plan, only: &dyn Fn(&str) -> bool, context: Context<'_>) -> Measured {
    let begun = Instant::now();
    let probe = NoiseProbe::begin();
    let built = build::build("build", &plan.build, context).await;
    let probe = probe.after_building();
    let all = match built {
        Ok(()) => measure_all(plan, only, context).await,
        Err(BuildError::Interrupted) => Outcome::default(),
        Err(error) => unbuilt(plan, only, &error),
    };
    ended(all, probe, begun, context)
}

/// What was measured since a moment, with the noise meanwhile.
pub(super) fn ended(
    mut all: Outcome,
    probe: NoiseProbe,
    begun: Instant,
    context: Context<'_>,
) -> Measured {
    let noise = probe.end();
    all.warnings.extend(noise::warnings(&noise));
    Measured {
        targets: all.targets,
        failures: all.failures,
        cut_short: context.stop.is_asked(),
        warnings: all.warnings,
        noise,
        elapsed: begun.elapsed(),
    }
}

/// Measures a plan's benchmarks and loads for whose names `only` holds, which are built.
pub(super) async fn measure_all(
    plan: &Plan,
    only: &dyn Fn(&str) -> bool,
    context: Context<'_>,
) -> Outcome {
    let mut all = Outcome::default();
    for benchmark in plan.benchmarks.iter().filter(|benchmark| only(&benchmark.name)) {
        if context.stop.is_asked() {
            break;
        }
        let measuring = bench::measure(benchmark, context);
        all.extend(told(&benchmark.name, None, context, measuring).await);
    }
    let loads = plan.loads.iter().filter(|load| only(&load.name)).collect::<Vec<_>>();
    all.extend(measure_loads(plan, &loads, context).await);
    all
}

/// A failure of every target, the first with all that is known.
fn unbuilt(plan: &Plan, only: &dyn Fn(&str) -> bool, error: &BuildError) -> Outcome {
    let benchmarks = plan.benchmarks.iter().map(|benchmark| &*benchmark.name);
    let names = benchmarks.chain(plan.loads.iter().map(|load| &*load.name));
    let mut failures: Vec<Failure> = names
        .filter(|name| only(name))
        .map(|name| failure::of(name, Stage::Build, error))
        .collect();
    if let Some((first, others)) = failures.split_first_mut() {
        for other in others {
            other.error = format!("the build failed, as told of `{}`", first.target);
        }
    }
    Outcome { failures, ..Outcome::default() }
}

async fn measure_loads(plan: &Plan, loads: &[&LoadPlan], context: Context<'_>) -> Outcome {
    let mut all = Outcome::default();
    let mut running: Option<Service> = None;
    for load in loads {
        if context.stop.is_asked() {
            break;
        }
        if running.as_ref().map(Service::name) != load.service.as_deref() {
            all.extend(stopped(running.take()).await);
        }
        if running.is_none()
            && let Some(name) = &load.service
        {
            match started(plan, name, context).await {
                Ok(service) => running = Some(service),
                Err(_) if context.stop.is_asked() => break,
                Err(error) => {
                    all.failures.push(failure::of(&load.name, Stage::Service, &error));
                    continue;
                }
            }
        }
        let planned = load.planned();
        let measuring = measure_load(load, &mut running, context);
        all.extend(told(&load.name, planned, context, measuring).await);
    }
    all.extend(stopped(running).await);
    all
}

/// Tells the observer of a target's beginning and end.
pub(super) async fn told(
    name: &str,
    planned: Option<Duration>,
    context: Context<'_>,
    measuring: impl Future<Output = Outcome>,
) -> Outcome {
    let begun = Instant::now();
    (context.observer)(Event::Started { name: name.to_owned(), planned });
    let outcome = measuring.await;
    (context.observer)(Event::Finished {
        name: name.to_owned(),
        ok: outcome.failures.is_empty(),
        elapsed: begun.elapsed(),
    });
    outcome
}
