//! The child that lets goose run, `pacegate __users PLAN SEEN`.

use super::attack::{Attack, aside, run};
use super::handed::{Asked, Handed};
use crate::config::Traffic;
use crate::measure::load::document;
use crate::measure::load::journey::{Script, Shared};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// The argument that makes the binary such a child.
pub(in crate::measure) const USERS_ARGUMENT: &str = "__users";

/// Reads the plan, lets the users do their work, and writes what was seen; so it does when it is asked
/// to end early, with what was seen until then.
pub(in crate::measure) fn users_main(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (Some(asked), Some(seen)) = (arguments.next(), arguments.next()) else {
        return ExitCode::FAILURE;
    };
    let seen = PathBuf::from(seen);
    let handed = document::read(&PathBuf::from(asked))
        .map_err(|error| format!("failed to read its plan: {error}"))
        .and_then(serve)
        .unwrap_or_else(|error| Handed { error: Some(error), ..Handed::default() });
    match document::write(&seen, &handed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(asked: Asked) -> Result<Handed, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let handed = runtime.block_on(work(asked));
    // Users who still wait for an answer are not waited for.
    runtime.shutdown_background();
    handed
}

async fn work(asked: Asked) -> Result<Handed, String> {
    let Traffic::Users(users) = asked.plan.traffic.clone() else {
        return Err("its plan has no users".to_owned());
    };
    let asked = Arc::new(asked);
    let script = Script::new(&asked.plan).map_err(|error| error.to_string())?;
    let mut end = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let values = aside(&asked, &script, &script.setup, &Shared::default())
        .await
        .map_err(|(step, failure)| format!("failed to set the load up: step `{step}`: {failure}"))?
        .variables
        .into_shared();
    let attack = Arc::new(Attack::new(asked.plan.clone(), script, &users, Arc::clone(&values)));
    let complete = tokio::select! {
        ran = run(Arc::clone(&attack), &users, Arc::clone(&asked)) => {
            ran.map_err(|error| error.to_string())?;
            true
        }
        _ = end.recv() => false,
    };
    let torn_down = attack.tear_down(&asked).await;
    Ok(Handed { teardown: torn_down.err(), ..attack.handed(complete) })
}
