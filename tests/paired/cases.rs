//! Decisions as a table: few pairs and odd numbers of them, exact and constant values, zeros, extremes.

use crate::experiment::{alone, around, metric, quantum, recorded};
use pacegate::model::{Assumption, Better, Verdict};
use pacegate::pipeline::{Recorded, replay};
use std::iter::repeat_n;

#[track_caller]
fn check(recorded: &Recorded, verdict: Verdict, pairs: u64) {
    let found = alone(recorded);
    assert_eq!((found.verdict, found.pairs), (verdict, pairs), "{found:?}");
}

/// The same pair again and again.
fn constant(count: usize, base: f64, head: f64) -> Recorded {
    recorded(repeat_n((base, head), count))
}

fn lower_exact(recorded: Recorded) -> Recorded {
    metric(recorded, Better::Lower, Assumption::Exact)
}

#[test]
fn no_pair_is_missing_and_few_cannot_tell() {
    check(&recorded([]), Verdict::Missing, 0);
    for few in [1, 2, 5, 7] {
        check(&recorded(around(few, 0.0, 0.001, 1)), Verdict::Inconclusive, few as u64);
        check(&recorded(around(few, 0.5, 0.001, 1)), Verdict::Inconclusive, few as u64);
    }
    let one = alone(&recorded([(1.0, 2.0)]));
    assert_eq!((one.estimate, one.lo, one.hi, one.detectable), (Some(1.0), None, None, None));
}

#[test]
fn an_unchanged_series_passes_at_the_first_look() {
    check(&recorded(around(8, 0.0, 0.001, 1)), Verdict::Pass, 8);
    check(&recorded(around(100, 0.0, 0.001, 1)), Verdict::Pass, 8);
    check(&recorded(around(100, 0.02, 0.001, 1)), Verdict::Pass, 8);
    // Whether it got better takes as much as whether it got worse, and is not waited for.
    check(&recorded(around(100, -0.1, 0.001, 1)), Verdict::Pass, 8);
    let few = Recorded { at_most: 8, ..recorded(around(8, -0.1, 0.001, 1)) };
    check(&few, Verdict::Improved, 8);
}

#[test]
fn a_slower_series_fails_at_the_second_look_that_shows_it() {
    check(&recorded(around(100, 0.1, 0.001, 1)), Verdict::Fail, 20);
    check(&recorded(around(12, 0.1, 0.001, 1)), Verdict::Inconclusive, 12);
    // At the last look there is no second one to wait for.
    check(&recorded(around(16, 0.1, 0.001, 1)), Verdict::Fail, 16);
    check(&recorded(around(18, 0.1, 0.001, 1)), Verdict::Fail, 18);
}

#[test]
fn the_last_look_is_at_the_last_pair_that_counts() {
    let noisy = |count, at_most| Recorded { at_most, ..recorded(around(count, 0.0, 0.2, 3)) };
    check(&noisy(43, 45), Verdict::Inconclusive, 43);
    check(&noisy(50, 45), Verdict::Inconclusive, 45);
    check(&noisy(45, 45), Verdict::Inconclusive, 45);
    check(&noisy(500, 100), Verdict::Inconclusive, 100);
    assert_eq!(alone(&noisy(50, 45)), alone(&noisy(45, 45)), "the rest is ignored");
    check(&noisy(5, 3), Verdict::Inconclusive, 3);
    check(&noisy(5, 1), Verdict::Inconclusive, 1);
    // With few pairs allowed they may err as often as many would, and so decide sooner.
    let slower = |at_most| Recorded { at_most, ..recorded(around(100, 0.1, 0.001, 1)) };
    check(&slower(8), Verdict::Fail, 8);
    check(&slower(12), Verdict::Fail, 12);
    check(&slower(30), Verdict::Fail, 16);
}

#[test]
fn where_higher_is_better_a_fall_is_what_a_rise_was() {
    let rates = |effect| {
        let rates =
            around(100, effect, 0.01, 5).into_iter().map(|(base, head)| (1.0 / base, 1.0 / head));
        metric(recorded(rates), Better::Higher, Assumption::Nothing)
    };
    for (effect, verdict) in [(0.1, Verdict::Fail), (0.0, Verdict::Pass), (-0.1, Verdict::Pass)] {
        let (lower, higher) =
            (alone(&recorded(around(100, effect, 0.01, 5))), alone(&rates(effect)));
        assert_eq!((lower.verdict, higher.verdict), (verdict, verdict));
        assert_eq!(lower.pairs, higher.pairs);
        let ratio = (1.0 + lower.estimate.unwrap()) * (1.0 + higher.estimate.unwrap());
        assert!((ratio - 1.0).abs() < 1e-12, "{lower:?} {higher:?}");
    }
}

#[test]
fn exact_metrics_are_compared_exactly() {
    let exact = |head| lower_exact(constant(100, 1000.0, head));
    check(&exact(1000.0), Verdict::Pass, 8);
    check(&exact(1001.0), Verdict::Pass, 8);
    check(&exact(999.0), Verdict::Improved, 8);
    check(&exact(1100.0), Verdict::Fail, 12);
    let found = alone(&exact(1100.0));
    assert_eq!((found.estimate, found.lo, found.hi), (Some(0.1), Some(0.1), Some(0.1)));
    check(&lower_exact(constant(1, 1000.0, 1001.0)), Verdict::Pass, 1);
    check(&lower_exact(constant(100, 0.0, 1.0)), Verdict::Fail, 12);
    check(&quantum(exact(1100.0), 100.0), Verdict::Pass, 8);
    let higher = metric(exact(900.0), Better::Higher, Assumption::Exact);
    check(&higher, Verdict::Fail, 12);
}

#[test]
fn what_is_called_exact_and_varies_is_compared_as_anything_else() {
    let varied = |count| lower_exact(recorded(around(count, 0.1, 0.001, 1)));
    check(&varied(100), Verdict::Fail, 20);
    // What varies later takes nothing back from what was decided before.
    let later = repeat_n((1000.0, 1000.0), 8).chain(around(92, 1.0, 0.1, 1));
    check(&lower_exact(recorded(later)), Verdict::Pass, 8);
    let head = repeat_n((1000.0, 1000.0), 7).chain([(1000.0, 1001.0)]);
    let found = alone(&lower_exact(recorded(head)));
    assert!(found.verdict == Verdict::Pass && found.lo.is_none(), "{found:?}");
}

#[test]
fn constant_and_tied_values() {
    check(&constant(100, 1.0, 1.0), Verdict::Pass, 8);
    check(&constant(100, 1.0, 1.01), Verdict::Pass, 8);
    check(&constant(100, 1.0, 1.1), Verdict::Fail, 20);
    let rounded = |effect| {
        let round = |v: f64| (v * 100.0).round() / 100.0;
        let pairs = around(100, effect, 0.01, 7).into_iter();
        recorded(pairs.map(move |(base, head)| (round(base), round(head))))
    };
    check(&rounded(0.0), Verdict::Pass, 8);
    check(&rounded(0.1), Verdict::Fail, 20);
}

#[test]
fn a_difference_below_the_quantum_is_none() {
    check(&quantum(constant(100, 1.0, 1.01), 0.015), Verdict::Pass, 8);
    assert_eq!(alone(&quantum(constant(100, 1.0, 1.01), 0.015)).estimate, Some(0.0));
    // Nor is it surely within the limit: 1.039 may look like 1.019.
    check(&quantum(constant(100, 1.0, 1.019), 0.02), Verdict::Inconclusive, 100);
    check(&quantum(constant(100, 1.0, 1.18), 0.185), Verdict::Inconclusive, 100);
    // What cannot show a change of the limit cannot exclude it.
    check(&quantum(constant(100, 1.0, 1.1), 0.2), Verdict::Inconclusive, 100);
    check(&quantum(constant(100, 1.0, 1.1), 0.05), Verdict::Fail, 20);
    check(&quantum(constant(100, 1.0, 1.1), f64::NAN), Verdict::Fail, 20);
    check(&quantum(constant(100, 1.0, 1.1), -1.0), Verdict::Fail, 20);
    check(&quantum(constant(100, 1.0, 1.1), f64::MAX), Verdict::Inconclusive, 100);
}

#[test]
fn zeros_have_no_ratio_and_are_judged_by_their_difference() {
    let untimed = alone(&constant(100, 0.0, 0.0));
    assert_eq!((untimed.verdict, untimed.hi), (Verdict::Inconclusive, None), "no time takes none");
    let coarse = alone(&quantum(constant(100, 0.0, 0.0), 0.004));
    assert_eq!(coarse.verdict, Verdict::Inconclusive, "there may be up to 4 ms on either side");
    check(&constant(100, 0.0, 0.01), Verdict::Fail, 20);
    let rates = around(100, 0.0, 0.3, 9)
        .into_iter()
        .map(|(base, head)| (base.max(1.0) - 1.0, head.max(1.0) - 1.0));
    let found = alone(&recorded(rates));
    assert_eq!((found.verdict, found.estimate), (Verdict::Inconclusive, None), "{found:?}");
    // A zero now and then leaves a ratio of medians.
    let zero = |i: usize, v: f64| if i.is_multiple_of(5) { 0.0 } else { v };
    let some = around(100, 0.2, 0.01, 9).into_iter().enumerate();
    let found = alone(&recorded(some.map(|(i, (base, head))| (zero(i, base), zero(i + 1, head)))));
    assert!(found.verdict == Verdict::Fail && found.estimate.is_some(), "{found:?}");
}

#[test]
fn negative_values_are_compared_by_their_difference() {
    check(&constant(100, -1.0, -0.5), Verdict::Fail, 20);
    check(&constant(20, -1.0, -1.5), Verdict::Pass, 8);
    let higher = metric(constant(100, -1.0, -1.5), Better::Higher, Assumption::Nothing);
    check(&higher, Verdict::Fail, 20);
}

#[test]
fn extremes_do_not_overflow_a_decision() {
    let found = alone(&constant(100, 1e-300, 1e300));
    assert_eq!((found.verdict, found.estimate), (Verdict::Fail, Some(f64::MAX)));
    let found = alone(&constant(100, 1e300, 1e-300));
    assert_eq!(found.estimate, Some(-1.0));
    check(&constant(100, f64::MIN, f64::MAX), Verdict::Fail, 20);
    check(&constant(100, 5e-324, 5e-324), Verdict::Pass, 8);
    check(&constant(100, f64::MAX, f64::MAX), Verdict::Pass, 8);
}

#[test]
fn the_first_value_that_is_not_positive_ends_the_ratios_and_what_they_showed() {
    let mut pairs = around(100, 0.1, 0.001, 1);
    pairs[16] = (0.0, 0.0);
    // Flagged by ratios at 16 pairs, and confirmed by differences at 20.
    check(&recorded(pairs.clone()), Verdict::Fail, 20);
    // One large difference the other way takes more to outweigh.
    pairs[16] = (1.0, -1.0);
    check(&recorded(pairs.clone()), Verdict::Fail, 30);
    pairs[16..].fill((1.0, -1.0));
    check(&recorded(pairs), Verdict::Improved, 40);
}

#[test]
fn a_series_without_a_rule_takes_no_part_in_the_verdict() {
    let free = Recorded { rules: vec![], ..recorded(around(100, 0.5, 0.01, 1)) };
    let found = alone(&free);
    assert_eq!((found.verdict, found.pairs, found.gated), (Verdict::Inconclusive, 100, false));
    let passes = recorded(around(100, 0.0, 0.001, 1));
    let fails = recorded(around(100, 0.1, 0.001, 1));
    let build = |series: &[Recorded], verdict| {
        for as_family in [false, true] {
            assert_eq!(replay(series, as_family).verdict, verdict);
        }
    };
    build(&[free.clone(), passes.clone()], Verdict::Pass);
    build(&[passes, fails, free.clone()], Verdict::Fail);
    build(&[free], Verdict::Error);
    build(&[], Verdict::Error);
}
