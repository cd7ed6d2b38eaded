//! The open-model load engine.

use super::Context;
use crate::config::LoadPlan;
use crate::model::Target;

/// Why a load could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// There is no engine.
    #[error("this build measures no load")]
    NoEngine,
}

/// Puts a service under load.
pub(crate) async fn measure(plan: &LoadPlan, context: Context<'_>) -> Result<Target, LoadError> {
    tokio::select! {
        () = tokio::time::sleep(plan.arrivals.warmup + plan.arrivals.duration) => {}
        () = context.stop.asked() => {}
    }
    Err(LoadError::NoEngine)
}
