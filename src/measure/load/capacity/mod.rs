//! The search for capacity: the highest rate at which an objective holds.
//!
//! Rates double from the lowest one until the objective is missed, and the gap is then halved by ratio
//! until it is narrow. A rate at which the objective is missed, or the generator could not tell, is tried once
//! more before that is believed, and the highest rate that held must hold once more. Every rate is a load of its own on the open
//! engine, so that a queue that one of them left does not meet the next.

mod search;

use super::seen::Seen;
use super::validity::of_short;
use super::{LoadError, Share, open};
use crate::config::{Arrivals, CapacityPlan, LoadPlan, RateStage, Traffic};
use crate::measure::resources::Root;
use crate::measure::{Context, Event, LoadProgress};
use crate::model::{
    Course, Data, LoadLevel, Measurement, Metric, Part, Sample, Target, Unit, ValidityFact, Warning,
};
use search::{Search, Tried};
use std::time::Instant;

/// Searches, and gives what was found: `capacity` in journeys a second, and the load curve.
///
/// # Errors
///
/// As [`super::measure`]; also when the objective is missed at the lowest rate already.
pub(super) async fn search(
    plan: &LoadPlan,
    capacity: &CapacityPlan,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Target, LoadError> {
    let begun = Instant::now();
    let mut search = Search::new(capacity.from, capacity.to);
    let mut levels: Vec<LoadLevel> = Vec::new();
    let (mut last, mut untold) = (None, vec![]);
    while let Some(rate) = search.next() {
        if context.stop.is_asked() {
            break;
        }
        let so_far = format!(
            "{rate:.0}/s, {} held so far",
            search.held().map_or("none".to_owned(), |held| format!("{held:.0}/s"))
        );
        let done = search.done();
        (context.observer)(Event::Progress { name: plan.name.clone(), done, note: so_far.clone() });
        // What it tells of itself is of one rate only.
        let observer = |event| {
            if let Event::Load { name, progress } = event {
                let (of, done) = (Some(so_far.clone()), done.unwrap_or_default());
                let progress = LoadProgress { of, done, ..progress };
                (context.observer)(Event::Load { name, progress });
            }
        };
        let within = Context { observer: &observer, ..context };
        let arrivals = at(&capacity.arrivals, rate, capacity);
        let seen = match open::send(plan, &arrivals, Share::WHOLE, service, within).await {
            Ok(seen) if seen.cut_short => break,
            Err(LoadError::Interrupted) => break,
            seen => seen?,
        };
        let seen = Seen { validity: of_short(seen.validity), ..seen };
        let level = level(capacity, rate, &seen);
        search.tried(match (level.valid, level.held) {
            // A service that cannot keep up may cost the generator its rate: the objective tells.
            (_, false) if !starved(&seen) => Tried::Missed,
            (true, true) => Tried::Held,
            (true | false, _) => Tried::Unknown,
        });
        if !level.valid {
            untold.clone_from(&seen.validity.broken);
        }
        levels.push(level);
        last = Some(seen);
    }
    let Some(seen) = last else { return Err(LoadError::Interrupted) };
    let Some(held) = search.held() else {
        if context.stop.is_asked() {
            return Err(LoadError::Interrupted);
        }
        if starved(&seen) {
            return Err(LoadError::CapacityUntold { rate: capacity.from });
        }
        return Err(LoadError::NoCapacity {
            rate: capacity.from,
            objective: capacity.objective.to_string(),
        });
    };
    let gap = search.gap(held);
    let whole = Traffic::Capacity(capacity.clone());
    let mut target = super::target::assemble(
        &LoadPlan { traffic: whole, ..plan.clone() },
        Part::WHOLE,
        Seen { steps: vec![], timeline: None, resources: vec![], ..seen },
        begun.elapsed(),
    );
    target.measurements.clear();
    // A finite rate makes a sample.
    if let Ok(sample) = Sample::of_processes([held]) {
        target.measurements.push(Measurement {
            metric: Metric::higher("capacity", Unit::PerSecond),
            data: Data::Sample(sample),
            quantum: gap,
        });
    }
    if let Some(validity) = &mut target.validity {
        validity.broken = if search.is_untold() { untold } else { vec![] };
    }
    target.cut_short = context.stop.is_asked();
    if let (Some(validity), true) = (&mut target.validity, target.cut_short) {
        let measured = capacity.level.as_secs_f64() * levels.len() as f64;
        let planned = measured + capacity.level.as_secs_f64();
        validity.broken.push(ValidityFact::CutShort { measured, planned });
    }
    // Nothing was missed on the way up.
    if !target.cut_short && search.reached_the_end() {
        target.warnings.push(Warning::SearchEnded { rate: held });
    }
    target.course = Course { timeline: None, levels };
    Ok(target)
}

/// The schedule of one rate.
fn at(template: &Arrivals, rate: f64, capacity: &CapacityPlan) -> Arrivals {
    Arrivals { stages: vec![RateStage::constant(rate, capacity.level)], ..template.clone() }
}

/// Whether the generator had too little CPU, whatever the service did.
fn starved(seen: &Seen) -> bool {
    let starved = |fact: &ValidityFact| {
        matches!(
            fact,
            ValidityFact::GeneratorBusy { .. }
                | ValidityFact::GeneratorLate { .. }
                | ValidityFact::Dropped { .. }
        )
    };
    seen.validity.broken.iter().any(starved)
}

/// A resource's metric with its median.
fn typical(measurement: &Measurement) -> Option<(String, f64)> {
    let Data::Sample(sample) = &measurement.data else { return None };
    let median = crate::stats::median(&sample.values().collect::<Vec<_>>())?;
    Some((measurement.metric.name.clone(), median))
}

fn level(capacity: &CapacityPlan, rate: f64, seen: &Seen) -> LoadLevel {
    let whole = super::record::StepRecord::of_all(&seen.steps);
    let latency = whole.response.histogram();
    let (errors, requests) = (whole.errors(), whole.response.count());
    LoadLevel {
        rate,
        throughput: seen.completed as f64 / seen.measured.as_secs_f64().max(1e-9),
        errors,
        held: capacity.objective.holds(&|q| latency.quantile(q), errors, requests),
        latency,
        resources: seen.resources.iter().filter_map(typical).collect(),
        valid: seen.validity.broken.is_empty(),
    }
}
