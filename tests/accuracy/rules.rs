//! Rules of other tools on numbers for which their decision is known.

use crate::peers::RULES;
use crate::trials::{Design, Trial};

/// Checks what a rule says of these sides and stored runs.
fn check(rule: usize, history: &[f64], base: &[f64], head: &[f64], slower: bool) {
    let [base, head, history] = [base, head, history].map(<[f64]>::to_vec);
    let trial = Trial { design: Design::Blocks, base, head, pairs: vec![], history };
    let answer = RULES[rule].answer(&[trial])[0];
    assert_eq!(answer.verdict == pacegate::model::Verdict::Fail, slower, "{}", RULES[rule].name);
}

const BASE: [f64; 6] = [10.1, 9.9, 10.4, 10.0, 9.7, 10.2];

#[test]
fn ratios_of_means() {
    check(0, &[], &[1.0, 3.0], &[4.0, 4.0], false);
    check(0, &[], &[1.0, 3.0], &[4.0, 4.1], true);
    check(1, &[], &[1.0, 3.0], &[2.0, 2.3], false);
    check(1, &[], &[1.0, 3.0], &[2.0, 2.5], true);
}

#[test]
fn welch() {
    // scipy.stats.ttest_ind(head, base, equal_var=False).pvalue
    check(2, &[], &BASE, &[10.6, 10.2, 10.9, 10.3], false); // 0.0577
    check(2, &[], &BASE, &[10.6, 10.25, 10.9, 10.3], true); // 0.0457
    check(2, &[], &BASE, &[9.6, 9.2, 9.5, 9.3], false); // faster
}

#[test]
fn mann_whitney() {
    // scipy.stats.mannwhitneyu(head, base, method="exact").pvalue
    check(3, &[], &BASE, &[10.6, 10.15, 10.9, 10.3], false); // 0.0667
    check(3, &[], &BASE, &[10.6, 10.25, 10.9, 10.3], true); // 0.0381
    check(3, &[], &BASE, &[9.6, 9.2, 9.5, 9.3], false); // faster
    check(3, &[], &BASE[..3], &[11.0, 11.0, 11.0], false); // too few to be significant
}

#[test]
fn the_prediction_bound_of_stored_runs() {
    // 3 + scipy.stats.t.ppf(.99, 4) * sqrt(2.5 * 1.2) = 9.489_903
    let runs = [1.0, 2.0, 3.0, 4.0, 5.0];
    check(4, &runs, &[], &[9.4899], false);
    check(4, &runs, &[], &[9.4900], true);
    check(4, &[3.0], &[], &[9.0], false);
}

#[test]
fn a_change_beyond_those_between_stored_runs() {
    // Changes of 10, 20, 50, 25 and 0 %: quartiles 5 % (of 0 and 10) and 37.5 % (of 25 and 50), hence
    // significant from 37.5 + 3 * 32.5 = 135 % on.
    let runs = [1.0, 1.1, 1.32, 1.98, 2.475, 2.475];
    check(5, &runs, &[2.0], &[4.69], false);
    check(5, &runs, &[2.0], &[4.71], true);
    check(5, &[3.0], &[2.0], &[9.0], false);
}
