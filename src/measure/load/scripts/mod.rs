//! Loads that an installed tool sends, by a script of the user's own; what the tool writes is read.
//!
//! What is asked for, and of whom, the script alone knows: it is code of the user's, as a benchmark's
//! command is. Nobody here knows what a stall would have cost others, so that latencies gate only where
//! the file says so.

mod k6;
mod locust;
mod tally;

use super::process::{Past, Process, cores, cpu_share};
use super::seen::Seen;
use super::{ALLOW_HOSTS, LoadError, allow, found};
use crate::config::{Command, K6Plan, LoadPlan, LocustPlan};
use crate::measure::Context;
use crate::measure::failure::last_lines;
use crate::measure::launcher::End;
use crate::measure::resources::Root;
use crate::model::{Engine, Validity, ValidityFact};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};
use tally::Tally;

/// How long a tool may take to write down what it saw, once it was asked to end.
const GRACE: Duration = Duration::from_millis(1500);
/// How much shorter than planned Locust may run, by its own clock: starting its timer takes a while.
const SLACK: f64 = 0.5;
/// How much longer than planned Locust is waited for.
const LATE: Duration = Duration::from_secs(60);

/// What is made of a tool's result.
struct Manner {
    engine: Engine,
    name: &'static str,
    gate_latency: bool,
    /// The most CPU that it may use of what it can use.
    max_cpu: f64,
    /// How many cores it can use.
    cores: f64,
    /// The longest that it was to take.
    planned: Duration,
    /// Whether it ended before that, where it was not to.
    ended_early: bool,
}

/// Lets k6 run a script.
///
/// # Errors
///
/// As [`super::measure`]; when k6 is missing, fails, or writes what cannot be read.
pub(super) async fn k6(
    plan: &LoadPlan,
    k6: &K6Plan,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    allowed(plan, context).await?;
    let folder = tempfile::tempdir().map_err(|error| failed("k6", error.to_string()))?;
    let samples = folder.path().join("samples.json");
    let fixed = ["k6".to_owned(), "run".to_owned(), "--quiet".to_owned()];
    let output = ["--out".to_owned(), format!("json={}", text(&samples))];
    let own = k6.args.iter().cloned().chain([text(&k6.script)]);
    let mut env = k6.env.clone();
    env.entry("PACEGATE_URL".to_owned()).or_insert_with(|| plan.url.clone());
    env.entry("K6_NO_USAGE_REPORT".to_owned()).or_insert_with(|| "true".to_owned());
    let argv = fixed.into_iter().chain(output).chain(own).collect();
    let process = Process {
        engine: "k6",
        plan,
        service,
        command: Command { argv, cwd: k6.cwd.clone(), env, pass_env: k6.pass_env.clone() },
        limit: k6.within,
        grace: GRACE,
        note: format!("k6 runs {}", file_name(&k6.script)),
    };
    let past = process.run(context).await?;
    let read = || k6::read(io::BufReader::new(std::fs::File::open(&samples)?));
    let manner = Manner {
        engine: Engine::K6,
        name: "k6",
        gate_latency: k6.gate_latency,
        max_cpu: 0.8,
        cores: cores(),
        planned: k6.within,
        // How long it takes the script alone knows.
        ended_early: false,
    };
    told(manner, past, read, context)
}

/// Lets Locust run a locustfile, in one process.
///
/// # Errors
///
/// As [`super::measure`]; when Locust is missing or too old, fails, or writes what cannot be read.
pub(super) async fn locust(
    plan: &LoadPlan,
    locust: &LocustPlan,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    allowed(plan, context).await?;
    let program = found::locust("locust", context).await?;
    let wrong = |error: io::Error| failed("locust", error.to_string());
    let folder = tempfile::tempdir().map_err(wrong)?;
    let [beside, ran] = ["beside.py", "ran"].map(|name| folder.path().join(name));
    std::fs::write(&beside, include_str!("beside.py")).map_err(wrong)?;
    let rate = f64::from(locust.users) / locust.ramp_up.as_secs_f64().max(1.0);
    let argv = [
        program,
        "-f".to_owned(),
        // Ours first, so that the user's own buckets win.
        format!("{},{}", text(&beside), text(&locust.file)),
        "--headless".to_owned(),
        "--only-summary".to_owned(),
        "--loglevel=WARNING".to_owned(),
        "--exit-code-on-error=0".to_owned(),
        format!("--users={}", locust.users),
        format!("--spawn-rate={rate}"),
        format!("--run-time={}s", locust.duration.as_secs()),
        format!("--host={}", plan.url),
        // Never with `--json`, which would leave the file empty.
        format!("--json-file={}", text(&folder.path().join("seen"))),
    ];
    let argv = argv.into_iter().chain(locust.args.iter().cloned()).collect();
    let mut env = locust.env.clone();
    env.insert("PACEGATE_RAN".to_owned(), text(&ran));
    let process = Process {
        engine: "locust",
        plan,
        service,
        command: Command { argv, cwd: locust.cwd.clone(), env, pass_env: locust.pass_env.clone() },
        limit: locust.duration + LATE,
        grace: GRACE,
        note: format!("{} users of {}", locust.users, file_name(&locust.file)),
    };
    let past = process.run(context).await?;
    let seen = folder.path().join("seen.json");
    let read = || locust::read(&super::document::read::<Vec<locust::Entry>>(&seen)?);
    let manner = Manner {
        engine: Engine::Locust,
        name: "locust",
        gate_latency: locust.gate_latency,
        max_cpu: 0.9,
        cores: 1.0,
        planned: locust.duration,
        ended_early: ran_seconds(&ran)
            .is_none_or(|ran| ran + SLACK < locust.duration.as_secs_f64()),
    };
    told(manner, past, read, context)
}

/// How long Locust says that it ran, in seconds.
fn ran_seconds(path: &Path) -> Option<f64> {
    std::fs::read_to_string(path).ok()?.parse().ok()
}

fn failed(engine: &'static str, why: String) -> LoadError {
    LoadError::Engine { engine, why }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Checks the URL that the script is given.
async fn allowed(plan: &LoadPlan, context: Context<'_>) -> Result<(), LoadError> {
    let allowed = std::env::var(ALLOW_HOSTS).unwrap_or_default();
    tokio::select! {
        addresses = allow::resolve(plan, &allowed) => addresses.map(drop),
        () = context.stop.asked() => Err(LoadError::Interrupted),
    }
}

/// What the tool saw, in the form of all engines.
fn told(
    manner: Manner,
    past: Past,
    read: impl FnOnce() -> io::Result<Tally>,
    context: Context<'_>,
) -> Result<Seen, LoadError> {
    let Past { ended, sampler, begun } = past;
    let gathered = sampler.finish(begun..Instant::now());
    let cut_short = context.stop.is_asked();
    if !cut_short && ended.end != Some(End::Exit(0)) {
        let how = ended.end.map_or("took too long".to_owned(), |end| end.to_string());
        // k6 ends so when it judges by itself, which may also cut it short.
        let thresholds = match (manner.engine, ended.end) {
            (Engine::K6, Some(End::Exit(99))) => {
                ": a threshold of the script was crossed; leave judging to `gates`"
            }
            _ => "",
        };
        return Err(failed(manner.name, format!("it {how}{thresholds}{}", last_lines(&ended.log))));
    }
    let tally = match read() {
        Ok(tally) if tally.cut_off && !cut_short => {
            return Err(failed(manner.name, "its result ends in the middle of a line".to_owned()));
        }
        Ok(tally) if tally.requests() > 0 => tally,
        Ok(_) | Err(_) if cut_short => return Err(LoadError::Interrupted),
        Ok(_) => {
            let lines = last_lines(&ended.log);
            return Err(failed(manner.name, format!("its script made no HTTP request{lines}")));
        }
        Err(error) => {
            let lines = last_lines(&ended.log);
            return Err(failed(manner.name, format!("failed to read its result: {error}{lines}")));
        }
    };
    let cpu = cpu_share(&ended, manner.cores);
    let busy = cpu.filter(|share| *share > manner.max_cpu);
    let (measured, planned) = (tally.measured(), manner.planned.as_secs_f64());
    let (dropped, at) = (tally.dropped, measured.as_secs_f64());
    let broken = [
        (dropped > 0).then_some(ValidityFact::Dropped { count: dropped }),
        busy.map(|share| ValidityFact::GeneratorBusy { share }),
        (cut_short || manner.ended_early)
            .then_some(ValidityFact::CutShort { measured: at, planned }),
    ];
    let completed = tally.completed();
    let (names, steps) = tally.steps();
    Ok(Seen {
        engine: manner.engine,
        names: Some(names),
        steps,
        completed,
        measured,
        timeline: None,
        resources: gathered.measurements,
        validity: Validity {
            asked_rate: 0.0,
            achieved_rate: 0.0,
            dropped,
            lateness_p99: 0.0,
            lateness: None,
            generator_cpu: cpu,
            under_counts: !manner.gate_latency,
            broken: broken.into_iter().flatten().collect(),
        },
        cut_short: cut_short || manner.ended_early,
        warnings: gathered.warnings,
    })
}
