//! One load, or one machine's part of a load that several machines send.

use super::bench::Outcome;
use super::load::Share;
use super::noise::NoiseProbe;
use super::run::{ended, told};
use super::serve::{measure_share, started, stopped};
use super::{Context, Measured, failure};
use crate::config::{LoadPlan, Plan, ResourcesPlan};
use crate::model::{Part, Stage};
use std::time::Instant;
use time::OffsetDateTime;

/// Sends a part of a load, from `begin` on where that is given.
///
/// Nothing is built. The load's service is started only for the whole of a load, since it can run on one
/// machine only; where there are several segments it is watched by the first of them alone, so that its
/// resources are not counted more than once.
pub async fn segment(
    plan: &Plan,
    load: &LoadPlan,
    part: Part,
    begin: Option<OffsetDateTime>,
    context: Context<'_>,
) -> Measured {
    let begun = Instant::now();
    let probe = NoiseProbe::begin();
    let watched = part.number == 1;
    let resources = if watched { load.resources.clone() } else { ResourcesPlan::default() };
    let load = LoadPlan { resources, ..load.clone() };
    let share = Share { part, begin };
    let all = measure(plan, &load, share, context).await;
    ended(all, probe, begun, context)
}

async fn measure(plan: &Plan, load: &LoadPlan, share: Share, context: Context<'_>) -> Outcome {
    let mut service = None;
    if let Some(name) = load.service.as_ref().filter(|_| share.part == Part::WHOLE) {
        match started(plan, name, context).await {
            Ok(running) => service = Some(running),
            Err(_) if context.stop.is_asked() => return Outcome::default(),
            Err(error) => {
                let failures = vec![failure::of(&load.name, Stage::Service, &error)];
                return Outcome { failures, ..Outcome::default() };
            }
        }
    }
    // Until it begins nobody knows how long it takes, and then it tells by itself.
    let planned = share.begin.is_none().then(|| load.planned()).flatten();
    let measuring = measure_share(load, share, &mut service, context);
    let mut all = told(&load.name, planned, context, measuring).await;
    all.extend(stopped(service).await);
    all
}
