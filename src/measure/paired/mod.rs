//! Base and head side by side: both built, then measured in pairs, in random order.

mod both;
mod command;
mod course;
mod criterion;
mod entry;
mod left_out;
mod load;
mod pace;
mod result;
mod rig;
mod same;
mod same_program;
mod series;
mod session;

pub use super::tree::BaseError;
pub use crate::model::Progress;
pub use left_out::is_a_choice;
pub use same::{SameCode, SameMeasured, SameSeries, measure_same};

use super::build::{self, BuildError};
use super::noise::NoiseProbe;
use super::run::measure_all;
use super::tree::BaseTree;
use super::{Context, Measured, Stop, tree};
use crate::config::Plan;
use crate::model::{Build, Failure, PairedSeries, Revision, Target};
use session::Session;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

/// How a plan is measured side by side with a base.
#[derive(Clone, Copy)]
pub struct Pairing<'a> {
    /// What the base is, such as `origin/main`; built is its merge base with the head.
    pub reference: &'a str,
    /// The directory of the configuration, in the head's tree.
    pub directory: &'a Path,
    /// Where the base's tree is kept, outside of the repository; `None` is the user's cache.
    pub cache: Option<&'a Path>,
    /// Seed of the order within pairs.
    pub seed: u64,
    /// Asked of a series whenever it has as many pairs as a look asks for, or all it may have.
    pub decided: &'a dyn Fn(&PairedSeries) -> Progress,
}

/// All that measuring side by side gave.
#[derive(Debug, Clone)]
pub struct PairedMeasured {
    /// The head: its targets hold the values of every pair, or of the head alone where the base has no
    /// counterpart; its failures are those in the head, or in both builds.
    pub head: Measured,
    /// The base's targets, in the order of their counterparts, and those that the head does not have any
    /// more.
    pub base: Vec<Target>,
    /// Why targets cannot be compared: they failed in the base alone, are not there yet, or would be
    /// the same in both builds.
    pub incomparable: Vec<Failure>,
    /// The pairs, in the order of the head's targets.
    pub series: Vec<PairedSeries>,
    /// What was built as the base.
    pub base_revision: Revision,
}

/// Why nothing could be measured side by side.
#[derive(Debug, thiserror::Error)]
pub enum PairedError {
    /// There is no base, or it cannot be checked out.
    #[error("failed to get the base to measure side by side with")]
    Base(#[source] BaseError),
    /// One of the builds failed.
    #[error("failed to build the {build}")]
    Build {
        /// Which.
        build: Build,
        /// The command that failed, how, and the last of its output.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A stop was asked for before there was anything to measure.
    #[error("interrupted before anything was measured")]
    Interrupted,
}

impl From<BaseError> for PairedError {
    fn from(error: BaseError) -> Self {
        match error {
            BaseError::Interrupted => PairedError::Interrupted,
            error => PairedError::Base(error),
        }
    }
}

/// Builds base and head, and measures a plan's benchmarks and loads for whose names `only` holds in
/// pairs: a value of each build, in an order drawn for every pair.
///
/// The head is the working tree as it is; the base is checked out into the user's cache. Entries are
/// measured one after the other, in the order of the plan, each until nothing that [`Pairing::decided`]
/// is asked of is undecided, or its share of the time is spent; then again, while there is time, what
/// is flagged and what is still undecided. A pair counts when both builds gave a value. A target that
/// fails in either build does not stop the others; a stop that is asked for does, and what was measured
/// until then is kept.
///
/// What cannot be compared is measured in the head alone: as often as the first look asks for pairs
/// where the base failed or does not have it, as without a base where both builds would be the same.
///
/// # Errors
///
/// When there is no base ([`BaseError::is_mistake`] tells a request that cannot be met from a failure
/// to meet it), one of the builds fails, or a stop is asked for before that is done.
pub async fn measure_paired(
    plan: &Plan,
    pairing: &Pairing<'_>,
    only: &dyn Fn(&str) -> bool,
    context: Context<'_>,
) -> Result<PairedMeasured, PairedError> {
    let begun = Instant::now();
    let probe = NoiseProbe::begin();
    let base =
        BaseTree::check_out(pairing.directory, pairing.reference, pairing.cache, plan, context)
            .await?;
    build_both(plan, &base, context).await?;
    let probe = probe.after_building();

    let (mut entries, unpaired) = rig::entries(plan, &base.mapping, only);
    Session::new(&plan.paired, pairing, context).run(&mut entries).await;
    let is_unpaired = |name: &str| unpaired.iter().any(|failure| failure.target == name);
    let alone = measure_all(plan, &is_unpaired, context).await;
    let noise = probe.end();
    let cut_short = context.stop.is_asked();
    Ok(result::of(entries, unpaired, alone, noise, begun.elapsed(), base, cut_short))
}

/// The commit that would be built for a reference: its merge base with the head.
///
/// # Errors
///
/// When there is none.
pub async fn merge_base(
    directory: &Path,
    reference: &str,
    stop: &Stop,
) -> Result<String, PairedError> {
    Ok(tree::merge_base(directory, reference, stop).await?)
}

async fn build_both(plan: &Plan, base: &BaseTree, context: Context<'_>) -> Result<(), PairedError> {
    for build in [Build::Head, Build::Base] {
        let failed =
            |error: Box<dyn Error + Send + Sync>| PairedError::Build { build, source: error };
        let commands = match build {
            Build::Head => plan.build.clone(),
            Build::Base => {
                let mapped = plan.build.iter().map(|command| base.mapping.command(command));
                mapped.collect::<Result<_, _>>().map_err(|error| failed(error.into()))?
            }
        };
        match build::build(&format!("build {build}"), &commands, context).await {
            Ok(()) => {}
            Err(BuildError::Interrupted) => return Err(PairedError::Interrupted),
            Err(error) => return Err(failed(error.into())),
        }
    }
    Ok(())
}
