//! Our own rules, as a build is judged by them: gates at the default limit, all metrics in one family.

#[path = "../../tests/support/runs.rs"]
mod runs;

use crate::rule::{Answer, Judge, Marker, Rule};
use crate::trials::{Design, Trial};
use pacegate::analyze::{Options, change_points, compare};
use pacegate::config::{GatePlan, Rule as GateRule, SeriesPattern, defaults};
use pacegate::gate::{Evidence, judge};
use pacegate::model::{
    Data, Measurement, Metric, PairedSeries, Run, Sample, SampleError, SeriesId, Unit,
};
use pacegate::pipeline::{Recorded, point_options, replay};
use runs::OPTIONS;
use std::collections::{BTreeMap, BTreeSet};

/// In the order of the tables.
pub(crate) const RULES: [Rule; 3] = [
    Rule {
        name: "**pacegate**, two files of one session",
        designs: &[Design::Process, Design::Blocks],
        judge: Judge::Build(one_session),
    },
    Rule {
        name: "**pacegate**, 30 stored runs",
        designs: &[Design::Process, Design::Blocks],
        judge: Judge::Build(stored_runs),
    },
    Rule {
        name: "**pacegate**, up to 100 pairs",
        designs: &[Design::Paired],
        judge: Judge::Build(pairs),
    },
];

/// `history points`.
pub(crate) const MARKERS: [Marker; 1] = [Marker { name: "**pacegate**", mark: marks }];

fn marks(values: &[f64]) -> Vec<usize> {
    change_points(values, &point_options()).iter().map(|point| point.index).collect()
}

/// `check --baseline A --head B`: the processes of two runs, by ranks.
fn one_session(build: &[Trial]) -> Vec<Answer> {
    let base = run(build, |trial| side(trial, &trial.base));
    judged(build, vec![base], &Options { one_session: true, ..OPTIONS })
}

/// `run`, once thirty runs are stored.
fn stored_runs(build: &[Trial]) -> Vec<Answer> {
    let stored = build.iter().map(|trial| trial.history.len()).min().unwrap_or(0);
    let runs = (0..stored).map(|i| run(build, |trial| Sample::of_processes([trial.history[i]])));
    judged(build, runs.collect(), &OPTIONS)
}

/// `run --base`: look by look, until every metric is decided.
fn pairs(build: &[Trial]) -> Vec<Answer> {
    let recorded: Vec<Recorded> = build
        .iter()
        .enumerate()
        .map(|(i, trial)| Recorded {
            series: PairedSeries {
                series: SeriesId { target: name(i), metric: metric().name, statistic: None },
                metric: metric(),
                quantum: 0.0,
                pairs: trial.pairs.clone(),
                left_out: None,
            },
            rules: vec![rule()],
            at_most: defaults::PAIRS,
        })
        .collect();
    replay(&recorded, true)
        .decisions
        .iter()
        .map(|decision| Answer { verdict: decision.verdict, values: decision.pairs as usize })
        .collect()
}

/// The verdict on every metric of a build against these runs.
fn judged(build: &[Trial], runs: Vec<Run>, options: &Options) -> Vec<Answer> {
    let head = run(build, |trial| side(trial, &trial.head));
    let compared = compare(&head, &runs::baseline(runs), &|_| true, options);
    let evidence = Evidence {
        run: &head,
        observed: &BTreeMap::new(),
        comparisons: &compared.comparisons,
        undecided: &compared.undecided,
        release: None,
        expected: &BTreeSet::new(),
    };
    let gate: Vec<GatePlan> = SeriesPattern::new("*")
        .map(|series| GatePlan { number: 1, line: 1, series, rule: rule(), warn_only: false })
        .into_iter()
        .collect();
    let judged = judge(&gate, &[], &evidence);
    let answers = judged
        .judgements
        .iter()
        .zip(build)
        .map(|(judgement, trial)| Answer { verdict: judgement.verdict, values: trial.head.len() });
    answers.collect()
}

/// A run with one target a metric.
fn run(build: &[Trial], sample: impl Fn(&Trial) -> Result<Sample, SampleError>) -> Run {
    let targets = build.iter().enumerate().filter_map(|(i, trial)| {
        let data = Data::Sample(sample(trial).ok()?);
        let measurement = Measurement { metric: metric(), data, quantum: 0.0 };
        Some(runs::target(&name(i), vec![measurement]))
    });
    runs::run(targets.collect())
}

/// The values of one side, by the processes that gave them.
fn side(trial: &Trial, values: &[f64]) -> Result<Sample, SampleError> {
    match trial.design {
        Design::Process => Sample::new(vec![values.to_vec()]),
        Design::Blocks | Design::Paired => Sample::of_processes(values.iter().copied()),
    }
}

fn name(metric: usize) -> String {
    format!("m{metric}")
}

fn metric() -> Metric {
    Metric::lower("wall", Unit::Seconds)
}

fn rule() -> GateRule {
    GateRule::Regression { max: defaults::REGRESSION_MAX, floor: None, strict: false }
}
