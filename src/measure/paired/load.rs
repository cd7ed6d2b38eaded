//! Pairs of a load: a segment of it to a fresh service of each build in turn.

use super::both::Both;
use super::rig::{Rig, Wanted, failure_in, of_build};
use crate::config::{Arrivals, LoadPlan, Plan, RateStage, ServicePlan, Spacing, Traffic, Users};
use crate::measure::bench::{Outcome, digest};
use crate::measure::serve::{measure_load, stopped};
use crate::measure::service::{Service, ServiceError};
use crate::measure::tree::{Mapping, OutsideTree};
use crate::measure::{Context, load};
use crate::model::{Build, Failure, Stage, Target};
use async_trait::async_trait;
use serde_json::json;
use std::time::Duration;

/// The fewest journeys of a segment: with fewer, its p95 is its slowest request.
const FEWEST_JOURNEYS: f64 = 20.0;

/// A load of which both builds' services can be started.
pub(super) struct LoadRig {
    /// One segment of it.
    segment: LoadPlan,
    services: Both<ServicePlan>,
    /// Segments so far.
    sent: Both<u64>,
}

/// Why a load is the same in both builds.
#[derive(Debug, thiserror::Error)]
pub(super) enum Same {
    #[error(
        "the load is sent to `{url}`, where one service answers for both builds; give it a `service` \
         to start"
    )]
    NoService { url: String },
    #[error("a distributed load is not made in pairs, since its workers join but once")]
    Distributed,
    #[error("a script of your own is not run in pairs")]
    Script,
    #[error("a search for capacity is not made in pairs")]
    Search,
    #[error("no service `{name}` is configured")]
    Unknown { name: String },
    #[error(transparent)]
    OutsideTree(#[from] OutsideTree),
}

impl LoadRig {
    /// # Errors
    ///
    /// When one service would answer for both builds.
    pub(super) fn new(load: &LoadPlan, plan: &Plan, mapping: &Mapping) -> Result<Self, Same> {
        let name = load.service.clone().ok_or_else(|| Same::NoService { url: load.url.clone() })?;
        let Some(head) = plan.services.get(&name).cloned() else {
            return Err(Same::Unknown { name });
        };
        let base = ServicePlan { command: mapping.command(&head.command)?, ..head.clone() };
        let traffic = match &load.traffic {
            Traffic::Arrivals(arrivals) => {
                Traffic::Arrivals(segment(arrivals, plan.paired.segment))
            }
            Traffic::Users(users) => Traffic::Users(shorter(users, plan.paired.segment)),
            Traffic::K6(_) | Traffic::Locust(_) => return Err(Same::Script),
            Traffic::Distributed(_) => return Err(Same::Distributed),
            Traffic::Capacity(_) => return Err(Same::Search),
        };
        let segment = LoadPlan { traffic, ..load.clone() };
        Ok(LoadRig { segment, services: Both { base, head }, sent: Both::default() })
    }

    /// Segments on fresh services are not comparable with a load that runs through.
    fn definition(&self) -> String {
        digest(&json!({ "segment": load::definition(&self.segment) }))
    }

    fn unserved(&self, build: Build, error: &ServiceError) -> Failure {
        failure_in(build, &self.segment.name, Stage::Service, error)
    }
}

/// A segment is as long as asked for, or as [`FEWEST_JOURNEYS`] take, and never longer than the whole
/// load; it goes through all stages, faster. Its warm-up, which every segment has since its service is
/// fresh, is at most half as long.
fn segment(whole: &Arrivals, asked: Duration) -> Arrivals {
    let needed = Duration::try_from_secs_f64(FEWEST_JOURNEYS / whole.mean_rate());
    let duration = asked.max(needed.unwrap_or(Duration::MAX)).min(whole.duration());
    let share = duration.as_secs_f64() / whole.duration().as_secs_f64();
    let faster =
        |stage: &RateStage| RateStage { duration: stage.duration.mul_f64(share), ..*stage };
    Arrivals {
        stages: whole.stages.iter().map(faster).collect(),
        warmup: whole.warmup.min(duration / 2),
        ..whole.clone()
    }
}

/// Users ask as often as the service lets them, so that only time counts; they come and go at once.
fn shorter(whole: &Users, asked: Duration) -> Users {
    let duration = asked.min(whole.duration);
    Users {
        duration,
        warmup: whole.warmup.min(duration / 2),
        ramp_up: Duration::ZERO,
        ramp_down: Duration::ZERO,
        ..whole.clone()
    }
}

/// Independent visitors come at other moments in every pair, at the same ones to both builds.
fn at_other_moments(traffic: &Traffic, pair: u64) -> Traffic {
    let Traffic::Arrivals(arrivals) = traffic else { return traffic.clone() };
    let spacing = match arrivals.spacing {
        Spacing::Constant => Spacing::Constant,
        Spacing::Poisson { seed } => Spacing::Poisson { seed: seed.wrapping_add(pair) },
    };
    Traffic::Arrivals(Arrivals { spacing, ..arrivals.clone() })
}

#[async_trait(?Send)]
impl Rig for LoadRig {
    fn name(&self) -> &str {
        &self.segment.name
    }

    /// Starts the service once, since the first start may build it, or fill caches.
    async fn begin(&mut self, build: Build, context: Context<'_>) -> Result<(), Failure> {
        match Service::start(self.services.of(build), context).await {
            Ok(service) => match stopped(Some(service)).await.failures.pop() {
                Some(failure) => Err(of_build(failure, build)),
                None => Ok(()),
            },
            Err(_) if context.stop.is_asked() => Ok(()),
            Err(error) => Err(self.unserved(build, &error)),
        }
    }

    async fn measure(&mut self, build: Build, _: &Wanted, context: Context<'_>) -> Outcome {
        // A person is told of pairs, not of each start.
        let context = Context { observer: &|_| {}, ..context };
        *self.sent.of_mut(build) += 1;
        let traffic = at_other_moments(&self.segment.traffic, *self.sent.of(build));
        let segment = LoadPlan { traffic, ..self.segment.clone() };
        let mut service = match Service::start(self.services.of(build), context).await {
            Ok(service) => Some(service),
            Err(_) if context.stop.is_asked() => return Outcome::default(),
            Err(error) => {
                let failures = vec![self.unserved(build, &error)];
                return Outcome { failures, ..Outcome::default() };
            }
        };
        let measured = measure_load(&segment, &mut service, context).await;
        let ended = stopped(service).await;
        // One that cannot be stopped would answer for the other build too.
        let unwell = if ended.failures.is_empty() { measured.failures } else { ended.failures };
        let name = &self.segment.name;
        let of_load = |failure| of_build(Failure { target: name.clone(), ..failure }, build);
        let failures: Vec<Failure> = unwell.into_iter().map(of_load).collect();
        let targets = if failures.is_empty() { measured.targets } else { vec![] };
        let targets = targets.into_iter().map(|target| Target {
            definition: self.definition(),
            validity: target.validity.map(load::of_segment),
            ..target
        });
        Outcome { targets: targets.collect(), failures, warnings: ended.warnings }
    }

    async fn end(&mut self, _: Build, _: Context<'_>) -> Outcome {
        Outcome::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Protocol;

    fn arrivals(rate: f64, seconds: u64, warmup: u64) -> Arrivals {
        Arrivals {
            stages: vec![RateStage::constant(rate, Duration::from_secs(seconds))],
            warmup: Duration::from_secs(warmup),
            connections: 1,
            spacing: Spacing::Constant,
            protocol: Protocol::Http1,
            threads: None,
        }
    }

    #[test]
    fn a_segment_is_long_enough_for_its_percentiles_and_no_longer_than_the_load() {
        let check = |rate, seconds, warmup, asked, expected: (f64, f64)| {
            let found = segment(&arrivals(rate, seconds, warmup), Duration::from_millis(asked));
            let found = (found.duration().as_secs_f64(), found.warmup.as_secs_f64());
            assert!(
                (found.0 - expected.0).abs() + (found.1 - expected.1).abs() < 1e-9,
                "{found:?}"
            );
        };
        check(500.0, 20, 2, 2000, (2.0, 1.0));
        check(500.0, 20, 0, 2000, (2.0, 0.0));
        check(500.0, 1, 2, 2000, (1.0, 0.5));
        check(5.0, 20, 2, 2000, (4.0, 2.0));
        check(5.0, 3, 2, 2000, (3.0, 1.5));
        check(1e-9, 20, 2, 2000, (20.0, 2.0));
    }

    #[test]
    fn visitors_come_at_the_same_moments_to_both_builds_and_at_others_in_the_next_pair() {
        let even = Traffic::Arrivals(arrivals(5.0, 2, 0));
        let spacing = Spacing::Poisson { seed: 7 };
        let poisson = Traffic::Arrivals(Arrivals { spacing, ..arrivals(5.0, 2, 0) });
        assert_eq!(at_other_moments(&poisson, 1), at_other_moments(&poisson, 1));
        assert_ne!(at_other_moments(&poisson, 1), at_other_moments(&poisson, 2));
        assert_eq!(at_other_moments(&even, 1), even);
    }
}
