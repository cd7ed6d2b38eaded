//! Which targets are measured, and which gates are judged on them.

use crate::Error;
use crate::config::{GatePlan, Plan, SeriesPattern};
use crate::model::{Run, SeriesId, Warning};
use std::collections::BTreeSet;
use std::path::Path;

/// The part of a plan that a run is about: all of it, or what `--only` names.
pub(super) struct Selected<'plan> {
    entries: Vec<&'plan str>,
    partial: bool,
}

impl<'plan> Selected<'plan> {
    /// Everything that the plan names.
    pub(super) fn all(plan: &'plan Plan) -> Self {
        Selected { entries: entries(plan), partial: false }
    }

    /// What a run was about: everything, or the entries that it measured or tried to.
    pub(super) fn of(run: &Run, plan: &'plan Plan) -> Self {
        let all = Selected::all(plan);
        if !run.warnings.contains(&Warning::PartialRun) {
            return all;
        }
        let series: Vec<SeriesId> = run.series().map(|series| series.id).collect();
        let tried = |entry: &&str| {
            series.iter().any(|id| id.is_from(entry))
                || run.failures.iter().any(|failure| failure.target == **entry)
        };
        Selected { entries: all.entries.into_iter().filter(tried).collect(), partial: true }
    }

    /// The benchmarks and loads whose name matches one of the globs, or that a glob lies below, as
    /// `stats/quantile` lies below the criterion benchmark `stats`; all of them without any glob.
    ///
    /// # Errors
    ///
    /// When a glob is malformed, or nothing is left to be measured.
    pub(super) fn by(only: &[String], plan: &'plan Plan, config: &Path) -> Result<Self, Error> {
        let all = Selected::all(plan);
        if all.entries.is_empty() {
            return Err(Error::NothingToMeasure { path: config.to_owned() });
        }
        if only.is_empty() {
            return Ok(all);
        }
        let malformed =
            |text: &str, reason| Error::BadGlob { text: format!("--only {text}"), reason };
        let globs = only
            .iter()
            .map(|text| SeriesPattern::new(text).map_err(|reason| malformed(text, reason)))
            .collect::<Result<Vec<_>, _>>()?;
        let below = |text: &str, name: &str| {
            text.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
        };
        let matched =
            |name: &&str| globs.iter().any(|glob| glob.matches(name) || below(&glob.text, name));
        let entries: Vec<_> = all.entries.iter().copied().filter(matched).collect();
        if entries.is_empty() {
            let known = all.entries.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            let (only, known) = (only.join(" "), known.join(", "));
            return Err(Error::NothingSelected { only, known });
        }
        Ok(Selected { partial: entries.len() < all.entries.len(), entries })
    }

    /// Whether something that the plan names is left out.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Whether the entry of this name is measured.
    pub(super) fn measures(&self, entry: &str) -> bool {
        self.entries.contains(&entry)
    }

    /// Whether a series of an earlier run is expected again: in a complete run every one is, so
    /// that a benchmark that was taken out of the configuration is missed.
    pub(super) fn expects(&self, series: &SeriesId) -> bool {
        !self.partial || self.entries.iter().any(|entry| series.is_from(entry))
    }

    /// The gates to judge: all of them, or of a partial run those that concern one of its series.
    pub(super) fn gates(&self, gates: &[GatePlan], series: &BTreeSet<SeriesId>) -> Vec<GatePlan> {
        let concerns = |gate: &&GatePlan| {
            !self.partial || series.iter().any(|id| gate.series.matches(&id.to_string()))
        };
        gates.iter().filter(concerns).cloned().collect()
    }
}

fn entries(plan: &Plan) -> Vec<&str> {
    let benchmarks = plan.benchmarks.iter().map(|benchmark| benchmark.name.as_str());
    benchmarks.chain(plan.loads.iter().map(|load| load.name.as_str())).collect()
}
