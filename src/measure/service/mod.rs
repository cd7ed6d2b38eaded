//! A service under load: started before the loads that need it, ended on every way out.

mod ready;

use super::failure::last_lines;
use super::launcher::{Ended, LaunchError, Manner, Running, start};
use super::resources::Root;
use super::{Context, Event};
use crate::config::ServicePlan;
use ready::ReadyUrl;
use std::time::{Duration, Instant};

/// How often a starting service is asked whether it is ready.
const POLL: Duration = Duration::from_millis(50);
/// How long a service may take to end after SIGTERM: it may have to write something down.
const GRACE: Duration = Duration::from_secs(5);

/// A service that answers; dropping it ends its whole process tree without waiting for that.
pub(super) struct Service {
    name: String,
    running: Running,
}

/// Why a service cannot be put under load.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServiceError {
    #[error("no service `{name}` is configured")]
    Unknown { name: String },
    #[error("failed to start service `{name}`: `{url}` is not an http URL")]
    BadUrl { name: String, url: String },
    #[error(
        "failed to start service `{name}`: something else already listens on {place}; stop it, \
         or give the service another port"
    )]
    Taken { name: String, place: String },
    #[error("failed to start service `{name}`")]
    Launch { name: String, source: LaunchError },
    #[error("service `{name}` ended before it was ready: it {how}{log}")]
    EndedEarly { name: String, how: String, log: String },
    #[error(
        "service `{name}` was not ready within {within:?}: {url} {answer}; check `ready`, or raise \
         `ready_within`{log}"
    )]
    NeverReady { name: String, within: Duration, url: String, answer: String, log: String },
    #[error("service `{name}` ended while it was under load: it {how}{log}")]
    EndedUnderLoad { name: String, how: String, log: String },
    #[error("failed to stop service `{name}`: it may still be running, and cannot be ended")]
    Unstoppable { name: String },
    #[error("stopped while service `{name}` was starting")]
    Stopped { name: String },
}

impl Service {
    /// Starts a service and waits until its `ready` URL answers 2xx.
    ///
    /// # Errors
    ///
    /// When something listens there already, when the service ends or does not get ready in time,
    /// or when a stop is asked for; nothing of it then runs any more.
    pub(super) async fn start(
        plan: &ServicePlan,
        context: Context<'_>,
    ) -> Result<Service, ServiceError> {
        let label = format!("service {}", plan.name);
        let begun = Instant::now();
        (context.observer)(Event::Started { name: label.clone(), planned: None });
        let started = Service::start_quietly(plan, context).await;
        (context.observer)(Event::Finished {
            name: label,
            ok: started.is_ok(),
            elapsed: begun.elapsed(),
        });
        started
    }

    async fn start_quietly(
        plan: &ServicePlan,
        context: Context<'_>,
    ) -> Result<Service, ServiceError> {
        let name = plan.name.clone();
        let Some(url) = ReadyUrl::new(&plan.ready) else {
            return Err(ServiceError::BadUrl { name, url: plan.ready.clone() });
        };
        // Else another program would be measured in the service's place.
        if url.is_taken().await {
            return Err(ServiceError::Taken { name, place: url.place().to_owned() });
        }
        let manner = Manner { keep_stdout: true, timeout: None, grace: GRACE };
        let mut running = match start(context.launcher, &plan.command, manner).await {
            Ok(running) => running,
            Err(source) => return Err(ServiceError::Launch { name, source }),
        };
        let mut last_status = None;
        let outcome = tokio::select! {
            () = answers_2xx(&url, &mut last_status) => return Ok(Service { name, running }),
            ended = running.ended() => Some(ended),
            () = tokio::time::sleep(plan.ready_within) => None,
            () = context.stop.asked() => {
                let _ = running.stop().await;
                return Err(ServiceError::Stopped { name });
            }
        };
        match outcome {
            Some(Ok(ended)) => {
                let (how, log) = told(&ended);
                Err(ServiceError::EndedEarly { name, how, log })
            }
            Some(Err(source)) => Err(ServiceError::Launch { name, source }),
            None => {
                let log = match running.stop().await {
                    Ok(ended) => told(&ended).1,
                    Err(error) => format!("\n{error}"),
                };
                let answer = match last_status {
                    Some(status) => format!("answers with status {status}"),
                    None => "does not answer".to_owned(),
                };
                let (within, url) = (plan.ready_within, plan.ready.clone());
                Err(ServiceError::NeverReady { name, within, url, answer, log })
            }
        }
    }

    /// The service's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where its process tree begins.
    pub(super) fn root(&self) -> Option<Root> {
        self.running.root()
    }

    /// Waits until the service ends by itself, which it should not; the service must then be
    /// dropped. Cancelling the wait loses nothing.
    pub(super) async fn ended(&mut self) -> ServiceError {
        let name = self.name.clone();
        match self.running.ended().await {
            Ok(ended) => {
                let (how, log) = told(&ended);
                ServiceError::EndedUnderLoad { name, how, log }
            }
            Err(source) => ServiceError::Launch { name, source },
        }
    }

    /// Ends the service with all its descendants; gives how many it had left behind.
    ///
    /// # Errors
    ///
    /// When something of it may still be running.
    pub(super) async fn stop(self) -> Result<usize, ServiceError> {
        let name = self.name;
        match self.running.stop().await {
            Ok(ended) if ended.end.is_some() => Ok(ended.left_behind),
            Ok(_) => Err(ServiceError::Unstoppable { name }),
            Err(source) => Err(ServiceError::Launch { name, source }),
        }
    }
}

async fn answers_2xx(url: &ReadyUrl, last_status: &mut Option<u16>) {
    loop {
        let status = url.status().await;
        if status.is_some_and(|status| (200..300).contains(&status)) {
            return;
        }
        *last_status = status.or(*last_status);
        tokio::time::sleep(POLL).await;
    }
}

/// How a service ended, and the last of its log as an appendix.
fn told(ended: &Ended) -> (String, String) {
    let how = ended.end.map_or_else(|| "cannot be ended".to_owned(), |end| end.to_string());
    (how, last_lines(&ended.log))
}
