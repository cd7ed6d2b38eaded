//! The one process of an engine that is not this program.

use super::{LOOKS, LoadError, watched_of};
use crate::config::{Command, LoadPlan};
use crate::measure::launcher::{Ended, Manner, start};
use crate::measure::resources::{Root, Sampler, Watched};
use crate::measure::{Context, Event};
use std::time::{Duration, Instant};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(250);

/// What is run, for whom.
pub(super) struct Process<'a> {
    /// The engine's name.
    pub(super) engine: &'static str,
    pub(super) plan: &'a LoadPlan,
    pub(super) service: Option<Root>,
    pub(super) command: Command,
    /// The longest that it may take.
    pub(super) limit: Duration,
    /// How long it may take to write down what it saw, once it was asked to end.
    pub(super) grace: Duration,
    /// What is told of it meanwhile.
    pub(super) note: String,
}

/// A process that has ended.
pub(super) struct Past {
    pub(super) ended: Ended,
    /// What watched the service and the process meanwhile.
    pub(super) sampler: Sampler,
    /// When it began.
    pub(super) begun: Instant,
}

impl Process<'_> {
    /// Runs it to its end, or until a stop is asked for.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub(super) async fn run(&self, context: Context<'_>) -> Result<Past, LoadError> {
        let manner = Manner { keep_stdout: false, timeout: Some(self.limit), grace: self.grace };
        let failed = |error: crate::measure::launcher::LaunchError| LoadError::Engine {
            engine: self.engine,
            why: error.to_string(),
        };
        let mut running = start(context.launcher, &self.command, manner).await.map_err(failed)?;
        let begun = Instant::now();
        let generator = running.root().into_iter().collect();
        let watched = Watched { generator, ..watched_of(self.plan, self.service) };
        let sampler = Sampler::start(watched, LOOKS);
        let mut tick = tokio::time::interval(TICK);
        let planned = self.plan.planned();
        let ended = loop {
            tokio::select! {
                ended = running.ended() => break ended,
                () = context.stop.asked() => break running.stop().await,
                _ = tick.tick() => {
                    let elapsed = begun.elapsed().as_secs_f64();
                    (context.observer)(Event::Progress {
                        name: self.plan.name.clone(),
                        done: planned.map(|planned| (elapsed / planned.as_secs_f64()).min(1.0)),
                        note: self.note.clone(),
                    });
                }
            }
        };
        Ok(Past { ended: ended.map_err(failed)?, sampler, begun })
    }
}

/// CPU time by wall time and cores, in [0, 1]; `None` where no time has passed.
pub(super) fn cpu_share(ended: &Ended, cores: f64) -> Option<f64> {
    let usage = &ended.usage;
    (usage.wall > 0.0).then(|| ((usage.user + usage.system) / (usage.wall * cores)).min(1.0))
}

/// Cores of this machine.
pub(super) fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as f64
}
