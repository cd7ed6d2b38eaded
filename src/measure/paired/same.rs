//! Pairs of one and the same code: what differs within them is noise.

use super::both::Both;
use super::series;
use crate::config::{CommandPlan, Plan};
use crate::measure::bench::command::{Act, CommandError, clean_up, definition, once, target};
use crate::measure::build::{BuildError, build};
use crate::measure::surroundings::SurroundingsProbe;
use crate::measure::{Context, Event, failure, workload};
use crate::model::{Build, Failure, PairedSeries, Stage, Surroundings, Target};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::time::{Duration, Instant};

/// The most pairs of a command; more of them would tell nothing new.
const MOST_PAIRS: u32 = 5000;

/// What is measured as if it were base and head.
#[derive(Debug, Clone, Copy)]
pub enum SameCode<'a> {
    /// A piece of work of our own, called `workload`.
    Workload,
    /// Command benchmarks of a plan, which is built first.
    Commands(&'a Plan, &'a [(&'a str, &'a CommandPlan)]),
}

/// All that measuring the same code in pairs gave.
#[derive(Debug)]
pub struct SameMeasured {
    /// The commands that have a pair.
    pub commands: Vec<SameSeries>,
    /// Why others have none, and why some have no more.
    pub failures: Vec<Failure>,
    /// What the system told of the causes of noise.
    pub surroundings: Surroundings,
    /// How long pairs were measured.
    pub elapsed: Duration,
}

/// The pairs of one command.
#[derive(Debug)]
pub struct SameSeries {
    /// Its series, all with the same number of pairs.
    pub series: Vec<PairedSeries>,
    /// How long a pair took, with all that belongs to it.
    pub pace: Duration,
}

/// Measures commands in pairs, in an order drawn for every pair, all commands in turn: as many pairs as
/// `time` has room for, and one at least.
///
/// A command that fails does not stop the others; a stop that is asked for does, and what was measured
/// until then is kept.
pub async fn measure_same(
    what: SameCode<'_>,
    time: Duration,
    seed: u64,
    context: Context<'_>,
) -> SameMeasured {
    const NAME: &str = "the same code in pairs";
    let probe = SurroundingsProbe::begin();
    let (mut commands, mut failures) = ready(what, context).await;
    let probe = probe.after_building();
    let begun = Instant::now();
    (context.observer)(Event::Started { name: NAME.to_owned(), planned: Some(time) });
    let mut draws = Pcg64::seed_from_u64(seed);
    loop {
        let mut going: Vec<&mut Repeated> =
            commands.iter_mut().filter(|command| command.goes_on(begun + time)).collect();
        if going.is_empty() || context.stop.is_asked() {
            break;
        }
        for command in &mut going {
            let first = if draws.random() { Build::Base } else { Build::Head };
            command.pair(first, context).await;
        }
        (context.observer)(Event::Progress {
            name: NAME.to_owned(),
            done: Some((begun.elapsed().as_secs_f64() / time.as_secs_f64()).min(1.0)),
            note: format!("pair {}", going[0].rounds),
        });
    }
    let elapsed = begun.elapsed();
    let surroundings = probe.end();
    let ok = commands.iter().all(|command| command.failure.is_none());
    (context.observer)(Event::Finished { name: NAME.to_owned(), ok, elapsed });
    for command in &mut commands {
        command.clean_up(context).await;
        failures.extend(command.failure.take());
    }
    let measured = commands.into_iter().filter_map(Repeated::measured).collect();
    SameMeasured { commands: measured, failures, surroundings, elapsed }
}

/// The commands, built and warmed up, and why others are not.
async fn ready(what: SameCode<'_>, context: Context<'_>) -> (Vec<Repeated>, Vec<Failure>) {
    let (plan, commands) = match what {
        SameCode::Commands(plan, commands) => (plan, commands),
        SameCode::Workload => {
            return match workload::fitted(context).await {
                Ok(plan) => (
                    plan.map(|plan| Repeated::new(workload::NAME, plan)).into_iter().collect(),
                    vec![],
                ),
                Err(error) => (vec![], vec![failure::of(workload::NAME, Stage::Measure, &error)]),
            };
        }
    };
    match build("build", &plan.build, context).await {
        Ok(()) => {}
        Err(BuildError::Interrupted) => return (vec![], vec![]),
        Err(error) => {
            let failed = |(name, _): &(&str, _)| failure::of(name, Stage::Build, &error);
            return (vec![], commands.iter().map(failed).collect());
        }
    }
    let mut ready = Vec::new();
    for (name, plan) in commands {
        let mut command = Repeated::new(name, (*plan).clone());
        command.warm_up(context).await;
        ready.push(command);
    }
    (ready, vec![])
}

/// A command on its way through its pairs.
struct Repeated {
    name: String,
    plan: CommandPlan,
    /// Runs so far, warm-ups among them.
    runs: u32,
    /// Pairs that were tried, and how long that took.
    rounds: u32,
    in_rounds: Duration,
    series: Vec<PairedSeries>,
    /// Why nothing more can be measured.
    failure: Option<Failure>,
}

impl Repeated {
    fn new(name: &str, plan: CommandPlan) -> Self {
        Repeated {
            name: name.to_owned(),
            plan,
            runs: 0,
            rounds: 0,
            in_rounds: Duration::ZERO,
            series: vec![],
            failure: None,
        }
    }

    fn fail(&mut self, error: &CommandError) {
        let failed = || failure::of(&self.name, Stage::Measure, error);
        self.failure = Some(self.failure.take().unwrap_or_else(failed));
    }

    async fn warm_up(&mut self, context: Context<'_>) {
        while self.runs < self.plan.warmup && self.failure.is_none() && !context.stop.is_asked() {
            self.runs += 1;
            let act = Act::WarmUp(self.runs, self.plan.warmup);
            if let Err(error) = once(act, self.runs, &self.plan, context).await {
                self.fail(&error);
            }
        }
    }

    /// Whether there is time for a further pair.
    fn goes_on(&self, ends: Instant) -> bool {
        let has_time = self.rounds == 0 || Instant::now() + self.pace() <= ends;
        has_time && self.rounds < MOST_PAIRS && self.failure.is_none()
    }

    fn pace(&self) -> Duration {
        self.in_rounds / self.rounds.max(1)
    }

    /// Measures one pair; without both of its values it is left out.
    async fn pair(&mut self, first: Build, context: Context<'_>) {
        let begun = Instant::now();
        let mut both = Both::<Option<Target>>::default();
        for build in [first, first.other()] {
            match self.run(context).await {
                Ok(Some(target)) => *both.of_mut(build) = Some(target),
                Ok(None) => return,
                Err(error) => return self.fail(&error),
            }
        }
        self.rounds += 1;
        self.in_rounds += begun.elapsed();
        let Both { base: Some(base), head: Some(head) } = both else { return };
        for new in series::pairs(&base, &head, first) {
            match self.series.iter_mut().find(|known| known.series == new.series) {
                Some(known) => known.pairs.extend(new.pairs),
                None => self.series.push(new),
            }
        }
    }

    async fn run(&mut self, context: Context<'_>) -> Result<Option<Target>, CommandError> {
        let begun = Instant::now();
        self.runs += 1;
        let act = Act::RunInTime(self.runs.saturating_sub(self.plan.warmup));
        let Some(run) = once(act, self.runs, &self.plan, context).await? else { return Ok(None) };
        target(&self.name, definition(&self.plan), &[run], begun.elapsed())
            .map(Some)
            .map_err(|source| CommandError::Impossible { act, source })
    }

    async fn clean_up(&mut self, context: Context<'_>) {
        if self.runs > 0
            && let Some(command) = self.plan.cleanup.clone()
            && let Err(error) = clean_up(&command, self.plan.timeout, context).await
        {
            self.fail(&error);
        }
    }

    fn measured(self) -> Option<SameSeries> {
        let pace = self.pace();
        (!self.series.is_empty()).then_some(SameSeries { series: self.series, pace })
    }
}
