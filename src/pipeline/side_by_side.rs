//! A run measured side by side with its base: both built, measured in pairs, and recorded.

use super::judging::against_runs;
use super::paired::{self, Designs, Gated};
use super::recording::{self, Recorded};
use super::selection::Selected;
use crate::Error;
use crate::analyze::{self, Compared};
use crate::config::{GatePlan, Plan};
use crate::measure::paired::{PairedMeasured, Pairing, measure_paired};
use crate::measure::{Context, Measured};
use crate::model::{
    Baseline, BaselineReason, Comparison, Experiment, NoBaselineWhy, PairedSeries, Progress,
    Reason, Run, SeriesId, Test, Warning,
};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;

/// The base of a run and the pairs of both.
pub(super) struct SideBySide {
    /// The base's run.
    pub(super) baseline: Baseline,
    pub(super) experiment: Experiment,
    /// Targets whose base failed.
    failed: BTreeSet<String>,
}

/// Measures what is selected side by side with `reference`; gives back the head's run, too.
///
/// # Errors
///
/// When there is no base, or a build fails.
pub(super) async fn measure(
    draft: Run,
    (reference, directory): (&str, &Path),
    plan: &Plan,
    selected: &Selected<'_>,
    context: Context<'_>,
) -> Result<(Measured, SideBySide), Error> {
    let at_most = plan.paired.pairs;
    // How many series make the family is known once all have been measured: until then it only grows,
    // and what was decided too early is looked at again. What counts is decided at the end, over all.
    let family = RefCell::new((BTreeSet::new(), Designs::default()));
    let decided = |series: &PairedSeries| -> Progress {
        let rules: Vec<_> = paired::rules(&plan.gates, &series.series).collect();
        let (members, designs) = &mut *family.borrow_mut();
        if !rules.is_empty() && members.insert(series.series.clone()) {
            // Those of a smaller family are of no more use.
            *designs = Designs::default();
        }
        paired::progress(&Gated { series, rules, at_most }, members.len(), designs)
    };
    let pairing = Pairing {
        reference,
        directory,
        cache: None,
        // Drawn with the run's id, so that no two experiments share their order.
        seed: draft.id.as_u64_pair().1,
        decided: &decided,
    };
    let only = |name: &str| selected.measures(name);
    let measured = measure_paired(plan, &pairing, &only, context).await?;
    let PairedMeasured { mut head, base, incomparable, series, base_revision } = measured;
    let same_code = draft.revision.commit == base_revision.commit && !draft.revision.dirty;
    head.warnings.extend(same_code.then_some(Warning::SameCode));
    head.warnings.extend(incomparable.iter().map(|failure| Warning::BaseFailed {
        target: failure.target.clone(),
        error: failure.error.clone(),
    }));
    let reason = BaselineReason::Built {
        reference: reference.to_owned(),
        commit: base_revision.commit.clone().unwrap_or_default(),
    };
    let experiment = Experiment {
        reference: reference.to_owned(),
        base: base_revision.clone(),
        at_most,
        series,
    };
    let run = Run {
        id: Uuid::now_v7(),
        revision: base_revision,
        targets: base,
        trusted: false,
        warnings: Vec::new(),
        ..draft
    };
    let failed = incomparable.into_iter().map(|failure| failure.target).collect();
    let baseline = Baseline { runs: vec![run], steps: Vec::new(), reason };
    Ok((head, SideBySide { baseline, experiment, failed }))
}

impl SideBySide {
    /// The base's commit.
    pub(super) fn commit(&self) -> &str {
        self.experiment.base.commit.as_deref().unwrap_or_default()
    }

    /// Compares every series of the head that has pairs, and every share of events by its totals.
    pub(super) fn compare(&self, head: &Run, gates: &[GatePlan]) -> Compared {
        let at_most = self.experiment.at_most;
        let gated: Vec<Gated<'_>> = self
            .experiment
            .series
            .iter()
            .map(|series| Gated {
                series,
                rules: paired::rules(gates, &series.series).collect(),
                at_most,
            })
            .collect();
        let decided = paired::decide(&gated, &mut Designs::default());
        let comparisons: Vec<_> = decided
            .into_iter()
            .flatten()
            .map(|followed| followed.comparison)
            .chain(self.rates(head, gates))
            .collect();
        let compared: BTreeSet<&SeriesId> =
            comparisons.iter().map(|comparison| &comparison.series).collect();
        let undecided = head
            .series()
            .filter(|series| !compared.contains(&series.id))
            .map(|series| {
                let why = self.why_not(&series.id);
                (series.id, Reason::NoBaseline { why })
            })
            .collect();
        Compared { comparisons, undecided }
    }

    /// The shares of events, compared once by all that was counted of both builds, in a family of their
    /// own.
    fn rates(&self, head: &Run, gates: &[GatePlan]) -> impl Iterator<Item = Comparison> {
        let gated = |series: &SeriesId| paired::rules(gates, series).next().is_some();
        let compared = analyze::compare(head, &self.baseline, &gated, &against_runs(true));
        let rates = compared.comparisons.into_iter().filter(|found| found.test == Test::Rates);
        // The builds took turns, so that they are of one session indeed.
        rates.map(|found| Comparison { warnings: Vec::new(), ..found })
    }

    fn why_not(&self, series: &SeriesId) -> NoBaselineWhy {
        match self.failed.iter().any(|entry| series.is_from(entry)) {
            true => NoBaselineWhy::BaseFailed,
            false => NoBaselineWhy::NewSeries,
        }
    }

    /// Writes the pairs, with the rules that they are judged by, so that they can be replayed.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(super) fn record(&self, gates: &[GatePlan], path: &Path) -> Result<(), Error> {
        let recorded: Vec<Recorded> = self
            .experiment
            .series
            .iter()
            .map(|series| Recorded {
                series: series.clone(),
                rules: paired::rules(gates, &series.series).cloned().collect(),
                at_most: self.experiment.at_most,
            })
            .collect();
        let text = recording::written(&recorded)?;
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(|source| failed(path, source))?;
        }
        super::reports::write(path, &text).map_err(|source| failed(path, source))
    }
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::ReportWrite { path: path.to_owned(), source }
}
