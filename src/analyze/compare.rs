//! A head run compared with its baseline, series by series, with error rates held over the suite.

use super::finding::Finding;
use super::rates::Rates;
use super::regime::Past;
use super::shift::Shift;
use super::{doubt, regime, value};
use crate::model::{
    Assumption, Baseline, Comparison, Data, Measurement, NoBaselineWhy, Reason, Regime, Run,
    SeriesId, SeriesRef, Side, Statistic, Target, Test, Warning,
};
use crate::stats::{self, Rate};
use std::collections::{BTreeMap, HashMap};

/// What a comparison is held to; the defaults live with the configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// False discovery rate over the build, regressions and improvements each in their own family;
    /// in (0, 1).
    pub q: f64,
    /// Power at which the smallest detectable effect is stated, in (0, 1).
    pub power: f64,
    /// Fewest baseline runs that tell the variation between runs; taken as at least 2.
    pub min_runs: usize,
    /// What counts as a change of level within the baseline; `None` takes all of it for one level.
    pub changes: Option<Changes>,
    /// Whether base and head were measured in one session, so that a single baseline run may be
    /// compared process by process.
    pub one_session: bool,
}

/// What counts as a change of level within a baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changes {
    /// The most changes that chance may make in a series of one level, on average.
    pub error_rate: f64,
    /// The least change that matters, in either direction, as a ratio minus 1.
    pub least: f64,
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
/// `gated` says which series a regression gate matches: those of them that can be decided and have
/// noise are the family over which Benjamini–Hochberg holds the false discovery rate; the others are
/// shown at the same level. The bounds of an effect are taken at the level at which they agree with
/// that decision (false coverage rate, Benjamini and Yekutieli 2005), so that a lower bound is above
/// 0 exactly when the row is rejected.
pub fn compare(
    head: &Run,
    baseline: &Baseline,
    gated: &dyn Fn(&SeriesId) -> bool,
    options: &Options,
) -> Compared {
    let index: Vec<HashMap<&str, &Target>> = baseline
        .runs
        .iter()
        .map(|run| run.targets.iter().map(|target| (target.name.as_str(), target)).collect())
        .collect();
    let mut compared = Compared::default();
    let mut drafts = Vec::new();
    let mut last: Option<Columns<'_>> = None;
    for series in head.series() {
        // The series of one measurement follow each other, and a histogram is read once for all five.
        let columns = match last.take() {
            Some(columns) if std::ptr::eq(columns.measurement, series.measurement) => columns,
            _ => Columns::new(&series, &index),
        };
        match columns.draft(&series, baseline, options) {
            Ok(draft) => drafts.push(draft),
            Err(reason) => {
                compared.undecided.insert(series.id, reason);
            }
        }
        last = Some(columns);
    }
    let levels = levels(&drafts, gated, options.q);
    for draft in drafts {
        if draft.too_few {
            let reason = Reason::TooFewRuns { have: draft.base.runs, need: options.min_runs };
            compared.undecided.insert(draft.series.clone(), reason);
        }
        compared.comparisons.push(draft.finish(levels, options.power));
    }
    compared
}

/// The one-sided levels of the bounds for the worse and for the better, after correction.
fn levels(drafts: &[Draft<'_>], gated: &dyn Fn(&SeriesId) -> bool, q: f64) -> (f64, f64) {
    // Exact and undecidable rows have no error to spend, and would move the level of the others.
    let family: Vec<&Draft<'_>> = drafts
        .iter()
        .filter(|draft| draft.test != Test::Exact && !draft.too_few && gated(&draft.series))
        .collect();
    let level = |p: fn(&Draft<'_>) -> f64| {
        let p: Vec<f64> = family.iter().map(|draft| p(draft)).collect();
        stats::benjamini_hochberg(&p, q)
    };
    (level(|draft| draft.p.0), level(|draft| draft.p.1))
}

/// The values of all series of one measurement, run by run.
struct Columns<'a> {
    measurement: &'a Measurement,
    head: Vec<Option<f64>>,
    base: Vec<Row<'a>>,
}

/// What one run of the baseline has of a measurement.
struct Row<'a> {
    /// The run's place in the baseline.
    run: usize,
    measurement: &'a Measurement,
    values: Vec<Option<f64>>,
}

impl<'a> Columns<'a> {
    fn new(series: &SeriesRef<'a>, index: &[HashMap<&str, &'a Target>]) -> Columns<'a> {
        let row = |(run, targets): (usize, &HashMap<&str, &'a Target>)| {
            let measurement = counterpart(targets.get(series.target.name.as_str())?, series)?;
            Some(Row { run, measurement, values: value::of_run(measurement) })
        };
        let base = index.iter().enumerate().filter_map(row).collect();
        let head = value::of_run(series.measurement);
        Columns { measurement: series.measurement, head, base }
    }

    /// The comparison of one series, its level still open.
    ///
    /// # Errors
    ///
    /// With the reason why there is none: the head measured it and it has no value, or no run that
    /// serves has one.
    fn draft(
        &self,
        series: &SeriesRef<'a>,
        baseline: &Baseline,
        options: &Options,
    ) -> Result<Draft<'a>, Reason> {
        let column = series.id.statistic.map_or(0, place);
        let head = self.head.get(column).copied().flatten().ok_or(Reason::Vanished)?;
        let cell = |row: &Row<'a>| Some((row.run, row.measurement, (*row.values.get(column)?)?));
        let cells: Vec<_> = self.base.iter().filter_map(cell).collect();
        let runs: Vec<usize> = cells.iter().map(|(run, ..)| *run).collect();
        let past: Vec<f64> = cells.iter().map(|(.., value)| *value).collect();
        let past = Past { values: &past, runs: &runs };
        let changes = options.changes.filter(|_| has_levels(series.measurement));
        let (serving, regime) = regime::choose(&past, &series.id, baseline, changes);
        let (base, values): (Vec<&Measurement>, Vec<f64>) =
            serving.iter().map(|place| (cells[*place].1, cells[*place].2)).unzip();
        let median = stats::median(&values).ok_or_else(|| Reason::NoBaseline {
            why: match regime {
                Some(_) => NoBaselineWhy::Accepted,
                None => no_counterpart(series, baseline),
            },
        })?;
        let measurement = series.measurement;
        let (test, finding) = find(measurement, (median, head), &base, &values, options);
        let too_few = finding.is_none();
        let mut warnings = doubt::doubts(measurement);
        let seen = values.iter().copied().chain([head]);
        let untimed = doubt::untimed(&measurement.metric.unit, measurement.quantum, seen);
        warnings.extend(untimed.then_some(Warning::NothingTimed));
        let bare = Finding::Bare { base: median, head };
        let finding = finding.filter(|_| !untimed).unwrap_or(bare);
        if !too_few && test != Test::Exact && values.len() < options.min_runs {
            warnings.push(Warning::OneSession);
        }
        Ok(Draft {
            series: series.id.clone(),
            measurement,
            test,
            base: Side {
                value: finding.base(),
                runs: values.len(),
                n: base.iter().map(|run| value::size(run)).fold(0, u64::saturating_add),
                values,
            },
            regime,
            head: Side { value: head, runs: 1, n: value::size(measurement), values: vec![head] },
            p: finding.p(measurement.metric.better),
            finding,
            too_few,
            warnings,
        })
    }
}

/// Whether the values of runs are levels with noise about them. An exact metric is compared with the
/// newest run alone; a share is seldom other than zero, and its runs' dispersion is allowed for.
fn has_levels(measurement: &Measurement) -> bool {
    let counts = matches!(measurement.data, Data::Counts { .. });
    measurement.metric.assumption != Assumption::Exact && !counts
}

/// A statistic's place among a histogram's series.
fn place(statistic: Statistic) -> usize {
    Statistic::ALL.iter().position(|other| *other == statistic).unwrap_or(0)
}

/// How head and base (their values as `(median, head)`) are compared, and what that finds; `None` when
/// there are too few runs to decide anything.
fn find(
    measurement: &Measurement,
    (median, head): (f64, f64),
    base: &[&Measurement],
    values: &[f64],
    options: &Options,
) -> (Test, Option<Finding>) {
    let between_runs = values.len() >= options.min_runs.max(2);
    let one_session = options.one_session && values.len() == 1;
    if measurement.metric.assumption == Assumption::Exact {
        // The newest run is what the code was before this change; older ones are its history.
        let before = values.last().copied();
        let quantum = measurement.quantum_at(head);
        return (Test::Exact, before.map(|before| Finding::exact(before, head, quantum)));
    }
    if let Data::Counts { events, trials } = measurement.data {
        let rates = |runs: &[Rate]| Rates::new(runs, value::rate(events, trials)?, between_runs);
        let runs: Vec<Rate> = base.iter().filter_map(|run| counted(run)).collect();
        let decidable = between_runs || one_session;
        let finding = decidable.then(|| rates(&runs)).flatten().map(Finding::Rates);
        return (Test::Rates, finding);
    }
    let quantum = measurement.quantum_at(head);
    if between_runs {
        // Values so large that their differences overflow are compared, and not decided.
        let shift = Shift::between_runs(values, head, quantum);
        let bare = Finding::Bare { base: median, head };
        return (Test::BetweenRuns, Some(shift.map_or(bare, Finding::Shift)));
    }
    if let (true, Data::Sample(after), [Measurement { data: Data::Sample(before), .. }]) =
        (one_session, &measurement.data, base)
    {
        let (before, after) = (value::of_processes(before), value::of_processes(after));
        let shift = Shift::between_processes(&before, &after, quantum)
            .filter(|shift| !shift.hopeless(options.q));
        return (Test::RankSum, shift.map(Finding::Shift));
    }
    (Test::BetweenRuns, None)
}

fn counted(measurement: &Measurement) -> Option<Rate> {
    match measurement.data {
        Data::Counts { events, trials } => value::rate(events, trials),
        Data::Sample(_) | Data::Histogram(_) => None,
    }
}

/// The same measurement in a baseline run, if it was made in the same way and to its end.
fn counterpart<'a>(target: &'a Target, series: &SeriesRef<'_>) -> Option<&'a Measurement> {
    let same = target.engine == series.target.engine
        && target.definition == series.target.definition
        && !target.cut_short
        && target.validity.as_ref().is_none_or(|validity| validity.broken.is_empty());
    let measurement = target.measurement(&series.id.metric)?;
    let alike = measurement.metric == series.measurement.metric
        && std::mem::discriminant(&measurement.data)
            == std::mem::discriminant(&series.measurement.data);
    (same && alike).then_some(measurement)
}

/// Why no baseline run has the series.
fn no_counterpart(series: &SeriesRef<'_>, baseline: &Baseline) -> NoBaselineWhy {
    let has = |run: &Run| {
        let target = run.target(&series.id.target);
        target.is_some_and(|target| target.measurement(&series.id.metric).is_some())
    };
    if baseline.runs.is_empty() {
        NoBaselineWhy::NoRuns
    } else if baseline.runs.iter().any(has) {
        NoBaselineWhy::MeasuredOtherwise
    } else {
        NoBaselineWhy::NewSeries
    }
}

/// A comparison whose level is not chosen yet.
struct Draft<'a> {
    series: SeriesId,
    measurement: &'a Measurement,
    test: Test,
    base: Side,
    regime: Option<Regime>,
    head: Side,
    finding: Finding,
    /// Against "not worse" and "not better".
    p: (f64, f64),
    too_few: bool,
    warnings: Vec<Warning>,
}

impl Draft<'_> {
    fn finish(self, levels: (f64, f64), power: f64) -> Comparison {
        let better = self.measurement.metric.better;
        Comparison {
            effect: self.finding.effect(levels, better),
            difference: self.finding.difference(levels, better),
            between_runs: self.finding.between_runs(),
            detectable: self.finding.detectable(levels.0, power, better),
            series: self.series,
            unit: self.measurement.metric.unit.clone(),
            better,
            test: self.test,
            base: self.base,
            regime: self.regime,
            head: self.head,
            p_worse: self.p.0,
            p_better: self.p.1,
            alpha_worse: levels.0,
            alpha_better: levels.1,
            flagged: None,
            warnings: self.warnings,
        }
    }
}
