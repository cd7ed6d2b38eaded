//! The closed engine: users who each wait for an answer before they ask again, as goose runs them.
//!
//! A user that waits does not ask, so that a service that stalls is asked less just then: latencies leave out
//! what the stall would have cost others. They are told as such, and gated only where the file says so.
//!
//! Goose writes to stdout, catches signals and keeps process-wide state, so it runs in a child of this
//! program, `pacegate __users`, with the plan in one file and what was seen in another.

mod attack;
mod child;
mod client;
mod handed;

pub(in crate::measure) use child::{USERS_ARGUMENT, users_main};

use super::journey::Script;
use super::process::{Process, cores, cpu_share};
use super::record::StepRecord;
use super::seen::Seen;
use super::{ALLOW_HOSTS, LoadError, allow, document};
use crate::config::{Command, LoadPlan, Users};
use crate::measure::Context;
use crate::measure::failure::last_lines;
use crate::measure::launcher::{End, Ended};
use crate::measure::resources::{Gathered, Root};
use crate::model::{Engine, Validity, ValidityFact, Warning};
use handed::Handed;
use std::path::Path;
use std::time::Duration;

/// How long the child may take to write down what it saw, once it was asked to end.
const GRACE: Duration = Duration::from_millis(700);
/// How much longer than planned, and than the last request may take, the child is waited for.
const LATE: Duration = Duration::from_secs(15);
/// The most CPU the child may use of what there is.
const MAX_CPU_SHARE: f64 = 0.8;

/// Lets users make the journeys.
///
/// # Errors
///
/// As [`super::measure`].
pub(super) async fn send(
    plan: &LoadPlan,
    users: &Users,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    // What cannot be made ready is told here, in words of its own.
    Script::new(plan)?;
    let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
    let addresses = tokio::select! {
        addresses = allow::resolve(plan, &allowed) => addresses?,
        () = context.stop.asked() => return Err(LoadError::Interrupted),
    };
    let failed = |why: String| LoadError::Engine { engine: "users", why };
    let file = |error: std::io::Error| failed(format!("failed to hand over the plan: {error}"));
    let folder = tempfile::tempdir().map_err(file)?;
    let [asked, seen] = ["plan.json", "seen.json"].map(|name| folder.path().join(name));
    document::write(&asked, &handed::Asked { plan: plan.clone(), addresses }).map_err(file)?;
    let (ended, gathered) = run((plan, service), users, &asked, &seen, context).await?;
    match document::read::<Handed>(&seen) {
        Ok(handed) if handed.complete || context.stop.is_asked() => {
            let seen = told(users, handed, &ended)?;
            let warnings = seen.warnings.into_iter().chain(gathered.warnings).collect();
            Ok(Seen { resources: gathered.measurements, warnings, ..seen })
        }
        Ok(_) | Err(_) if context.stop.is_asked() => Err(LoadError::Interrupted),
        Ok(handed) if handed.error.is_some() => Err(failed(handed.error.unwrap_or_default())),
        Ok(_) | Err(_) => {
            let how = match ended.end {
                Some(End::Exit(0)) | None => "left no result".to_owned(),
                Some(end) => format!("{end}"),
            };
            Err(failed(format!("its process {how}{}", last_lines(&ended.log))))
        }
    }
}

async fn run(
    (plan, service): (&LoadPlan, Option<Root>),
    users: &Users,
    asked: &Path,
    seen: &Path,
    context: Context<'_>,
) -> Result<(Ended, Gathered), LoadError> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let command = Command {
        argv: vec![text(context.launcher), USERS_ARGUMENT.to_owned(), text(asked), text(seen)],
        cwd: std::env::temp_dir(),
        env: Default::default(),
        pass_env: vec![],
    };
    let process = Process {
        engine: "users",
        plan,
        service,
        command,
        limit: users.planned() + plan.timeout + LATE,
        grace: GRACE,
        note: format!("{} users", users.count),
    };
    let past = process.run(context).await?;
    // The child's own clock began a moment later, and after the setup.
    let begin = past.begun + users.ramp_up + users.warmup;
    Ok((past.ended, past.sampler.finish(begin..begin + users.duration)))
}

/// What the child saw, in the form of all engines.
fn told(users: &Users, handed: Handed, ended: &Ended) -> Result<Seen, LoadError> {
    let measured = handed.measured();
    let steps: Vec<StepRecord> = handed.steps.into_iter().map(StepRecord::from).collect();
    if steps.iter().all(|step| step.response.count() == 0) {
        return Err(if handed.cut_short { LoadError::Interrupted } else { LoadError::NothingDue });
    }
    let cpu = cpu_share(ended, cores());
    let busy = cpu.filter(|share| *share > MAX_CPU_SHARE);
    let (at, planned) = (measured.as_secs_f64(), users.duration.as_secs_f64());
    let broken = [
        busy.map(|share| ValidityFact::GeneratorBusy { share }),
        handed.cut_short.then_some(ValidityFact::CutShort { measured: at, planned }),
    ];
    Ok(Seen {
        engine: Engine::Users,
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
            generator_cpu: cpu,
            under_counts: !users.gate_latency,
            broken: broken.into_iter().flatten().collect(),
        },
        cut_short: handed.cut_short,
        warnings: handed
            .teardown
            .map(|(step, failure)| Warning::TeardownFailed { step, failure })
            .into_iter()
            .collect(),
    })
}
