//! A bundle whose series are compared with part of a baseline, and with a release.

use crate::bundles::{Build, Change};
use pacegate::model::*;

/// A change since a release that no step showed, on levels that changed and were accepted.
pub(crate) fn creep() -> Bundle {
    let (name, rule) = ("parse/large/time", "max 5% worse");
    let passes = (Verdict::Pass, Reason::ChangeWithinLimit);
    let fails = (Verdict::Fail, Reason::WorseBeyondLimit);
    let (small, large) = (Change(0.008, -0.006, 0.022), Change(0.13, 0.1, 0.16));
    Build::new()
        .regression(name, Unit::Seconds, 0.0124, small, rule, passes.clone())
        .regression("parse/small/time", Unit::Seconds, 0.0011, small, rule, passes)
        .regression(name, Unit::Seconds, 0.011, large, "max 10% worse, vs release v1.2", fails)
        .with(|bundle| {
            bundle.judgements[2].kind = GateKind::Creep;
            let comparisons = bundle.comparisons.pop().into_iter().collect();
            bundle.release = Some(Release {
                name: "v1.2".into(),
                commit: Some("0b5ad7c4e1".repeat(4)),
                baseline: BaselineReason::Stored { runs: 12, other_environments: 0 },
                baseline_runs: vec![],
                comparisons,
            });
            let effect = Effect { estimate: -0.21, lo: Some(-0.23), hi: Some(-0.19) };
            let changed =
                Border::Changed { commit: Some("5e1c7f20a9".repeat(4)), effect: Some(effect) };
            let accepted = Border::Accepted { commit: "77aa01bc3d".repeat(4) };
            for (comparison, border, unconfirmed) in [(0, Some(changed), 3), (1, Some(accepted), 0)]
            {
                let runs = bundle.comparisons[comparison].base.runs;
                bundle.comparisons[comparison].regime =
                    Some(Regime { border, runs, passed_over: 17, unconfirmed });
            }
        })
        .done()
}
