//! The processes: a master, and the workers of this machine.

use super::failed;
use super::handed::State;
use crate::config::{Command, DistributedPlan, LoadPlan};
use crate::measure::failure::last_lines;
use crate::measure::launcher::{End, Ended, LaunchError, Manner, Running, start};
use crate::measure::load::{LOOKS, LoadError, document, watched_of};
use crate::measure::resources::{Gathered, Root, Sampler, Watched};
use crate::measure::{Context, Event};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the processes are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How long a process may take to tell what it saw, once it was asked to end.
const GRACE: Duration = Duration::from_millis(1200);
/// How much longer than planned the master is waited for: Python starts slowly, and looks for workers
/// once a second.
const LATE: Duration = Duration::from_secs(60);

/// What is to be run.
pub(super) struct Shape<'a> {
    pub(super) plan: &'a LoadPlan,
    pub(super) distributed: &'a DistributedPlan,
    pub(super) locust: &'a str,
    /// Where files pass.
    pub(super) folder: &'a Path,
}

/// What is left of the processes.
pub(super) struct Left {
    pub(super) master: Ended,
    /// What a worker that ended early wrote.
    pub(super) worker_log: String,
    /// The last that the master told of how it went.
    pub(super) state: State,
    pub(super) gathered: Gathered,
}

impl Shape<'_> {
    pub(super) fn script(&self) -> PathBuf {
        self.folder.join("visitors.py")
    }

    pub(super) fn seen(&self) -> PathBuf {
        self.folder.join("seen.json")
    }

    fn state(&self) -> PathBuf {
        self.folder.join("state.json")
    }

    /// How many users come a second: all at once where they do not ramp up.
    fn spawn_rate(&self) -> f64 {
        let count = f64::from(self.distributed.users.count);
        count / self.distributed.users.ramp_up.as_secs_f64().max(1.0)
    }

    fn command(&self, arguments: &[String]) -> Command {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let ours = [self.locust.to_owned(), "-f".to_owned(), text(self.script())];
        let level = ["--loglevel", "WARNING"].map(str::to_owned);
        let env = [("PACEGATE_STATE", self.state()), ("PACEGATE_SEEN", self.seen())];
        Command {
            argv: ours.into_iter().chain(level).chain(arguments.iter().cloned()).collect(),
            cwd: self.folder.to_owned(),
            env: env.map(|(name, path)| (name.to_owned(), text(path))).into(),
            pass_env: vec![],
        }
    }

    fn master(&self) -> Command {
        let DistributedPlan { users, listen, join_within, .. } = self.distributed;
        let host = match listen {
            std::net::SocketAddr::V4(v4) => v4.ip().to_string(),
            std::net::SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
        };
        let patience = join_within.as_secs_f64().ceil().max(1.0);
        self.command(&[
            "--headless".to_owned(),
            "--only-summary".to_owned(),
            "--exit-code-on-error=0".to_owned(),
            "--master".to_owned(),
            format!("--master-bind-host={host}"),
            format!("--master-bind-port={}", listen.port()),
            format!("--expect-workers={}", self.distributed.team()),
            format!("--expect-workers-max-wait={patience}"),
            format!("--users={}", users.count),
            format!("--spawn-rate={}", self.spawn_rate()),
        ])
    }

    fn worker(&self, port: u16) -> Command {
        let listen = self.distributed.listen.ip();
        let host = match listen.is_unspecified() {
            true => "127.0.0.1".to_owned(),
            false => listen.to_string(),
        };
        self.command(&[
            "--worker".to_owned(),
            format!("--master-host={host}"),
            format!("--master-port={port}"),
        ])
    }
}

/// What to type elsewhere, where workers are expected from there.
pub(super) fn how_to_join(plan: &DistributedPlan, state: &State) -> String {
    let (true, Some(port)) = (plan.expect_workers > 0, state.port) else { return String::new() };
    let listen = plan.listen.ip();
    let host = match listen.is_unspecified() {
        true => "THIS_MACHINE".to_owned(),
        false => listen.to_string(),
    };
    let count = plan.expect_workers;
    format!("; {count} × `locust -f - --worker --master-host {host} --master-port {port}`")
}

/// Starts master and workers, and waits until the master has ended.
///
/// # Errors
///
/// When a process cannot be started, or a worker ends before the users have come.
pub(super) async fn run(
    shape: &Shape<'_>,
    service: Option<Root>,
    context: Context<'_>,
) -> Result<Left, LoadError> {
    let users = &shape.distributed.users;
    let aside = (shape.plan.setup.len() + shape.plan.teardown.len()) as u32;
    let limit =
        shape.distributed.join_within + users.planned() + shape.plan.timeout * (1 + aside) + LATE;
    let mut master = launch(&shape.master(), limit, context).await?;
    let (mut workers, mut worker_log) = (Vec::new(), String::new());
    let (mut state, mut sampler, mut measuring) = (State::default(), None, None);
    let mut tick = tokio::time::interval(TICK);
    let ended = loop {
        tokio::select! {
            ended = master.ended() => break ended,
            () = context.stop.asked() => break end(master, &mut workers).await,
            _ = tick.tick() => {}
        }
        // Nobody has written it yet, or it is just being replaced: there is another look soon.
        state = document::read(&shape.state()).unwrap_or(state);
        if let (Some(port), None) = (state.port, &sampler) {
            for _ in 0..shape.distributed.workers {
                workers.push(launch(&shape.worker(port), limit, context).await?);
            }
            let roots = workers.iter().chain([&master]).filter_map(Running::root);
            let watched = watched_of(shape.plan, service);
            sampler =
                Some(Sampler::start(Watched { generator: roots.collect(), ..watched }, LOOKS));
        }
        if let Some(ended) = one_that_ended(&mut workers).await? {
            worker_log = ended.log;
            // One that the master sent away ends well, and the master says why.
            if let (None, Some(how)) = (&state.phase, ended.end.filter(|end| *end != End::Exit(0)))
            {
                let lines = last_lines(&worker_log);
                return Err(failed(format!("a worker {how} before the load began{lines}")));
            }
        }
        if measuring.is_none() && state.is("measuring") {
            measuring = Some(Instant::now());
        }
        tell(shape, &state, measuring, context);
    };
    // The master has asked those to go that are left; what they say now is not missed.
    drop(workers);
    let begin = measuring.unwrap_or_else(Instant::now);
    let gathered = sampler.map(|sampler| sampler.finish(begin..begin + users.duration));
    let gathered = gathered.unwrap_or_default();
    let master = ended.map_err(|error| failed(error.to_string()))?;
    Ok(Left { master, worker_log, state, gathered })
}

async fn launch(
    command: &Command,
    limit: Duration,
    context: Context<'_>,
) -> Result<Running, LoadError> {
    let manner = Manner { keep_stdout: false, timeout: Some(limit), grace: GRACE };
    start(context.launcher, command, manner).await.map_err(|error| failed(error.to_string()))
}

/// Asks all processes to end, at once, and waits for the master.
async fn end(master: Running, workers: &mut Vec<Running>) -> Result<Ended, LaunchError> {
    // The master asks them for what they saw before it ends; they must not be gone by then.
    let ended = master.stop().await;
    workers.clear();
    ended
}

/// A worker that has ended, taken from the others.
async fn one_that_ended(workers: &mut Vec<Running>) -> Result<Option<Ended>, LoadError> {
    for index in 0..workers.len() {
        let ended = tokio::time::timeout(Duration::ZERO, workers[index].ended());
        if let Ok(ended) = ended.await {
            drop(workers.swap_remove(index));
            return ended.map(Some).map_err(|error| failed(error.to_string()));
        }
    }
    Ok(None)
}

fn tell(shape: &Shape<'_>, state: &State, measuring: Option<Instant>, context: Context<'_>) {
    let DistributedPlan { users, .. } = shape.distributed;
    let (there, team) = (state.connected, shape.distributed.team());
    let note = match &state.phase {
        None => {
            format!("{there} of {team} workers are there{}", how_to_join(shape.distributed, state))
        }
        Some(phase) => format!("{} users on {there} of {team} workers, {phase}", users.count),
    };
    let before = (users.ramp_up + users.warmup).as_secs_f64();
    let done = measuring.map(|begun| {
        let done = before + begun.elapsed().as_secs_f64();
        (done / users.planned().as_secs_f64()).min(1.0)
    });
    (context.observer)(Event::Progress { name: shape.plan.name.clone(), done, note });
}
