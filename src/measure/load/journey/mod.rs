//! What visitors do, whatever the engine that sends them: journeys made ready to be sent.
//!
//! A [`Visit`] is one journey under way, with its variables and cookies. Which journey it is, and which rows
//! of the tables it gets, depends on nothing but its number, so that two runs ask for the same.

mod answer;
mod body;
mod feed;
mod json;
mod known;
mod redirect;
mod step;
mod variables;
mod visit;

pub(super) use answer::Answer;
pub(super) use body::read as read_file;
pub(super) use feed::Feed;
pub(super) use redirect::redirected;
pub(super) use step::{Message, Step};
pub(super) use variables::{Shared, Variables};
pub(super) use visit::Visit;

use super::LoadError;
use crate::config::{JourneyPlan, LoadPlan, StepPlan};
use std::ops::Range;

/// The journeys of a load, ready to be sent.
#[derive(Debug)]
pub(super) struct Script {
    /// The steps of all journeys, in the order of [`LoadPlan::steps`].
    pub(super) steps: Vec<Step>,
    /// Made once before.
    pub(super) setup: Vec<Step>,
    /// Made once after.
    pub(super) teardown: Vec<Step>,
    /// Its origin, without a slash at the end.
    pub(super) origin: String,
    /// The most redirects followed for a request.
    pub(super) redirects: u32,
    cookies: bool,
    journeys: Vec<Weighed>,
    /// Its tables.
    pub(super) feeds: Vec<Feed>,
}

/// A journey with what the weights add up to, it included.
#[derive(Debug)]
struct Weighed {
    steps: Range<usize>,
    up_to: u64,
}

impl Script {
    /// Makes a plan's journeys ready: texts are taken apart and tables read, once.
    ///
    /// # Errors
    ///
    /// When a step is no HTTP request, or a file cannot be used.
    pub(super) fn new(plan: &LoadPlan) -> Result<Script, LoadError> {
        let all = |steps: &mut dyn Iterator<Item = &StepPlan>| {
            steps.map(|step| Step::new(&plan.url, step)).collect::<Result<Vec<_>, _>>()
        };
        let (mut begun, mut weight) = (0, 0);
        let weighed = |journey: &JourneyPlan| {
            let steps = begun..begun + journey.steps.len();
            begun = steps.end;
            weight += u64::from(journey.weight);
            Weighed { steps, up_to: weight }
        };
        let feeds: Vec<Feed> = plan.feeds.iter().map(Feed::read).collect::<Result<_, _>>()?;
        known::check(plan, feeds.iter().flat_map(Feed::columns))?;
        Ok(Script {
            journeys: plan.journeys.iter().map(weighed).collect(),
            steps: all(&mut plan.steps())?,
            setup: all(&mut plan.setup.iter())?,
            teardown: all(&mut plan.teardown.iter())?,
            feeds,
            origin: plan.url.clone(),
            redirects: plan.redirects,
            cookies: plan.cookies,
        })
    }
}
