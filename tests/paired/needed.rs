//! How many further pairs would decide.

use crate::experiment::{around, metric, recorded};
use pacegate::analyze::{Design, PairedOptions, looks, pairs_needed};
use pacegate::config::defaults;
use pacegate::model::{Assumption, Better, Comparison, Effect};

/// A comparison of 20 pairs with the given effect and bounds.
fn comparison(better: Better, [lo, estimate, hi]: [f64; 3]) -> Comparison {
    let series = metric(recorded(around(20, 0.0, 0.01, 1)), better, Assumption::Nothing).series;
    let options = PairedOptions {
        miss: defaults::PAIRED_MISS,
        power: defaults::POWER,
        looks: &[],
        at_most: 100,
    };
    let found = looks(&series, &Design::new(&options, 0.05, 0.05, 20)).next().unwrap();
    Comparison { effect: Some(Effect { estimate, lo: Some(lo), hi: Some(hi) }), ..found }
}

#[track_caller]
fn check(comparison: &Comparison, strict: bool, most: u32, expected: Option<u32>) {
    assert_eq!(pairs_needed(comparison, 0.03, strict, most), expected);
}

#[test]
fn the_interval_narrows_with_the_root_of_the_pairs() {
    // The values: 20 ((ln hi - ln e) / (ln max - ln e))², in Python.
    let unchanged = comparison(Better::Lower, [-0.06, 0.0, 0.06]);
    check(&unchanged, false, 100, Some(58));
    check(&unchanged, true, 100, Some(58));
    let slower = comparison(Better::Lower, [-0.02, 0.05, 0.12]);
    check(&slower, false, 100, Some(20));
    check(&slower, true, 1000, Some(238));
    check(&comparison(Better::Lower, [0.02, 0.08, 0.14]), true, 100, Some(10));
    check(&comparison(Better::Higher, [-0.12, -0.05, 0.02]), false, 100, Some(19));
}

#[test]
fn what_no_number_of_pairs_that_can_be_had_decides_gets_no_number() {
    let near = comparison(Better::Lower, [-0.06, 0.01, 0.06]);
    check(&near, false, 121, None);
    check(&near, false, 122, Some(102));
    let at_the_limit = comparison(Better::Lower, [-0.06, 0.03, 0.06]);
    check(&at_the_limit, false, u32::MAX, None);
    let unbounded =
        Comparison { effect: Some(Effect { estimate: 0.0, lo: None, hi: None }), ..near.clone() };
    check(&unbounded, false, u32::MAX, None);
    check(&Comparison { effect: None, ..near }, false, u32::MAX, None);
}

#[test]
fn what_is_decided_needs_no_more() {
    check(&comparison(Better::Lower, [-0.01, 0.0, 0.01]), false, 100, None);
    check(&comparison(Better::Lower, [0.04, 0.05, 0.06]), false, 100, None);
}
