//! Numbers of every kind: nothing panics, bounds enclose their estimate, and sides mirror.

use crate::experiment::{metric, quantum, recorded};
use pacegate::analyze::{Design, PairedOptions, looks, pairs_needed};
use pacegate::config::{Quantity, Rule, defaults};
use pacegate::model::{Assumption, Better, Comparison};
use pacegate::pipeline::{Recorded, replay};
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

fn rule() -> impl Strategy<Value = Rule> {
    let amount = prop_oneof![Just(0.0), Just(0.03), Just(1.0), Just(1e300), 0.0..2.0f64];
    (amount.clone(), prop::option::of(amount), any::<bool>()).prop_map(|(max, floor, strict)| {
        let floor = floor.map(|value| Quantity { value, unit: None, text: String::new() });
        Rule::Regression { max, floor, strict }
    })
}

fn direction() -> impl Strategy<Value = Better> {
    prop_oneof![Just(Better::Lower), Just(Better::Higher)]
}

fn assumption() -> impl Strategy<Value = Assumption> {
    prop_oneof![Just(Assumption::Nothing), Just(Assumption::Exact)]
}

fn every_look(recorded: &Recorded) -> Vec<Comparison> {
    let options = PairedOptions {
        miss: defaults::PAIRED_MISS,
        power: defaults::POWER,
        looks: &defaults::LOOKS,
        at_most: recorded.at_most,
    };
    let design = Design::new(&options, 0.05, 0.05, recorded.series.pairs.len());
    looks(&recorded.series, &design).collect()
}

/// Bounds as numbers, infinite where there is none.
fn ends(lo: Option<f64>, hi: Option<f64>) -> (f64, f64) {
    (lo.unwrap_or(f64::NEG_INFINITY), hi.unwrap_or(f64::INFINITY))
}

/// Whether two numbers are the same but for rounding.
fn near(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_pair_of_numbers_has_an_answer_that_json_can_hold(
        pairs in prop::collection::vec((number(), number()), 0..26),
        rules in prop::collection::vec(rule(), 0..3),
        smallest in prop_oneof![Just(0.0), Just(f64::NAN), Just(-1.0), 0.0..1e300f64],
        at_most in 1..30_u32, better in direction(), assumption in assumption(), as_family: bool,
    ) {
        let one = Recorded { rules, at_most, ..quantum(recorded(pairs), smallest) };
        let one = metric(one, better, assumption);
        let counted = one.series.pairs.len().min(at_most as usize);
        let found = replay(&[one.clone(), one.clone()], as_family);
        for decision in &found.decisions {
            prop_assert!(decision.pairs <= counted as u64);
            prop_assert_eq!(decision.pairs == 0, counted == 0);
            let (lo, hi) = ends(decision.lo, decision.hi);
            prop_assert!(decision.estimate.is_none_or(|estimate| lo <= estimate && estimate <= hi));
        }
        let all = every_look(&one);
        prop_assert_eq!(all.last().map_or(0, |last| last.head.n), counted as u64);
        for look in all {
            let json = serde_json::to_value(&look).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Comparison>(json).unwrap(), &look);
            prop_assert!((0.0..=1.0).contains(&look.p_worse) && (0.0..=1.0).contains(&look.p_better));
            let (lo, hi) = ends(look.difference.lo, look.difference.hi);
            prop_assert!(lo <= look.difference.value && look.difference.value <= hi, "{:?}", look);
            if let Some(effect) = look.effect {
                let (lo, hi) = ends(effect.lo, effect.hi);
                prop_assert!(effect.estimate >= -1.0 && lo <= effect.estimate && effect.estimate <= hi);
            }
            for strict in [false, true] {
                let needed = pairs_needed(&look, 0.03, strict, 100);
                prop_assert!(needed.is_none_or(|more| (1..=100).contains(&(more as u64 + look.head.n))));
            }
        }
    }

    #[test]
    fn bounds_only_ever_narrow_on_one_scale(pairs in prop::collection::vec((0.5..2.0f64, 0.5..2.0f64), 12..60)) {
        let all = every_look(&recorded(pairs));
        for pair in all.windows(2) {
            let [before, after] = [&pair[0], &pair[1]].map(|look| look.effect.unwrap());
            let ((lo, hi), (new_lo, new_hi)) = (ends(before.lo, before.hi), ends(after.lo, after.hi));
            // But for an estimate that has left the interval.
            prop_assert!(new_lo >= lo.min(after.estimate) && new_hi <= hi.max(after.estimate));
        }
    }

    #[test]
    fn swapped_sides_mirror_where_the_better_direction_turns_with_them(
        pairs in prop::collection::vec((0.5..2.0f64, 0.5..2.0f64), 1..26),
    ) {
        let swapped = pairs.iter().map(|(base, head)| (*head, *base));
        let swapped = metric(recorded(swapped), Better::Higher, Assumption::Nothing);
        let (lower, higher) = (every_look(&recorded(pairs)), every_look(&swapped));
        prop_assert_eq!(lower.len(), higher.len());
        for (lower, higher) in lower.iter().zip(&higher) {
            let (a, b) = (lower.effect.unwrap().worse(lower.better), higher.effect.unwrap().worse(higher.better));
            prop_assert!(near(a.0, b.0) && near(a.1, b.1) && near(a.2, b.2), "{:?} {:?}", a, b);
            prop_assert_eq!((lower.p_worse, lower.p_better), (higher.p_worse, higher.p_better));
        }
    }

    #[test]
    fn a_common_factor_changes_no_ratio(
        pairs in prop::collection::vec((0.5..2.0f64, 0.5..2.0f64), 1..26), exponent in -200..200,
    ) {
        let factor = 10f64.powi(exponent);
        let scaled = pairs.iter().map(|(base, head)| (base * factor, head * factor));
        let (plain, scaled) = (every_look(&recorded(pairs.clone())), every_look(&recorded(scaled)));
        for (plain, scaled) in plain.iter().zip(&scaled) {
            let (a, b) = (plain.effect.unwrap(), scaled.effect.unwrap());
            let ((a_lo, a_hi), (b_lo, b_hi)) = (ends(a.lo, a.hi), ends(b.lo, b.hi));
            prop_assert!(near(a.estimate, b.estimate) && near(a_lo, b_lo) && near(a_hi, b_hi));
        }
    }
}
