//! Pairs of a command: a process of each build in turn.

use super::both::Both;
use super::rig::{Rig, Wanted, failure_in};
use crate::config::CommandPlan;
use crate::measure::Context;
use crate::measure::bench::Outcome;
use crate::measure::bench::command::{Act, CommandError, clean_up, definition, once, target};
use crate::measure::tree::{Mapping, OutsideTree};
use crate::model::{Build, Failure, Stage};
use async_trait::async_trait;
use std::time::Instant;

/// A command benchmark of which both builds are at hand.
pub(super) struct CommandRig {
    name: String,
    plans: Both<CommandPlan>,
    /// Measured runs so far.
    runs: Both<u32>,
    /// The most measured runs of a build.
    at_most: u32,
}

impl CommandRig {
    /// # Errors
    ///
    /// When the command would be the same in both builds.
    pub(super) fn new(
        name: &str,
        head: &CommandPlan,
        mapping: &Mapping,
        at_most: u32,
    ) -> Result<Self, OutsideTree> {
        let mapped = |command| mapping.command(command);
        let base = CommandPlan {
            run: mapped(&head.run)?,
            prepare: head.prepare.as_ref().map(mapped).transpose()?,
            cleanup: head.cleanup.as_ref().map(mapped).transpose()?,
            ..head.clone()
        };
        let plans = Both { base, head: head.clone() };
        Ok(CommandRig { name: name.to_owned(), plans, runs: Both::default(), at_most })
    }

    fn failure(&self, build: Build, error: &CommandError) -> Failure {
        failure_in(build, &self.name, Stage::Measure, error)
    }
}

#[async_trait(?Send)]
impl Rig for CommandRig {
    fn name(&self) -> &str {
        &self.name
    }

    async fn begin(&mut self, build: Build, context: Context<'_>) -> Result<(), Failure> {
        let plan = self.plans.of(build);
        for number in 1..=plan.warmup {
            let act = Act::WarmUp(number, plan.warmup);
            let run = once(act, number, plan, context).await;
            if run.map_err(|error| self.failure(build, &error))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn measure(&mut self, build: Build, _: &Wanted, context: Context<'_>) -> Outcome {
        let begun = Instant::now();
        *self.runs.of_mut(build) += 1;
        let (plan, number) = (self.plans.of(build), *self.runs.of(build));
        let act = Act::Run(number, self.at_most);
        let measured = match once(act, plan.warmup + number, plan, context).await {
            Ok(None) => return Outcome::default(),
            // Both are defined by the head's words: the place alone differs.
            Ok(Some(run)) => {
                let definition = definition(&self.plans.head);
                target(&self.name, definition, &[run], begun.elapsed())
                    .map_err(|source| CommandError::Impossible { act, source })
            }
            Err(error) => Err(error),
        };
        match measured {
            Ok(target) => Outcome { targets: vec![target], ..Outcome::default() },
            Err(error) => {
                Outcome { failures: vec![self.failure(build, &error)], ..Outcome::default() }
            }
        }
    }

    async fn end(&mut self, build: Build, context: Context<'_>) -> Outcome {
        let plan = self.plans.of(build);
        let Some(cleanup) = &plan.cleanup else { return Outcome::default() };
        match clean_up(cleanup, plan.timeout, context).await {
            Ok(()) => Outcome::default(),
            Err(error) => {
                Outcome { failures: vec![self.failure(build, &error)], ..Outcome::default() }
            }
        }
    }
}
