//! What a job would do, without doing it.

use super::{Telling, base, may_measure, planned};
use crate::pipeline::Base;
use crate::publish::event::{Event, Trust};
use crate::publish::{self, Request, Silence};
use crate::report::Leg;
use serde::Serialize;
use std::path::Path;

/// What a job would do.
#[derive(Debug, Serialize)]
pub struct Rehearsal {
    /// What it was started for.
    pub event: Event,
    /// Why it would not measure.
    pub refusal: Option<String>,
    /// What the head would be measured side by side with; `None` is what the configuration names, else
    /// stored runs.
    pub base: Option<String>,
    /// Whether the run would feed the baseline, if it does not fail.
    pub feeds_baseline: bool,
    /// What the forge would be sent, if nothing had been told it before.
    pub requests: Vec<Request>,
    /// Why it would be sent nothing.
    pub silence: Option<String>,
    /// Workflow commands, a line each; where a runner of GitHub Actions listens.
    pub commands: String,
    /// The page for the step's summary.
    pub summary: Option<String>,
}

/// What a job would do, and what it would tell of these builds; of none of them nothing is told.
pub fn rehearse(legs: &[Leg<'_>], telling: &Telling) -> Rehearsal {
    let event = &telling.event;
    let planned = if legs.is_empty() { Err(None) } else { planned(legs, telling).map_err(Some) };
    let (requests, silence) = match planned {
        Ok(requests) => (requests, None),
        Err(silence) => (Vec::new(), silence.as_ref().map(Silence::to_string)),
    };
    let annotations = publish::annotations(legs);
    let commands = event.has_runner() && !telling.wishes.claimed;
    Rehearsal {
        refusal: may_measure(event).err().map(|error| error.to_string()),
        base: match base(event, Path::new(".")) {
            Base::Reference(reference) => Some(reference),
            Base::Configured | Base::None => None,
        },
        feeds_baseline: event.trust == Trust::Trusted,
        requests,
        silence,
        commands: if commands { publish::commands(&annotations) } else { String::new() },
        summary: (!legs.is_empty()).then(|| publish::page(legs, event, &telling.wishes)),
        event: event.clone(),
    }
}
