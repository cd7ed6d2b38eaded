//! How often a change is seen where there is none.

use super::in_sequence;
use crate::model::{FalseAlarms, Pair, SimpleAlarms, SimpleRule};
use crate::stats::{self, Rate};

/// One-sided error of either end of the interval of a rate of false alarms.
const ALPHA: f64 = 0.025;
/// How much slower one process has to be than another for the simplest rule.
const TEN_PERCENT: f64 = 1.1;
/// Processes of a side for the simple test.
const BLOCK: usize = 10;
/// Processes from one comparison of the simple test to the next, which overlap.
const STEP: usize = 5;
/// The level of the simple test, of both its sides together.
const LEVEL: f64 = 0.05;

/// The share of alarms among experiments of `pairs` pairs, with its interval of 95 % (Clopper and
/// Pearson, 1934); `None` without an experiment.
pub fn false_alarms(experiments: u64, alarms: u64, pairs: u64) -> Option<FalseAlarms> {
    let rate = Rate::new(alarms as f64, experiments as f64)?;
    let (lo, hi) = stats::clopper_pearson(rate, ALPHA, ALPHA);
    Some(FalseAlarms { experiments, pairs, alarms, lo, hi })
}

/// What simple rules say of the processes of these pairs, each rule with either side as the head; none
/// for fewer processes than a rule needs.
pub fn simple_alarms(pairs: &[Pair]) -> Vec<SimpleAlarms> {
    let values = in_sequence(pairs);
    let rules = [
        (SimpleRule::TenPercent, ten_percent(&values)),
        (SimpleRule::MannWhitney, mann_whitney(&values)),
    ];
    let counted = rules.into_iter().map(|(rule, (comparisons, alarms))| SimpleAlarms {
        rule,
        comparisons,
        alarms,
    });
    counted.filter(|counted| counted.comparisons > 0).collect()
}

/// Every process against every other one: comparisons and alarms.
fn ten_percent(values: &[f64]) -> (u64, u64) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut faster = 0;
    let alarms = sorted.iter().map(|value| {
        while faster < sorted.len() && sorted[faster] * TEN_PERCENT < *value {
            faster += 1;
        }
        faster as u64
    });
    let count = values.len() as u64;
    (count * count.saturating_sub(1), alarms.sum())
}

/// Every block of successive processes against the block after it.
fn mann_whitney(values: &[f64]) -> (u64, u64) {
    let neighbours = values.windows(2 * BLOCK).step_by(STEP).map(|both| both.split_at(BLOCK));
    let tests = neighbours.filter_map(|(base, head)| stats::mann_whitney_p(base, head));
    tests.fold((0, 0), |(comparisons, alarms), (more, less)| {
        let slower = [more, less].iter().filter(|p| **p * 2.0 < LEVEL).count() as u64;
        (comparisons + 2, alarms + slower)
    })
}

#[cfg(test)]
mod tests {
    use super::super::trial;
    use super::*;
    use crate::model::Build;
    use proptest::prelude::*;

    #[test]
    fn rates_have_their_interval() {
        // scipy.stats.binomtest(3, 2000).proportion_ci(method="exact")
        let alarms = false_alarms(2000, 3, 100).unwrap();
        assert!((alarms.lo - 0.000_309_442_949).abs() < 1e-9, "{alarms:?}");
        assert!((alarms.hi - 0.004_377_320_105).abs() < 1e-9, "{alarms:?}");
        assert_eq!(false_alarms(0, 0, 100), None);
    }

    fn of(values: &[(f64, f64)]) -> Vec<Pair> {
        let pair =
            |(base, head): &(f64, f64)| Pair { base: *base, head: *head, first: Build::Base };
        values.iter().map(pair).collect()
    }

    fn check(pairs: &[Pair], expected: &[(SimpleRule, u64, u64)]) {
        let found = simple_alarms(pairs);
        let found: Vec<_> =
            found.iter().map(|found| (found.rule, found.comparisons, found.alarms)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn simple_rules_count_either_side_as_the_head() {
        check(&[], &[]);
        check(&of(&[(1.0, 1.0)]), &[(SimpleRule::TenPercent, 2, 0)]);
        check(&of(&[(1.0, 1.2)]), &[(SimpleRule::TenPercent, 2, 1)]);
        check(&of(&[(1.0, 1.2), (1.3, 1.31)]), &[(SimpleRule::TenPercent, 12, 3)]);
        let step = [[(1.0, 1.01); 5], [(1.05, 1.06); 5]].concat();
        check(&of(&step), &[(SimpleRule::TenPercent, 380, 0), (SimpleRule::MannWhitney, 2, 1)]);
    }

    #[test]
    fn independent_processes_are_called_slower_as_often_as_the_level_says() {
        let found = simple_alarms(&trial::pairs(5000, 0.05, 2));
        let share = found[1].alarms as f64 / found[1].comparisons as f64;
        // Of all two-sided outcomes at most 5 %, half of them slower.
        assert!((0.015..0.025).contains(&share), "{share}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn alarms_are_some_of_the_comparisons(pairs in trial::any()) {
            for counted in simple_alarms(&pairs) {
                prop_assert!(counted.alarms <= counted.comparisons);
            }
        }

        #[test]
        fn the_simplest_rule_counts_as_by_hand(pairs in trial::any()) {
            let values: Vec<f64> = in_sequence(&pairs).iter().map(|value| value.abs()).collect();
            let by_hand: usize = values
                .iter()
                .map(|base| values.iter().filter(|head| base * TEN_PERCENT < **head).count())
                .sum();
            prop_assert_eq!(ten_percent(&values).1, by_hand as u64);
        }
    }
}
