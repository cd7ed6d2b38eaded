//! Many series in one build: error held over all of them, by a definition as plain as can be.

use crate::experiment::{alone, around, at_most, named, recorded};
use pacegate::analyze::{Design, PairedOptions, looks};
use pacegate::config::{Rule, defaults};
use pacegate::gate::follow;
use pacegate::model::{Comparison, Decision, PairedSeries, Verdict};
use pacegate::pipeline::{Recorded, replay};
use proptest::prelude::*;

const Q: f64 = defaults::PAIRED_FALSE_DISCOVERY_RATE;
/// The most pairs of the series here: few, so that there are few looks.
const AT_MOST: u32 = 16;
const OPTIONS: PairedOptions = PairedOptions {
    miss: defaults::PAIRED_MISS,
    power: defaults::POWER,
    looks: &defaults::LOOKS,
    at_most: AT_MOST,
};

/// What is known of a series at the looks up to `used` pairs, its bounds at the given levels.
fn seen(series: &PairedSeries, worse: f64, better: f64, used: u64) -> Vec<Comparison> {
    let design = Design::new(&OPTIONS, worse, better, series.pairs.len());
    looks(series, &design).take_while(|look| look.head.n <= used).collect()
}

fn found_worse(look: &Comparison) -> bool {
    look.difference.worse(look.better).1 > 0.0
}

fn found_better(look: &Comparison) -> bool {
    look.difference.worse(look.better).2 < 0.0 && look.p_better <= look.alpha_better
}

/// The smallest error at which the sequential test would have stopped by then: its p-value.
fn p_value(series: &PairedSeries, used: u64, rejects: fn(&Comparison) -> bool) -> f64 {
    let rejected = |error| seen(series, error, error, used).iter().any(rejects);
    let (mut low, mut high): (f64, f64) = (1e-9, 0.5);
    if !rejected(high) {
        return 1.0;
    }
    for _ in 0..20 {
        let middle = (low * high).sqrt();
        if rejected(middle) { high = middle } else { low = middle }
    }
    high
}

/// Benjamini and Hochberg's level, by their definition.
fn step_up(mut p: Vec<f64>) -> f64 {
    p.sort_unstable_by(f64::total_cmp);
    let share = |count: usize| count as f64 * Q / p.len() as f64;
    let rejected = (1..=p.len()).rev().find(|count| p[count - 1] <= share(*count));
    share(rejected.unwrap_or(1))
}

/// Estimate, bounds and the number of pairs.
type Answer = (Option<f64>, Option<f64>, Option<f64>, u64);

/// Estimate, bounds and pairs of every series of a family.
fn by_definition(family: &[Recorded]) -> Vec<Answer> {
    let size = family.len() as f64;
    let used: Vec<u64> = family
        .iter()
        .map(|Recorded { series, rules, .. }| {
            let rules: Vec<&Rule> = rules.iter().collect();
            let looks = seen(series, Q / size, Q / size, u64::MAX);
            follow(&rules, looks).unwrap().comparison.head.n
        })
        .collect();
    let level = |rejects: fn(&Comparison) -> bool| {
        let members = family.iter().zip(&used);
        step_up(members.map(|(one, used)| p_value(&one.series, *used, rejects)).collect())
    };
    let (worse, better) = (level(found_worse), level(found_better));
    let members = family.iter().zip(&used);
    members
        .map(|(one, used)| {
            let last = seen(&one.series, worse, better, *used).pop().unwrap();
            let effect = last.effect.unwrap();
            (Some(effect.estimate), effect.lo, effect.hi, *used)
        })
        .collect()
}

fn answers(decisions: &[Decision]) -> Vec<Answer> {
    decisions.iter().map(|found| (found.estimate, found.lo, found.hi, found.pairs)).collect()
}

/// A few series, of which some are slower or faster.
fn families() -> impl Strategy<Value = Vec<Recorded>> {
    let effect = prop_oneof![Just(0.0), Just(0.02), Just(0.04), Just(0.1), Just(-0.1)];
    let series = (effect, 0.005..0.08f64, any::<u64>(), 8..20_usize);
    prop::collection::vec(series, 1..5).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        numbered
            .map(|(i, (effect, sd, seed, count))| {
                let pairs = around(count, effect, sd, seed);
                Recorded { at_most: AT_MOST, ..named(&format!("s{i}"), recorded(pairs)) }
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_family_is_decided_at_the_level_of_benjamini_and_hochberg(family in families()) {
        let found = replay(&family, true);
        prop_assert_eq!(answers(&found.decisions), by_definition(&family));
    }

    #[test]
    fn a_family_of_one_is_decided_as_one_alone(family in families()) {
        let one = &family[..1];
        prop_assert_eq!(replay(one, true), replay(one, false));
    }

    #[test]
    fn the_order_of_series_does_not_matter(family in families(), as_family: bool) {
        let mut reversed = family.clone();
        reversed.reverse();
        let (found, mut other) = (replay(&family, as_family), replay(&reversed, as_family));
        other.decisions.reverse();
        prop_assert_eq!(found, other);
    }

    #[test]
    fn what_follows_a_decision_changes_nothing(
        family in families(), as_family: bool, more in prop::collection::vec((0.1..9.0f64, 0.1..9.0f64), 0..9),
    ) {
        let found = replay(&family, as_family);
        let mut other = family.clone();
        for (one, decision) in other.iter_mut().zip(&found.decisions) {
            let decided = decision.pairs as usize;
            // The end of a series is a look of its own, at which more pairs would decide anew.
            if decided < one.series.pairs.len() {
                one.series.pairs.truncate(decided);
                one.series.pairs.extend(recorded(more.iter().copied()).series.pairs);
            }
        }
        prop_assert_eq!(replay(&other, as_family), found);
    }
}

#[test]
fn series_without_a_rule_or_without_pairs_do_not_count_as_members() {
    let member = |effect, seed| recorded(around(100, effect, 0.02, seed));
    let family = [member(0.0, 1), member(0.05, 2), member(0.1, 3)];
    let free = Recorded { rules: vec![], ..named("free", member(0.3, 4)) };
    let empty = named("empty", recorded([]));
    let decided = replay(&family, true).decisions;
    let with_others = [&family[..], &[free, empty]].concat();
    assert_eq!(replay(&with_others, true).decisions[..3], decided);
    assert_eq!(replay(&with_others, true).decisions[4].verdict, Verdict::Missing);
}

#[test]
fn certain_regressions_loosen_the_level_of_the_others_as_far_as_their_share_of_it() {
    let slower = |seed| recorded(around(100, 0.1, 0.01, seed));
    let family: Vec<Recorded> =
        (0..9).map(slower).chain([recorded(around(25, 0.045, 0.05, 5))]).collect();
    let last = replay(&family, true).decisions[9].clone();
    let same = alone(&family[9]);
    assert_eq!((last.estimate, last.pairs), (same.estimate, same.pairs));
    let strictest: Vec<Recorded> = (0..9)
        .map(|seed| recorded(around(100, 0.0, 0.01, seed)))
        .chain([family[9].clone()])
        .collect();
    let strict = replay(&strictest, true).decisions[9].clone();
    assert!(strict.lo < last.lo && last.lo <= same.lo, "{strict:?} {last:?} {same:?}");
}

#[test]
fn every_series_is_held_to_the_pairs_that_it_is_allowed() {
    let short = Recorded { at_most: 8, ..recorded(around(20, 0.1, 0.001, 1)) };
    let long = Recorded { rules: vec![at_most(0.03)], ..recorded(around(20, 0.1, 0.001, 2)) };
    let found = replay(&[short, long], true).decisions;
    assert_eq!((found[0].pairs, found[1].pairs), (8, 20));
}
