//! A head run compared with its baseline, series by series, with error rates held over the suite.

use super::shift::Shift;
use super::{assume, value};
use crate::model::{
    Assumption, Baseline, BaselineReason, Better, Comparison, Data, Effect, Estimate, Measurement,
    Reason, Run, SeriesId, SeriesRef, Side, Test,
};
use crate::stats;
use std::collections::{BTreeMap, HashMap};

/// What a comparison is held to; the defaults live with the configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// False discovery rate over the build, regressions and improvements each in their own family.
    pub q: f64,
    /// Power at which the smallest detectable effect is stated, in (0, 1).
    pub power: f64,
    /// Fewest baseline runs that tell the variation between runs; at least 2.
    pub min_runs: usize,
    /// Whether base and head were measured in one session, so that fewer baseline runs may be
    /// compared process by process.
    pub one_session: bool,
}

/// What comparing a run gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compared {
    /// Every comparison that could be made, in run order.
    pub comparisons: Vec<Comparison>,
    /// Why the other series could not be compared, or not well enough to decide.
    pub undecided: BTreeMap<SeriesId, Reason>,
}

/// Compares every series of a run with the baseline.
///
/// `gated` says which series a regression gate matches: these are the family over which
/// Benjamini–Hochberg holds the false discovery rate; the others are shown at the same level.
/// The bounds of an effect are taken at the level at which they agree with that decision (false
/// coverage rate, Benjamini and Yekutieli 2005), so that `lo > 0` exactly when the row is rejected.
pub fn compare(
    head: &Run,
    baseline: &Baseline,
    gated: &dyn Fn(&SeriesId) -> bool,
    options: &Options,
) -> Compared {
    let index: Vec<HashMap<&str, usize>> = baseline
        .runs
        .iter()
        .map(|run| run.targets.iter().enumerate().map(|(i, t)| (t.name.as_str(), i)).collect())
        .collect();
    let mut compared = Compared::default();
    let mut drafts = Vec::new();
    for series in head.series() {
        let base: Vec<SeriesRef<'_>> = baseline
            .runs
            .iter()
            .zip(&index)
            .filter_map(|(run, index)| {
                let target = &run.targets[*index.get(series.id.target.as_str())?];
                counterpart(target, &series)
            })
            .collect();
        if base.is_empty() {
            let why = no_counterpart(&series, baseline);
            compared.undecided.insert(series.id, Reason::NoBaseline { why });
            continue;
        }
        match draft(&series, &base, options) {
            Some(draft) => drafts.push(draft),
            None => {
                let why = "the stored values have no location".to_owned();
                compared.undecided.insert(series.id, Reason::NoBaseline { why });
            }
        }
    }
    let family: Vec<bool> = drafts.iter().map(|draft| gated(&draft.series)).collect();
    let levels = Levels::over(&drafts, &family, options.q);
    for draft in drafts {
        if let Some(have) = draft.too_few {
            let reason = Reason::TooFewRuns { have, need: options.min_runs };
            compared.undecided.insert(draft.series.clone(), reason);
        }
        compared.comparisons.push(draft.finish(&levels, options));
    }
    compared
}

/// The same series in a baseline run, if it was measured in the same way and to its end.
fn counterpart<'run>(
    target: &'run crate::model::Target,
    series: &SeriesRef<'_>,
) -> Option<SeriesRef<'run>> {
    let same = target.engine == series.target.engine
        && target.definition == series.target.definition
        && !target.cut_short
        && target.validity.as_ref().is_none_or(|validity| validity.broken.is_empty());
    let measurement = target.measurement(&series.id.metric)?;
    let alike = measurement.metric == series.measurement.metric
        && std::mem::discriminant(&measurement.data)
            == std::mem::discriminant(&series.measurement.data);
    (same && alike).then(|| SeriesRef { id: series.id.clone(), target, measurement })
}

/// Why no baseline run has the series.
fn no_counterpart(series: &SeriesRef<'_>, baseline: &Baseline) -> String {
    match &baseline.reason {
        BaselineReason::EmptyStore => "no run of this project is stored yet".to_owned(),
        BaselineReason::NoneTrusted { stored } => {
            format!("none of the {stored} stored runs may serve (branch, dirty tree or failure)")
        }
        BaselineReason::OtherEnvironment { differences, .. } => {
            format!("all stored runs are from other machines ({})", differences.join(", "))
        }
        BaselineReason::Stored { .. } | BaselineReason::Files { .. } => {
            let known = baseline.runs.iter().any(|run| run.target(&series.id.target).is_some());
            if known {
                "the stored runs measured it in another way or not to the end".to_owned()
            } else {
                "it is new: no stored run has it".to_owned()
            }
        }
    }
}

/// A comparison whose level is not chosen yet.
struct Draft {
    series: SeriesId,
    measurement: Measurement,
    test: Test,
    base: Side,
    head: Side,
    kind: Kind,
    p_worse: f64,
    p_better: f64,
    too_few: Option<usize>,
    warnings: Vec<crate::model::Warning>,
}

/// What the bounds are taken from.
enum Kind {
    Shift(Shift),
    Rates { base: (u64, u64), head: (u64, u64) },
    Exact { quantum: f64 },
    /// No interval: too few runs, or values that have no logarithm.
    Bare,
}

fn draft(series: &SeriesRef<'_>, base: &[SeriesRef<'_>], options: &Options) -> Option<Draft> {
    let head_value = value::of_run(series)?;
    let base_values: Vec<f64> = base.iter().filter_map(value::of_run).collect();
    let base_value = stats::median(&base_values)?;
    let metric = &series.measurement.metric;
    let mut draft = Draft {
        series: series.id.clone(),
        measurement: Measurement { ..series.measurement.clone() },
        test: Test::BetweenRuns,
        base: Side {
            value: base_value,
            runs: base_values.len(),
            n: base.iter().map(|run| size(run.measurement)).sum(),
            values: base_values.clone(),
        },
        head: Side { value: head_value, runs: 1, n: size(series.measurement), values: vec![head_value] },
        kind: Kind::Bare,
        p_worse: 1.0,
        p_better: 1.0,
        too_few: None,
        warnings: assume::doubts(series.measurement),
    };
    if metric.assumption == Assumption::Exact {
        // The newest run is what the code was before this change; older ones are its history.
        let before = *base_values.last()?;
        draft.test = Test::Exact;
        draft.base.value = before;
        let quantum = series.measurement.quantum.max(0.0);
        let worse = assume::worse_by(head_value - before, metric.better);
        draft.p_worse = if worse > quantum { 0.0 } else { 1.0 };
        draft.p_better = if -worse > quantum { 0.0 } else { 1.0 };
        draft.kind = Kind::Exact { quantum };
    } else if let Data::Counts { events, trials } = series.measurement.data {
        rates(&mut draft, (events, trials), base, metric.better);
    } else if base_values.len() >= options.min_runs {
        between_runs(&mut draft, &base_values, head_value, metric.better);
    } else if options.one_session {
        one_session(&mut draft, series, base, options);
    } else {
        draft.too_few = Some(base_values.len());
    }
    Some(draft)
}

/// How many processes (or requests, or trials) a measurement rests on.
fn size(measurement: &Measurement) -> u64 {
    match &measurement.data {
        Data::Sample(sample) => sample.processes().len() as u64,
        Data::Histogram(histogram) => histogram.count(),
        Data::Counts { trials, .. } => *trials,
    }
}

fn between_runs(draft: &mut Draft, base: &[f64], head: f64, better: Better) {
    let (Some(logs), Some(head)) = (logs(base), logs(&[head])) else { return };
    // The quantum as a log distance at the base's level.
    let quantum = (draft.measurement.quantum / draft.base.value).ln_1p();
    let Some(shift) = Shift::between_runs(&logs, &head, quantum) else { return };
    (draft.p_worse, draft.p_better) = shift.p(better);
    draft.kind = Kind::Shift(shift);
}

fn one_session(
    draft: &mut Draft,
    series: &SeriesRef<'_>,
    base: &[SeriesRef<'_>],
    options: &Options,
) {
    let processes = |series: &SeriesRef<'_>| match &series.measurement.data {
        Data::Sample(sample) => value::of_processes(sample),
        Data::Histogram(_) | Data::Counts { .. } => value::of_run(series).into_iter().collect(),
    };
    let before: Vec<f64> = base.iter().flat_map(processes).collect();
    let after = processes(series);
    let (Some(before), Some(after)) = (logs(&before), logs(&after)) else { return };
    let shift = Shift::Ranks { base: before, head: after };
    if shift.bounds(options.q, options.q) == (None, None) {
        // No data of this size could ever decide: one process a side is never a guess.
        draft.too_few = Some(draft.base.runs);
        return;
    }
    draft.test = Test::RankSum;
    draft.warnings.push(crate::model::Warning::OneSession);
    (draft.p_worse, draft.p_better) = shift.p(draft.measurement.metric.better);
    draft.kind = Kind::Shift(shift);
}

fn rates(draft: &mut Draft, head: (u64, u64), base: &[SeriesRef<'_>], better: Better) {
    let pooled = base.iter().fold((0u64, 0u64), |sum, run| match run.measurement.data {
        Data::Counts { events, trials } => {
            (sum.0.saturating_add(events), sum.1.saturating_add(trials))
        }
        Data::Sample(_) | Data::Histogram(_) => sum,
    });
    draft.test = Test::Rates;
    draft.base.value = if pooled.1 > 0 { pooled.0 as f64 / pooled.1 as f64 } else { 0.0 };
    let (more, less) = stats::rate_ratio_p(pooled.0, pooled.1, head.0, head.1);
    (draft.p_worse, draft.p_better) = assume::orient((more, less), better);
    draft.kind = Kind::Rates { base: pooled, head };
}

/// The logarithms, if every value has one.
fn logs(values: &[f64]) -> Option<Vec<f64>> {
    values.iter().map(|&v| (v > 0.0).then(|| v.ln()).filter(|l| l.is_finite())).collect()
}

/// The one-sided levels of the bounds, after correction over the suite.
struct Levels {
    worse: f64,
    better: f64,
}

impl Levels {
    fn over(drafts: &[Draft], family: &[bool], q: f64) -> Levels {
        // Exact comparisons have no error to spend, and would only loosen the level of the others.
        let members = || {
            drafts
                .iter()
                .zip(family)
                .filter(|(draft, gated)| **gated && draft.test != Test::Exact)
                .map(|(draft, _)| draft)
        };
        let level = |p: Vec<f64>| stats::benjamini_hochberg(&p, q).level;
        Levels {
            worse: level(members().map(|draft| draft.p_worse).collect()),
            better: level(members().map(|draft| draft.p_better).collect()),
        }
    }
}

impl Draft {
    fn finish(self, levels: &Levels, options: &Options) -> Comparison {
        let better = self.measurement.metric.better;
        // Bounds of the ratio: the lower one answers "more", the upper one "less".
        let (alpha_more, alpha_less) = assume::orient((levels.worse, levels.better), better);
        let point = ratio(self.head.value, self.base.value);
        let difference = self.head.value - self.base.value;
        let (effect, bounds) = match &self.kind {
            Kind::Shift(shift) => {
                let (lo, hi) = shift.bounds(alpha_more, alpha_less);
                let effect = Effect {
                    estimate: shift.estimate().exp_m1(),
                    lo: lo.map(f64::exp_m1),
                    hi: hi.map(f64::exp_m1).filter(|hi| hi.is_finite()),
                };
                (Some(effect), scaled(&effect, self.base.value))
            }
            Kind::Rates { base, head } => {
                let (lo, hi) =
                    stats::rate_ratio_interval(base.0, base.1, head.0, head.1, alpha_more, alpha_less);
                let effect = point.map(|estimate| Effect {
                    estimate,
                    lo: lo.map(|lo| lo - 1.0),
                    hi: hi.map(|hi| hi - 1.0),
                });
                let spread = stats::rate_difference_interval(
                    base.0, base.1, head.0, head.1, alpha_more, alpha_less,
                );
                (effect, (Some(spread.0), Some(spread.1)))
            }
            Kind::Exact { quantum } => {
                let change = if difference.abs() <= *quantum { 0.0 } else { difference };
                let effect = ratio(self.base.value + change, self.base.value)
                    .map(|e| Effect { estimate: e, lo: Some(e), hi: Some(e) });
                (effect, (Some(change), Some(change)))
            }
            Kind::Bare => {
                (point.map(|estimate| Effect { estimate, lo: None, hi: None }), (None, None))
            }
        };
        let (between_runs, detectable) = match &self.kind {
            Kind::Shift(shift) => (
                shift.spread(),
                shift.detectable(levels.worse, options.power).map(|d| worse_ratio(d, better)),
            ),
            _ => (None, None),
        };
        Comparison {
            series: self.series,
            unit: self.measurement.metric.unit,
            better,
            test: self.test,
            base: self.base,
            head: self.head,
            effect,
            difference: Estimate { value: difference, lo: bounds.0, hi: bounds.1 },
            p_worse: self.p_worse,
            p_better: self.p_better,
            alpha_worse: levels.worse,
            alpha_better: levels.better,
            between_runs,
            detectable,
            warnings: self.warnings,
        }
    }
}

/// Ratio minus 1, where the base is a positive number.
fn ratio(head: f64, base: f64) -> Option<f64> {
    (base > 0.0 && head >= 0.0).then(|| head / base - 1.0).filter(|r| r.is_finite() && *r > -1.0)
}

fn scaled(effect: &Effect, base: f64) -> (Option<f64>, Option<f64>) {
    (effect.lo.map(|lo| lo * base), effect.hi.map(|hi| hi * base))
}

/// A log distance in the worse direction as the fraction by which the metric worsens.
fn worse_ratio(distance: f64, better: Better) -> f64 {
    match better {
        Better::Lower => distance.exp_m1(),
        Better::Higher => -(-distance).exp_m1(),
    }
}

/// How many further head runs like this one would bring the interval clear of a limit, if the
/// estimate stays; `None` when the baseline's own uncertainty alone is too wide, or no variation
/// between runs is known.
///
/// `max` is the gate's limit on the change for the worse, as a fraction.
pub fn runs_needed(comparison: &Comparison, max: f64) -> Option<u32> {
    let (sd, effect) = (comparison.between_runs?, comparison.effect?);
    let (estimate, _, _) = effect.worse(comparison.better);
    let limit = max.ln_1p();
    // Beyond the limit the lower bound must rise above 0; within it the upper one must sink to it.
    let (distance, alpha) = if estimate > limit {
        (estimate, comparison.alpha_worse)
    } else {
        (limit - estimate, comparison.alpha_better)
    };
    let z = stats::normal_quantile(1.0 - alpha)?;
    let k = comparison.base.runs as f64;
    let room = (distance / (z * sd)).powi(2) - std::f64::consts::FRAC_PI_2 / k;
    let needed = (1.0 / room).ceil() - comparison.head.runs as f64;
    (room > 0.0 && needed <= 1000.0).then(|| needed.max(1.0) as u32)
}
