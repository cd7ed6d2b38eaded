//! Telling the CI, its runner and its forge, what builds came to.

mod build;
mod job;
mod rehearsal;
mod runner;

pub use build::{Build, exit, verdict};
pub use job::{Left, base, event, may_measure, reports};
pub use rehearsal::{Rehearsal, rehearse};
pub use runner::{Runner, Written};

use crate::publish::event::{Distrust, Event, Kind, Provider, Trust};
use crate::publish::{
    self, Connection, Post, Request, Silence, Token, Told, Wishes, forgejo, github, gitlab,
};
use crate::report::Leg;
use std::time::{Duration, Instant};

/// How long all that a forge is asked may take together.
const WITHIN: Duration = Duration::from_secs(120);

/// What a forge is told, of which event, and by whom.
#[derive(Debug)]
pub struct Telling {
    /// What the job was started for.
    pub event: Event,
    /// What is wished.
    pub wishes: Wishes,
    /// What lets the forge be written to.
    pub token: Option<Token>,
}

/// What became of telling a forge.
#[derive(Debug)]
pub enum Ended {
    /// It was told, as far as that went.
    Told(Told),
    /// It was told nothing.
    Silent(Silence),
}

/// Tells the forge. What could not be told is no error here: it changes no verdict.
pub async fn tell(legs: &[Leg<'_>], telling: &Telling) -> Ended {
    match attempt(legs, telling).await {
        Ok(told) => Ended::Told(told),
        Err(silence) => Ended::Silent(silence),
    }
}

async fn attempt(legs: &[Leg<'_>], telling: &Telling) -> Result<Told, Silence> {
    let provider = telling.event.provider;
    let failed = |error: publish::Error| Told { errors: vec![error], ..Told::default() };
    let is_found = telling.event.kind == Kind::WorkflowRun && telling.wishes.claimed;
    // What is wished is looked at first, so that nobody is asked for a token that is not needed.
    let ready = if is_found { None } else { Some(post(legs, telling)?) };
    let connection = match connection(telling)? {
        Ok(connection) => connection,
        Err(error) => return Ok(failed(error)),
    };
    let started = Instant::now();
    let post = match ready {
        Some(post) => post,
        None => match claimed(legs, telling, &connection).await {
            Ok(post) => post?,
            Err(error) => return Ok(failed(error)),
        },
    };
    let connection = connection.after(started.elapsed());
    Ok(match provider {
        Provider::GitHub => github::publish(&connection, &post).await,
        Provider::GitLab => gitlab::publish(&connection, &post).await,
        Provider::Forgejo => forgejo::publish(&connection, &post).await,
        Provider::Generic => return Err(Silence::NoForge),
    })
}

/// What would be sent if nothing had been told before.
pub fn planned(legs: &[Leg<'_>], telling: &Telling) -> Result<Vec<Request>, Silence> {
    if telling.event.kind == Kind::WorkflowRun && telling.wishes.claimed {
        return Err(Silence::FoundThen);
    }
    let post = post(legs, telling)?;
    let repository = telling.event.repository.as_deref().ok_or(Silence::Unaddressed(REPOSITORY))?;
    match telling.event.provider {
        Provider::GitHub => Ok(github::plan(repository, &post)),
        Provider::GitLab => Ok(gitlab::plan(repository, &post)),
        Provider::Forgejo => Ok(forgejo::plan(repository, &post)),
        Provider::Generic => Err(Silence::NoForge),
    }
}

const REPOSITORY: &str = "which repository it is of";

/// What is told, or why nothing is.
fn post(legs: &[Leg<'_>], telling: &Telling) -> Result<Post, Silence> {
    let Telling { event, wishes, .. } = telling;
    match event.provider {
        _ if !wishes.are_any() => return Err(Silence::Unwanted),
        Provider::Generic => return Err(Silence::NoForge),
        Provider::GitHub | Provider::GitLab | Provider::Forgejo => {}
    }
    let post = publish::compose(legs, event, wishes)
        .ok_or(Silence::Unaddressed("which commit it is about"))?;
    if post.comment.is_some() || post.check.is_some() || post.status.is_some() {
        return Ok(post);
    }
    Err(match event.trust {
        Trust::Untrusted(Distrust::Fork) if event.change.is_some() => {
            Silence::ReadOnly("a pull request from a fork")
        }
        Trust::Untrusted(Distrust::Bot) if event.change.is_some() => {
            Silence::ReadOnly("a pull request of a bot")
        }
        _ => Silence::NoPlace,
    })
}

/// The comment on the pull request that a workflow which has ended was about, by what the forge says.
async fn claimed(
    legs: &[Leg<'_>],
    telling: &Telling,
    connection: &Connection,
) -> Result<Result<Post, Silence>, publish::Error> {
    let event = &telling.event;
    let (Kind::WorkflowRun, Some(source), Some(head)) = (event.kind, &event.source, &event.head)
    else {
        return Ok(Err(Silence::Unaddressed("which workflow has ended")));
    };
    let number = github::find_change(connection, &source.owner, &source.branch, head).await?;
    let Some(number) = number else { return Ok(Err(Silence::NoChange)) };
    let change = publish::event::Change { number, fork: true };
    let event = Event { change: Some(change), ..event.clone() };
    let telling = Telling { event, wishes: telling.wishes.clone(), token: None };
    Ok(post(legs, &telling))
}

fn connection(telling: &Telling) -> Result<Result<Connection, publish::Error>, Silence> {
    let event = &telling.event;
    let variables = match event.provider {
        Provider::GitHub | Provider::Forgejo => "`GITHUB_TOKEN` or `PACEGATE_TOKEN`",
        Provider::GitLab | Provider::Generic => "`PACEGATE_TOKEN`",
    };
    let token = telling.token.clone().ok_or(Silence::NoToken(variables))?;
    let repository = event.repository.as_deref().ok_or(Silence::Unaddressed(REPOSITORY))?;
    let api = event.api.as_deref().ok_or(Silence::Unaddressed("where the forge's API is: `GITHUB_API_URL`, or `CI_API_V4_URL`, holds no address that can be used"))?;
    Ok(Connection::new(api, token, repository, WITHIN))
}
