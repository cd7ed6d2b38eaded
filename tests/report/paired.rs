//! A bundle of a base and a head that were measured side by side.

use crate::bundles::{Build, Change, series};
use pacegate::model::*;

const RULE: &str = "max 3% worse";
const BASE: &str = "5c0ffee1d00d2d4410a5c9b6f1de8a7734c21b9f";

/// Pairs around `base` whose head is higher by `change`, with noise of 1 %.
fn pairs(count: usize, base: f64, change: f64) -> Vec<Pair> {
    let noise = |i: usize| 1.0 + (i * 7 % 11) as f64 / 500.0 - 0.01;
    let pair = |i| Pair {
        base: base * noise(i),
        head: base * (1.0 + change) * noise(i + 4),
        first: if i.is_multiple_of(3) {
            pacegate::model::Build::Base
        } else {
            pacegate::model::Build::Head
        },
    };
    (0..count).map(pair).collect()
}

/// Turns the comparison of a series into one of so many pairs, and adds these.
fn pair_up(bundle: &mut Bundle, name: &str, counted: u64) {
    let id = series(name);
    let comparison = bundle.comparisons.iter_mut().find(|c| c.series == id).unwrap();
    comparison.test = Test::Paired;
    for side in [&mut comparison.base, &mut comparison.head] {
        *side = Side { runs: 1, n: counted, values: vec![side.value], ..*side };
    }
    let (base, change) = (comparison.base.value, comparison.effect.unwrap().estimate);
    bundle.experiment.as_mut().unwrap().series.push(PairedSeries {
        series: id,
        metric: Metric::lower("wall", Unit::Seconds),
        quantum: 1e-9,
        // Another series of the target needed more.
        pairs: pairs(counted as usize + 4, base, change),
        left_out: None,
    });
}

/// One regression, seen twice; one that more pairs would decide; one pass; one that is new.
pub(crate) fn bundle() -> Bundle {
    let noisy = Reason::TooNoisy { runs_needed: None, pairs_needed: Some(60) };
    Build::new()
        .with(|bundle| {
            bundle.baseline =
                BaselineReason::Built { reference: "origin/main".into(), commit: BASE.into() };
            bundle.baseline_runs.truncate(1);
            bundle.experiment = Some(Experiment {
                reference: "origin/main".into(),
                base: Revision { commit: Some(BASE.into()), branch: None, dirty: false },
                at_most: 100,
                series: vec![],
            });
        })
        .regression(
            "parse/large/wall",
            Unit::Seconds,
            0.211,
            Change(0.082, 0.061, 0.104),
            RULE,
            (Verdict::Fail, Reason::WorseBeyondLimit),
        )
        .regression(
            "start/wall",
            Unit::Seconds,
            0.004_2,
            Change(0.012, -0.008, 0.041),
            RULE,
            (Verdict::Inconclusive, noisy),
        )
        .regression(
            "render/wall",
            Unit::Seconds,
            0.071,
            Change(0.001, -0.009, 0.013),
            RULE,
            (Verdict::Pass, Reason::ChangeWithinLimit),
        )
        .with(|bundle| {
            pair_up(bundle, "parse/large/wall", 20);
            pair_up(bundle, "start/wall", 40);
            pair_up(bundle, "render/wall", 8);
            bundle.comparisons[0].flagged = Some(Flagged {
                n: 16,
                effect: Some(Effect { estimate: 0.085, lo: Some(0.052), hi: Some(0.121) }),
            });
            bundle.run.warnings.push(Warning::BaseFailed {
                target: "sort".into(),
                error: "base: warm-up run 1 of 3 exited with code 2".into(),
            });
        })
        .bare(
            "sort/wall",
            GateKind::Regression,
            RULE,
            (Verdict::NoBaseline, Reason::NoBaseline { why: NoBaselineWhy::BaseFailed }),
        )
        .done()
}
