//! Base and head side by side: both built, then measured in pairs, in random order.

mod rig;

use super::{Context, Measured};
use crate::config::Plan;
use crate::model::{Failure, PairedSeries, Revision, Target};
use std::path::Path;

/// The numbers of pairs after which a series is looked at.
pub const LOOKS: [usize; 11] = [8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100];

/// How far the pairs of a series have come towards a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing depends on the series.
    Ungated,
    /// Further pairs may decide.
    Undecided,
    /// It would fail; to be measured again before it does.
    Flagged,
    /// Decided; further pairs would change nothing.
    Settled,
}

/// How a plan is measured side by side with a base.
#[derive(Clone, Copy)]
pub struct Pairing<'a> {
    /// What the base is, such as `origin/main`; built is its merge base with the head.
    pub reference: &'a str,
    /// The directory of the configuration, in the head's tree.
    pub directory: &'a Path,
    /// Seed of the order within pairs.
    pub seed: u64,
    /// Asked of a series whenever it has as many pairs as one of [`LOOKS`], or all it may have.
    pub decided: &'a dyn Fn(&PairedSeries) -> Progress,
}

/// All that measuring side by side gave.
#[derive(Debug, Clone)]
pub struct PairedMeasured {
    /// The head: its targets hold the values of every pair, its failures those of either build.
    pub head: Measured,
    /// The base's targets, in the same order, and those that the head does not have any more.
    pub base: Vec<Target>,
    /// Targets that failed in the base alone, or are not there yet, and so cannot be compared.
    pub incomparable: Vec<Failure>,
    /// The pairs, in the order of the head's targets.
    pub series: Vec<PairedSeries>,
    /// What was built as the base.
    pub base_revision: Revision,
}

/// Why nothing could be measured side by side.
#[derive(Debug, thiserror::Error)]
pub enum PairedError {}

/// Builds base and head, and measures a plan's benchmarks and loads for whose names `only` holds in
/// pairs.
///
/// # Errors
///
/// When there is no base, or one of the builds fails.
pub async fn measure_paired(
    plan: &Plan,
    pairing: &Pairing<'_>,
    only: &dyn Fn(&str) -> bool,
    context: Context<'_>,
) -> Result<PairedMeasured, PairedError> {
    let _ = (plan, pairing, only, context);
    unreachable!()
}
