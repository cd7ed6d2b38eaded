//! The distributed engine: users as of `users`, on workers of an installed Locust.
//!
//! Locust gets one Python file, made of a fixed part and the plan as data, so that workers which join from
//! other machines get it from the master. It spreads the users and passes messages; requests are sent,
//! timed and counted by that file. The master says when the measured time begins and ends, adds up what
//! the workers counted, and writes one document.

mod handed;
mod script;
mod team;

use super::journey::Script;
use super::record::StepRecord;
use super::seen::Seen;
use super::{ALLOW_HOSTS, LoadError, allow, document, found, open};
use crate::config::{DistributedPlan, LoadPlan};
use crate::measure::Context;
use crate::measure::failure::last_lines;
use crate::measure::launcher::End;
use crate::measure::resources::Root;
use crate::model::{Engine, Validity, ValidityFact, Warning};
use handed::Handed;
use team::{Left, Shape};

/// The most CPU that a worker may use of its core: Locust itself warns above this.
const MAX_CPU_SHARE: f64 = 0.9;

/// Lets workers make the journeys.
///
/// # Errors
///
/// As [`super::measure`]; when Locust is missing or too old, or a worker does not come.
pub(super) async fn send(
    plan: &LoadPlan,
    distributed: &DistributedPlan,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    // What cannot be made ready is told here, in words of its own.
    let journeys = Script::new(plan)?;
    open::check_authorities(plan)?;
    let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
    let addresses = tokio::select! {
        addresses = allow::resolve(plan, &allowed) => addresses?,
        () = context.stop.asked() => return Err(LoadError::Interrupted),
    };
    let locust = found::locust("distributed", context).await?;
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let text = script::text(plan, &journeys, &addresses)?;
    let shape = Shape { plan, distributed, locust: &locust, folder: folder.path() };
    std::fs::write(shape.script(), text).map_err(|error| failed(error.to_string()))?;
    let left = team::run(&shape, service, context).await?;
    let handed = document::read::<Handed>(&shape.seen());
    match handed {
        Ok(handed) if handed.complete || context.stop.is_asked() => {
            let seen = told(distributed, handed, &left)?;
            let warnings = seen.warnings.into_iter().chain(left.gathered.warnings).collect();
            Ok(Seen { resources: left.gathered.measurements, warnings, ..seen })
        }
        _ if context.stop.is_asked() => Err(LoadError::Interrupted),
        Ok(Handed { setup: Some((step, kind)), .. }) => {
            Err(LoadError::Setup { step, failure: handed::failure(&kind)?.to_string() })
        }
        Ok(Handed { error: Some(why), .. }) => Err(failed(why)),
        Ok(_) => Err(failed(unfinished(&shape, &left))),
        Err(error) if shape.seen().exists() => {
            Err(failed(format!("failed to read its result: {error}")))
        }
        Err(_) => Err(failed(unfinished(&shape, &left))),
    }
}

fn failed(why: String) -> LoadError {
    LoadError::Engine { engine: "distributed", why }
}

/// Why there is no whole result.
fn unfinished(shape: &Shape<'_>, left: &Left) -> String {
    if left.master.log.contains("Gave up waiting for workers") {
        let join = team::how_to_join(shape.distributed, &left.state);
        return format!(
            "{} of {} workers came within {:?}{join}{}",
            left.state.connected,
            shape.distributed.team(),
            shape.distributed.join_within,
            last_lines(&left.worker_log)
        );
    }
    let how = match left.master.end {
        Some(End::Exit(0)) | None => "left no result".to_owned(),
        Some(end) => format!("{end}"),
    };
    format!("its master {how}{}", last_lines(&left.master.log))
}

/// What the workers saw, in the form of all engines.
fn told(plan: &DistributedPlan, handed: Handed, left: &Left) -> Result<Seen, LoadError> {
    let measured = handed.measured();
    let lost = handed.lost.len() as u64;
    let steps = handed.steps.iter().map(handed::record).collect::<Result<Vec<StepRecord>, _>>()?;
    if steps.iter().all(|step| step.response.count() == 0) {
        return Err(match lost {
            0 if !handed.complete => LoadError::Interrupted,
            0 => LoadError::NothingDue,
            _ => failed(format!(
                "{lost} of {} workers were lost, and with them all that was measured{}",
                handed.team,
                last_lines(&left.worker_log)
            )),
        });
    }
    let team = u64::from(plan.team());
    if handed.team != team {
        return Err(failed(format!("{} workers came, where {team} were to be there", handed.team)));
    }
    let first = handed.lost.iter().copied().fold(f64::INFINITY, f64::min);
    let (at, planned) = (measured.as_secs_f64(), plan.users.duration.as_secs_f64());
    let busy = handed.busiest.filter(|share| *share > MAX_CPU_SHARE);
    let broken = [
        (lost > 0).then_some(ValidityFact::WorkersLost { lost, of: handed.team, after: first }),
        busy.map(|share| ValidityFact::GeneratorBusy { share }),
        (!handed.complete).then_some(ValidityFact::CutShort { measured: at, planned }),
    ];
    let torn_down = handed.teardown.map(|(step, kind)| {
        let failure = handed::failure(&kind)?.to_string();
        Ok::<_, LoadError>(Warning::TeardownFailed { step, failure })
    });
    Ok(Seen {
        engine: Engine::Distributed,
        names: None,
        steps,
        completed: handed.completed,
        measured,
        timeline: None,
        resources: vec![],
        validity: Validity {
            asked_rate: 0.0,
            achieved_rate: 0.0,
            dropped: 0,
            lateness_p99: 0.0,
            lateness: None,
            // Of the busiest worker: it cannot use another one's core.
            generator_cpu: handed.busiest.map(|share| share.min(1.0)),
            under_counts: !plan.users.gate_latency,
            broken: broken.into_iter().flatten().collect(),
        },
        cut_short: !handed.complete,
        warnings: torn_down.transpose()?.into_iter().collect(),
    })
}
