//! Bundles of every kind that a build can end with, built from a few lines each.

use pacegate::model::*;
use time::OffsetDateTime;
use uuid::Uuid;

/// A bundle under construction.
pub(crate) struct Build {
    bundle: Bundle,
}

/// A series id from its written form; a last part that names a statistic is one.
pub(crate) fn series(text: &str) -> SeriesId {
    let mut parts: Vec<&str> = text.split('/').collect();
    let statistic = Statistic::ALL.into_iter().find(|s| parts.last() == Some(&s.name()));
    if statistic.is_some() {
        parts.pop();
    }
    let metric = parts.pop().unwrap().to_owned();
    SeriesId { target: parts.join("/"), metric, statistic }
}

fn environment() -> Environment {
    Environment {
        cpu: "AMD EPYC 7763".into(),
        cores: 4,
        arch: "x86_64".into(),
        os: "linux".into(),
        image: "ubuntu24 20261101.1".into(),
        toolchain: "rustc 1.95.0".into(),
    }
}

/// The change of one series in a comparison: estimate and interval.
#[derive(Clone, Copy)]
pub(crate) struct Change(pub(crate) f64, pub(crate) f64, pub(crate) f64);

impl Build {
    /// An empty bundle of a clean run with 12 baseline runs.
    pub(crate) fn new() -> Build {
        let run = Run {
            format: RUN_FORMAT.into(),
            version: RUN_VERSION,
            id: Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_0001),
            project: "shop".into(),
            started: OffsetDateTime::from_unix_timestamp(1_793_700_000).unwrap(),
            elapsed: 74.2,
            revision: Revision {
                commit: Some("3f2a91c07be2d4410a5c9b6f1de8a7734c21b9f0".into()),
                branch: Some("faster-search".into()),
                dirty: false,
            },
            environment: environment(),
            noise: Noise::default(),
            targets: Vec::new(),
            failures: Vec::new(),
            cut_short: false,
            trusted: false,
            warnings: Vec::new(),
        };
        let bundle = Bundle {
            format: BUNDLE_FORMAT.into(),
            version: BUNDLE_VERSION,
            tool: "0.1.0".into(),
            verdict: Verdict::Pass,
            exit_code: 0,
            policy: Policy {
                path: "gates.yaml".into(),
                in_repository: Some("gates.yaml".into()),
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                strict: false,
                gate_lines: (30..50).collect(),
            },
            baseline: BaselineReason::Stored { runs: 12, other_environments: 0 },
            baseline_runs: (0..12).map(|i| Uuid::from_u128(0x0193_4000 + i)).collect(),
            judgements: Vec::new(),
            release: None,
            comparisons: Vec::new(),
            census: Census::default(),
            warnings: Vec::new(),
            run,
            experiment: None,
        };
        Build { bundle }
    }

    /// Edits the bundle in place.
    pub(crate) fn with(mut self, edit: impl FnOnce(&mut Bundle)) -> Build {
        edit(&mut self.bundle);
        self
    }

    /// Adds a series to the run, in its target, so that the run is consistent with the judgements.
    fn measured(&mut self, id: &SeriesId, unit: &Unit, value: f64) {
        let targets = &mut self.bundle.run.targets;
        let at = targets.iter().position(|t| t.name == id.target).unwrap_or_else(|| {
            targets.push(Target {
                name: id.target.clone(),
                engine: if id.statistic.is_some() { Engine::Open } else { Engine::Criterion },
                definition: "d41d8cd9".into(),
                measurements: Vec::new(),
                validity: None,
                elapsed: 20.125,
                cut_short: false,
                course: Default::default(),
                warnings: Vec::new(),
            });
            targets.len() - 1
        });
        let target = &mut targets[at];
        if target.measurement(&id.metric).is_some() {
            return;
        }
        let data = if id.statistic.is_some() {
            Data::Histogram([(value * 1e9) as u64].into_iter().collect())
        } else {
            Data::Sample(Sample::of_processes([value]).unwrap())
        };
        let metric = Metric::lower(&id.metric, unit.clone());
        target.measurements.push(Measurement { metric, data, quantum: 0.0 });
    }

    /// Adds a comparison and a judgement on it by a regression gate.
    pub(crate) fn regression(
        mut self,
        name: &str,
        unit: Unit,
        base: f64,
        change: Change,
        rule: &str,
        outcome: (Verdict, Reason),
    ) -> Build {
        let id = series(name);
        let Change(estimate, lo, hi) = change;
        let head = base * (1.0 + estimate);
        let wave = [0.0, 0.4, -0.3, 0.1, -0.5, 0.3, 0.2, -0.2, 0.5, -0.4, 0.1, 0.0];
        self.measured(&id, &unit, head);
        let better = if unit == Unit::PerSecond { Better::Higher } else { Better::Lower };
        let spread = (hi - lo) / 2.0;
        self.bundle.comparisons.push(Comparison {
            series: id.clone(),
            unit: unit.clone(),
            better,
            test: Test::BetweenRuns,
            base: Side {
                value: base,
                runs: 12,
                n: 12,
                values: wave.iter().map(|w| base * (1.0 + w * spread)).collect(),
            },
            regime: None,
            head: Side { value: head, runs: 1, n: 1, values: vec![head] },
            effect: Some(Effect { estimate, lo: Some(lo), hi: Some(hi) }),
            difference: Estimate { value: head - base, lo: Some(base * lo), hi: Some(base * hi) },
            p_worse: 0.0004,
            p_better: 0.9996,
            alpha_worse: 0.008,
            alpha_better: 0.01,
            between_runs: Some(spread / 3.0),
            detectable: Some(spread * 1.6),
            flagged: None,
            warnings: Vec::new(),
        });
        let observed = Some(Estimate { value: head, lo: None, hi: None });
        self.judge(GateKind::Regression, id, Some(unit), rule, outcome, observed)
    }

    /// Adds a judgement by a limit gate.
    pub(crate) fn limit(
        mut self,
        name: &str,
        unit: Unit,
        value: (f64, f64, f64),
        rule: &str,
        outcome: (Verdict, Reason),
    ) -> Build {
        let id = series(name);
        self.measured(&id, &unit, value.0);
        let observed = Some(Estimate { value: value.0, lo: Some(value.1), hi: Some(value.2) });
        self.judge(GateKind::Limit, id, Some(unit), rule, outcome, observed)
    }

    /// Adds a judgement on a series without a comparison.
    pub(crate) fn bare(
        self,
        name: &str,
        kind: GateKind,
        rule: &str,
        outcome: (Verdict, Reason),
    ) -> Build {
        self.judge(kind, series(name), None, rule, outcome, None)
    }

    fn judge(
        mut self,
        kind: GateKind,
        series: SeriesId,
        unit: Option<Unit>,
        rule: &str,
        outcome: (Verdict, Reason),
        observed: Option<Estimate>,
    ) -> Build {
        let (verdict, reason) = outcome;
        // One gate a rule, numbered in the order of appearance.
        let known = self.bundle.judgements.iter().find(|j| j.rule == rule).map(|j| j.gate);
        let newest = self.bundle.judgements.iter().map(|j| j.gate).max().unwrap_or(0);
        self.bundle.judgements.push(Judgement {
            gate: known.unwrap_or(newest + 1),
            kind,
            rule: rule.to_owned(),
            series,
            unit,
            verdict,
            reason,
            observed,
            waiver: None,
        });
        self
    }

    /// The bundle, with its verdict, exit code and census filled in.
    pub(crate) fn done(mut self) -> Bundle {
        let bundle = &mut self.bundle;
        let judged = bundle.judgements.iter().map(|j| j.verdict);
        let failed = bundle.run.failures.iter().map(|_| Verdict::Error);
        bundle.verdict = Verdict::worst(judged.chain(failed)).unwrap_or(Verdict::Error);
        bundle.exit_code = match bundle.verdict {
            Verdict::Fail | Verdict::Missing => 1,
            Verdict::Error => 5,
            Verdict::Inconclusive if bundle.policy.strict => 3,
            Verdict::NoBaseline if bundle.policy.strict => 4,
            _ => 0,
        };
        let all: Vec<SeriesId> = bundle.run.series().map(|s| s.id).collect();
        let mut census = Census { measured: all.len(), ..Census::default() };
        for id in all {
            let of_it = bundle.judgements.iter().filter(|j| j.series == id).map(|j| j.verdict);
            let why = match of_it.min() {
                None => NotJudgedReason::NoGate,
                Some(Verdict::NoBaseline) => NotJudgedReason::NoBaseline,
                Some(Verdict::Inconclusive) => NotJudgedReason::Inconclusive,
                Some(_) => {
                    census.judged += 1;
                    continue;
                }
            };
            census.not_judged.push(NotJudged { series: id, why });
        }
        for judgement in &bundle.judgements {
            let why = match judgement.verdict {
                Verdict::Missing => NotJudgedReason::Missing,
                Verdict::Error => NotJudgedReason::Error,
                _ => continue,
            };
            census.not_judged.push(NotJudged { series: judgement.series.clone(), why });
        }
        census.expected = census.judged + census.not_judged.len();
        bundle.census = census;
        self.bundle
    }
}

use Verdict::*;

fn passing(build: Build) -> Build {
    let ok = || Reason::ChangeWithinLimit;
    let rule = "max 5% worse, floor 1ms";
    build
        .regression(
            "browse/latency/p50",
            Unit::Seconds,
            0.002_11,
            Change(0.005, -0.004, 0.014),
            rule,
            (Pass, ok()),
        )
        .regression(
            "browse/latency/p95",
            Unit::Seconds,
            0.009_81,
            Change(0.012, -0.011, 0.035),
            rule,
            (Pass, ok()),
        )
        .regression(
            "search/latency/p95",
            Unit::Seconds,
            0.031_4,
            Change(-0.008, -0.021, 0.006),
            rule,
            (Pass, ok()),
        )
        .limit(
            "browse/errors",
            Unit::Ratio,
            (0.0, 0.0, 0.000_37),
            "max 0.1%",
            (Pass, Reason::WithinLimit),
        )
        .limit(
            "browse/latency/p99",
            Unit::Seconds,
            (0.042, 0.040_1, 0.044_3),
            "max 250ms",
            (Pass, Reason::WithinLimit),
        )
        .regression(
            "stats/quantile/1000/time",
            Unit::Seconds,
            1.52e-6,
            Change(0.001, -0.006, 0.008),
            "max 3% worse",
            (Pass, ok()),
        )
        .regression(
            "start/instructions",
            Unit::Count,
            1_234_567.0,
            Change(0.0, 0.0, 0.0),
            "max 1% worse",
            (Pass, ok()),
        )
}

/// Everything passes.
pub(crate) fn all_pass() -> Bundle {
    passing(Build::new()).done()
}

/// One series fails clearly, one is surely worse below its limit, one is inconclusive.
pub(crate) fn fail() -> Bundle {
    let rule = "max 10%";
    passing(Build::new())
        .regression(
            "checkout/latency/p50",
            Unit::Seconds,
            0.007_3,
            Change(0.031, 0.012, 0.050),
            rule,
            (Pass, Reason::WorseBelowLimit),
        )
        .regression(
            "checkout/latency/p95",
            Unit::Seconds,
            0.012_4,
            Change(0.381, 0.312, 0.459),
            rule,
            (Fail, Reason::WorseBeyondLimit),
        )
        .regression(
            "checkout/latency/p99",
            Unit::Seconds,
            0.021_4,
            Change(0.12, -0.06, 0.34),
            rule,
            (Inconclusive, Reason::TooNoisy { runs_needed: Some(8), pairs_needed: None }),
        )
        .limit(
            "checkout/throughput",
            Unit::PerSecond,
            (412.0, 405.0, 419.0),
            "min 450/s",
            (Fail, Reason::BeyondLimit),
        )
        .with(|bundle| {
            bundle.comparisons.iter_mut().filter(|c| c.series.target == "checkout").for_each(|c| {
                c.warnings.push(Warning::Autocorrelated { lag1: 0.34 });
            });
            bundle.run.warnings.push(Warning::StolenTime { share: 0.041 });
        })
        .done()
}

/// Everything improved.
pub(crate) fn improved() -> Bundle {
    Build::new()
        .regression(
            "search/latency/p95",
            Unit::Seconds,
            0.0314,
            Change(-0.182, -0.221, -0.141),
            "max 5% worse",
            (Improved, Reason::Better),
        )
        .regression(
            "search/throughput",
            Unit::PerSecond,
            1480.0,
            Change(0.215, 0.18, 0.252),
            "max 5% worse",
            (Improved, Reason::Better),
        )
        .done()
}

/// Nothing fails, and some of it cannot be told, for every reason there is.
pub(crate) fn inconclusive() -> Bundle {
    let broken = vec![
        ValidityFact::RateNotReached { asked: 500.0, achieved: 431.2 },
        ValidityFact::GeneratorBusy { share: 0.93 },
    ];
    passing(Build::new())
        .regression(
            "checkout/latency/p95",
            Unit::Seconds,
            0.0124,
            Change(0.04, -0.06, 0.15),
            "max 5% worse",
            (Inconclusive, Reason::TooNoisy { runs_needed: Some(8), pairs_needed: None }),
        )
        .regression(
            "parse/large/time",
            Unit::Seconds,
            0.211,
            Change(0.02, -0.31, 0.52),
            "max 5% worse",
            (Inconclusive, Reason::TooFewRuns { have: 2, need: 5 }),
        )
        .regression(
            "upload/latency/p95",
            Unit::Seconds,
            0.081,
            Change(0.33, 0.10, 0.61),
            "max 5% worse",
            (Inconclusive, Reason::InvalidLoad { broken }),
        )
        .limit(
            "search/latency/p99",
            Unit::Seconds,
            (0.249, 0.238, 0.262),
            "max 250ms",
            (Inconclusive, Reason::StraddlesLimit),
        )
        .with(|bundle| bundle.run.noise.steal = Some(0.02))
        .done()
}

/// The first run of a project.
pub(crate) fn first_run() -> Bundle {
    let none = || Reason::NoBaseline { why: NoBaselineWhy::NoRuns };
    Build::new()
        .limit(
            "browse/latency/p99",
            Unit::Seconds,
            (0.042, 0.040_1, 0.044_3),
            "max 250ms",
            (Pass, Reason::WithinLimit),
        )
        .limit(
            "browse/errors",
            Unit::Ratio,
            (0.0, 0.0, 0.000_37),
            "max 0.1%",
            (Pass, Reason::WithinLimit),
        )
        .bare("browse/latency/p50", GateKind::Regression, "max 5% worse", (NoBaseline, none()))
        .bare("browse/latency/p95", GateKind::Regression, "max 5% worse", (NoBaseline, none()))
        .bare("start/wall", GateKind::Regression, "max 5% worse", (NoBaseline, none()))
        .with(|bundle| {
            bundle.baseline = BaselineReason::EmptyStore;
            bundle.baseline_runs.clear();
            for judgement in &mut bundle.judgements[2..] {
                judgement.unit = Some(Unit::Seconds);
                judgement.observed = Some(Estimate { value: 0.0123, lo: None, hi: None });
            }
        })
        .done()
}

/// A series vanished.
pub(crate) fn missing() -> Bundle {
    passing(Build::new())
        .bare(
            "checkout/latency/p95",
            GateKind::Regression,
            "max 10% worse",
            (Missing, Reason::Vanished),
        )
        .done()
}

/// A target could not be measured: with a judgement on one of its series, and another without any.
pub(crate) fn error() -> Bundle {
    let error = "failed to start service `shop`: it did not answer within 10 s\n  caused by: connection refused (os error 111)\n\nlast lines of its stderr:\n\x1b[31mthread 'main' panicked\x1b[0m at examples/shop.rs:41\nno such table: products";
    passing(Build::new())
        .bare(
            "checkout/latency/p95",
            GateKind::Regression,
            "max 10% worse",
            (Error, Reason::MeasuringFailed { error: error.into() }),
        )
        .with(|bundle| {
            bundle.run.failures = vec![
                Failure { target: "checkout".into(), stage: Stage::Service, error: error.into() },
                Failure {
                    target: "legacy".into(),
                    stage: Stage::Read,
                    error: "failed to read file `out/bench.json`: no such file".into(),
                },
            ];
        })
        .done()
}

/// A fail that a waiver excuses.
pub(crate) fn waived() -> Bundle {
    passing(Build::new())
        .regression(
            "parse/large/time",
            Unit::Seconds,
            0.211,
            Change(0.082, 0.061, 0.104),
            "max 5% worse",
            (Warn, Reason::WorseBeyondLimit),
        )
        .with(|bundle| {
            bundle.judgements.last_mut().unwrap().waiver = Some(WaiverUse {
                reason: "new index, see #12".into(),
                instead_of: Fail,
                until: "2027-01-31".into(),
            });
            bundle.warnings.push(Warning::UnusedWaiver { series: "old/*".into() });
        })
        .done()
}

/// Five hundred series under one gate, of which some fail, one of them by far, and some are undecided.
pub(crate) fn many() -> Bundle {
    (0..500)
        .fold(Build::new(), |build, i| {
            let name = format!("service-{:02}/endpoint-{:03}/latency/p95", i % 20, i);
            let size = f64::from(i % 7) / 200.0;
            let (change, (verdict, reason)) = match i % 50 {
                7 if i == 7 => (Change(53.25, 0.84, 184.9), (Fail, Reason::WorseBeyondLimit)),
                7 => (Change(0.11 + size, 0.08, 0.17 + size), (Fail, Reason::WorseBeyondLimit)),
                8 | 9 => (
                    Change(0.03, -0.04, 0.11),
                    (Inconclusive, Reason::TooNoisy { runs_needed: Some(9), pairs_needed: None }),
                ),
                10 => (Change(-0.15, -0.18, -0.12), (Improved, Reason::Better)),
                _ => (Change(size / 10.0, -0.01, 0.02), (Pass, Reason::ChangeWithinLimit)),
            };
            build.regression(
                &name,
                Unit::Seconds,
                0.01 * f64::from(i % 13 + 1),
                change,
                "max 5% worse",
                (verdict, reason),
            )
        })
        .with(|bundle| {
            for comparison in &mut bundle.comparisons {
                comparison.warnings.push(Warning::Drift { change: 0.03 });
            }
        })
        .done()
}

/// Every bundle by name.
pub(crate) fn all() -> Vec<(&'static str, Bundle)> {
    vec![
        ("all_pass", all_pass()),
        ("fail", fail()),
        ("improved", improved()),
        ("inconclusive", inconclusive()),
        ("first_run", first_run()),
        ("missing", missing()),
        ("error", error()),
        ("waived", waived()),
        ("many", many()),
        ("paired", crate::paired::bundle()),
        ("creep", crate::creep::creep()),
    ]
}
