//! What goose is told to do, and what is recorded of it.

use super::client::{User, builder};
use super::handed::{Asked, Handed, HandedStep};
use crate::config::{LoadPlan, Users};
use crate::measure::load::exchange::{Exchange, request};
use crate::measure::load::journey::{Script, Shared, Visit};
use crate::measure::load::record::StepRecord;
use goose::config::GooseConfiguration;
use goose::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What all users share.
pub(super) struct Attack {
    plan: LoadPlan,
    script: Script,
    values: Shared,
    /// The measured time.
    window: Range<Instant>,
    visits: AtomicU64,
    completed: AtomicU64,
    steps: Vec<Mutex<StepRecord>>,
}

impl Attack {
    /// Nobody has asked for anything yet; the time begins now.
    pub(super) fn new(plan: LoadPlan, script: Script, users: &Users, values: Shared) -> Self {
        let begin = Instant::now() + users.ramp_up + users.warmup;
        let steps = script.steps.iter().map(|_| Mutex::default()).collect();
        Attack {
            plan,
            script,
            values,
            window: begin..begin + users.duration,
            visits: AtomicU64::new(0),
            completed: AtomicU64::new(0),
            steps,
        }
    }

    /// What was recorded so far.
    pub(super) fn handed(&self, complete: bool) -> Handed {
        let step = |step: &Mutex<StepRecord>| {
            HandedStep::from(&*step.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let end = Instant::now().min(self.window.end);
        Handed {
            steps: self.steps.iter().map(step).collect(),
            completed: self.completed.load(Relaxed),
            measured: end.saturating_duration_since(self.window.start).as_secs_f64(),
            complete,
            cut_short: !complete,
            teardown: None,
            error: None,
        }
    }

    /// Makes the steps after the load.
    ///
    /// # Errors
    ///
    /// With the step that failed, and how.
    pub(super) async fn tear_down(&self, asked: &Asked) -> Result<(), (String, String)> {
        let script = &self.script;
        aside(asked, script, &script.teardown, &self.values).await.map(drop)
    }

    fn record(&self, index: usize, exchange: &Exchange) {
        let good = exchange.failure.is_none() && self.window.contains(&exchange.done);
        self.completed.fetch_add(u64::from(good), Relaxed);
        if self.window.contains(&exchange.due)
            && let Some(step) = self.steps.get(index)
        {
            step.lock().unwrap_or_else(PoisonError::into_inner).add(exchange);
        }
    }

    /// One journey of a user. A step that fails ends it.
    async fn journey(&self, user: &GooseUser) {
        let mut client = User { client: &user.client, origin: &self.script.origin };
        let number = self.visits.fetch_add(1, Relaxed);
        let mut visit = self.script.visit(number, &self.values);
        for index in visit.steps.clone() {
            let step = &self.script.steps[index];
            let asked = (&mut visit, step);
            let due = Instant::now();
            let exchange = request(&self.script, &mut client, asked, due, self.plan.timeout).await;
            self.record(index, &exchange);
            if exchange.failure.is_some() {
                // A service that refuses at once must not be asked as fast as the loop can go.
                tokio::time::sleep(AFTER_A_FAILURE).await;
                return;
            }
            if let Some(think) = step.think {
                tokio::time::sleep(visit.thinks(think)).await;
            }
        }
    }
}

/// How long a user waits after a failure before its next journey.
const AFTER_A_FAILURE: Duration = Duration::from_millis(10);

/// Lets the users loose until their time is over.
///
/// # Errors
///
/// When goose will not run.
pub(super) async fn run(
    attack: Arc<Attack>,
    users: &Users,
    asked: Arc<Asked>,
) -> Result<(), GooseError> {
    let on_start: TransactionFunction = Arc::new(move |user| {
        let asked = Arc::clone(&asked);
        Box::pin(async move {
            if let Ok(builder) = builder(&asked) {
                user.set_client_builder(builder).await?;
            }
            Ok(())
        })
    });
    let origin = attack.script.origin.clone();
    let journey: TransactionFunction = Arc::new(move |user| {
        let attack = Arc::clone(&attack);
        Box::pin(async move {
            attack.journey(user).await;
            Ok(())
        })
    });
    let seconds = |time: Duration| time.as_secs_f64().ceil() as u64;
    let count = users.count;
    // Hold for what the ramps' whole seconds leave over, too; the window is measured by our own clock.
    let plan = format!(
        "{count},{};{count},{};0,{}",
        seconds(users.ramp_up),
        seconds(users.warmup + users.duration) + 1,
        seconds(users.ramp_down)
    );
    let arguments = [
        "--host",
        &origin,
        "--test-plan",
        &plan,
        "--no-metrics",
        "--no-print-metrics",
        "--no-telnet",
        "--no-websocket",
        "-qq",
    ];
    let configuration = GooseConfiguration::parse_args_default(&arguments)?;
    let scenario = Scenario::new("load")
        .register_transaction(Transaction::new(on_start).set_on_start())
        .register_transaction(Transaction::new(journey));
    GooseAttack::initialize_with_config(configuration)?
        .register_scenario(scenario)
        .execute()
        .await?;
    Ok(())
}

/// Makes the steps before or after the load with a client of their own; gives the visitor, or the step
/// that failed and how.
pub(super) async fn aside(
    asked: &Asked,
    script: &Script,
    steps: &[crate::measure::load::journey::Step],
    values: &Shared,
) -> Result<Visit, (String, String)> {
    let mut visit = Visit::aside(values);
    if steps.is_empty() {
        return Ok(visit);
    }
    let client = builder(asked).map_err(|error| error.to_string());
    let client = client.and_then(|builder| builder.build().map_err(|error| error.to_string()));
    let first = || steps.first().map_or(String::new(), |step| step.name.clone());
    let client = client.map_err(|why| (first(), why))?;
    let mut client = User { client: &client, origin: &script.origin };
    for step in steps {
        let due = Instant::now();
        let made = request(script, &mut client, (&mut visit, step), due, asked.plan.timeout).await;
        if let Some(failure) = made.failure {
            return Err((step.name.clone(), failure.to_string()));
        }
    }
    Ok(visit)
}
