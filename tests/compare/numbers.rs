//! Numbers of every kind: nothing panics, nothing is NaN, and neither scale nor order matters.

use crate::measurements::{against, one, sample, wall};
use crate::runs::OPTIONS;
use pacegate::analyze::{Options, runs_needed};
use pacegate::model::*;
use proptest::prelude::*;

/// Numbers of every size and sign.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.9..1.1f64,
        -1e300..1e300f64,
        -1e-300..1e-300f64,
        Just(0.0),
        Just(-0.0),
        Just(5e-324),
        Just(f64::MAX),
        Just(f64::MIN),
        Just(1.0),
    ]
}

proptest! {
    #[test]
    fn every_number_has_an_answer_that_json_can_hold(
        base in prop::collection::vec(number(), 1..9),
        head in number(),
        quantum in prop_oneof![Just(0.0), Just(f64::NAN), Just(-1.0), 0.0..1e300f64],
        higher: bool, exact: bool, one_session: bool,
    ) {
        let metric = Metric {
            name: "m".into(),
            unit: Unit::Seconds,
            better: if higher { Better::Higher } else { Better::Lower },
            assumption: if exact { Assumption::Exact } else { Assumption::Nothing },
        };
        let of = |v: f64| Measurement { quantum, ..sample(metric.clone(), &[v]) };
        let options = Options { one_session, ..OPTIONS };
        let compared = against(base.iter().map(|v| of(*v)), of(head), options);
        for found in &compared.comparisons {
            let json = serde_json::to_value(found).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Comparison>(json).unwrap(), found);
            prop_assert!((0.0..=1.0).contains(&found.p_worse) && (0.0..=1.0).contains(&found.p_better));
            if let Some(effect) = found.effect {
                prop_assert!(effect.estimate >= -1.0);
                let (estimate, lo, hi) = effect.worse(found.better);
                prop_assert!(!estimate.is_nan() && lo <= estimate && estimate <= hi, "{:?}", found);
            }
            for strict in [false, true] {
                let needed = runs_needed(found, 0.03, strict);
                prop_assert!(needed.is_none_or(|runs| (1..60).contains(&runs)));
            }
        }
    }

    #[test]
    fn scale_and_order_of_the_baseline_do_not_matter(
        mut base in prop::collection::vec(0.5..2.0f64, 5..20), head in 0.5..2.0f64, exponent in -200..200,
    ) {
        // Which level is the current one is a matter of order.
        let options = Options { changes: None, ..OPTIONS };
        let effect = |base: &[f64], head: f64| {
            one(against(base.iter().map(|v| wall(&[*v])), wall(&[head]), options)).effect.unwrap()
        };
        let plain = effect(&base, head);
        base.reverse();
        let factor = 10f64.powi(exponent);
        let scaled: Vec<f64> = base.iter().map(|v| v * factor).collect();
        let moved = effect(&scaled, head * factor);
        for (a, b) in [(Some(plain.estimate), Some(moved.estimate)), (plain.lo, moved.lo), (plain.hi, moved.hi)] {
            let (a, b) = (a.unwrap_or(-1.0), b.unwrap_or(-1.0));
            prop_assert!((a - b).abs() <= 1e-9 * (1.0 + a.abs()), "{} {}", a, b);
        }
    }
}
