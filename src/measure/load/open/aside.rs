//! What is asked before and after the load, unmeasured.

use super::connection::{Connection, Shared2};
use super::origin::Origin;
use crate::measure::Stop;
use crate::measure::load::LoadError;
use crate::measure::load::exchange::request;
use crate::measure::load::failure::RequestFailure;
use crate::measure::load::journey::{Script, Shared, Step, Variables, Visit};
use crate::model::Warning;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::oneshot;

/// Setup and teardown of a load.
pub(super) struct Aside<'a> {
    /// The journeys, with what comes before and after them.
    pub(super) script: &'a Arc<Script>,
    /// Where they are made.
    pub(super) origin: &'a Origin,
    /// The longest a request may take.
    pub(super) timeout: Duration,
}

/// Which of both.
#[derive(Clone, Copy)]
enum Which {
    Before,
    After,
}

/// The first step that failed, with how.
type Failed = (String, RequestFailure);

impl Aside<'_> {
    /// Makes the steps before the load; gives what they extracted.
    ///
    /// # Errors
    ///
    /// When one fails: the load needs what it should have given.
    pub(super) async fn set_up(&self, stop: &Stop) -> Result<Shared, LoadError> {
        match self.make(Which::Before, &Shared::default(), stop).await? {
            Ok(variables) => Ok(variables.into_shared()),
            Err((step, failure)) => Err(LoadError::Setup { step, failure: failure.to_string() }),
        }
    }

    /// Makes the steps after the load; one that fails is a doubt, since all was measured by then.
    pub(super) async fn tear_down(&self, values: &Shared, stop: &Stop) -> Option<Warning> {
        match self.make(Which::After, values, stop).await {
            Ok(Err((step, failure))) => {
                Some(Warning::TeardownFailed { step, failure: failure.to_string() })
            }
            Ok(Ok(_)) | Err(_) => None,
        }
    }

    async fn make(
        &self,
        which: Which,
        values: &Shared,
        stop: &Stop,
    ) -> Result<Result<Variables, Failed>, LoadError> {
        if steps(self.script, which).is_empty() {
            return Ok(Ok(Variables::new(values)));
        }
        let (script, origin) = (Arc::clone(self.script), self.origin.clone());
        let (values, timeout) = (Arc::clone(values), self.timeout);
        let (reply, answer) = oneshot::channel();
        // Connections stay on one thread.
        std::thread::Builder::new()
            .name("load".to_owned())
            .spawn(move || {
                let made = in_turn(&script, which, &origin, &values, timeout);
                let _ = reply.send(made);
            })
            .map_err(LoadError::Worker)?;
        let lost = |_| io::Error::other("its thread ended without a result");
        tokio::select! {
            made = answer => made.map_err(lost).flatten().map_err(LoadError::Worker),
            () = stop.asked() => Err(LoadError::Interrupted),
        }
    }
}

fn steps(script: &Script, which: Which) -> &[Step] {
    match which {
        Which::Before => &script.setup,
        Which::After => &script.teardown,
    }
}

fn in_turn(
    script: &Script,
    which: Which,
    origin: &Origin,
    values: &Shared,
    timeout: Duration,
) -> io::Result<Result<Variables, Failed>> {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    Ok(runtime.block_on(async {
        let mut visit = Visit::aside(values);
        let mut client = Connection::new(origin, &Rc::<Shared2>::default());
        for step in steps(script, which) {
            let asked = (&mut visit, step);
            let made = request(script, &mut client, asked, Instant::now(), timeout).await;
            if let Some(failure) = made.failure {
                return Err((step.name.clone(), failure));
            }
            if let Some(think) = step.think {
                tokio::time::sleep(visit.thinks(think)).await;
            }
        }
        Ok(visit.variables)
    }))
}
