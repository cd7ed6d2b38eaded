//! When pairs have decided a series: look by look, and a fail only on a second look.

use super::rule;
use crate::config::Rule;
use crate::model::{Comparison, Flagged, Progress, Verdict};

/// Where the looks at a series have led.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The comparison that decides, or the last one.
    pub comparison: Comparison,
    /// Whether it decides.
    pub progress: Progress,
}

/// Follows a series look by look until every regression rule is decided; `None` without a look.
///
/// A rule that would fail has to fail at the next look too, on further pairs; the comparison then holds
/// the first evidence beside its own. At the last look there is nothing to wait for: what fails there
/// for the first time stays [`Progress::Flagged`], and fails.
pub fn follow(rules: &[&Rule], looks: impl IntoIterator<Item = Comparison>) -> Option<Followed> {
    let mut last: Option<Followed> = None;
    for mut comparison in looks {
        let mut progress = progress(rules, &comparison);
        if let Some(before) = last
            && before.progress == Progress::Flagged
            && progress == Progress::Flagged
        {
            let Comparison { head, effect, .. } = before.comparison;
            comparison.flagged = Some(Flagged { n: head.n, effect });
            progress = Progress::Settled;
        }
        last = Some(Followed { comparison, progress });
        if progress == Progress::Settled {
            break;
        }
    }
    last
}

/// The worst that the regression rules say of a comparison, before waivers; `None` without a rule.
pub fn ruling(rules: &[&Rule], comparison: &Comparison) -> Option<Verdict> {
    Verdict::worst(verdicts(rules, comparison))
}

fn verdicts(rules: &[&Rule], comparison: &Comparison) -> impl Iterator<Item = Verdict> {
    rules.iter().filter_map(|rule| match rule {
        Rule::Regression { max, floor, strict } => {
            Some(rule::regression(*max, floor.as_ref(), *strict, comparison).0)
        }
        Rule::Limit { .. } | Rule::Creep { .. } => None,
    })
}

/// How far one comparison is: undecided while one rule is, and flagged when all are decided and one
/// would fail.
fn progress(rules: &[&Rule], comparison: &Comparison) -> Progress {
    let mut progress = Progress::Ungated;
    for verdict in verdicts(rules, comparison) {
        progress = match (progress, verdict) {
            (Progress::Undecided, _) | (_, Verdict::Inconclusive) => Progress::Undecided,
            (Progress::Flagged, _) | (_, Verdict::Fail) => Progress::Flagged,
            _ => Progress::Settled,
        };
    }
    progress
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Quantity;
    use crate::model::{Better, Effect, Estimate, SeriesId, Side, Test, Unit};

    /// A look after `n` pairs of a base of 1, with its effect and bounds.
    fn look(n: u64, [lo, estimate, hi]: [f64; 3]) -> Comparison {
        let side = |value| Side { value, runs: 1, n, values: vec![value] };
        Comparison {
            series: SeriesId { target: "t".into(), metric: "m".into(), statistic: None },
            unit: Unit::Seconds,
            better: Better::Lower,
            test: Test::Paired,
            base: side(1.0),
            head: side(1.0 + estimate),
            effect: Some(Effect { estimate, lo: Some(lo), hi: Some(hi) }),
            difference: Estimate { value: estimate, lo: Some(lo), hi: Some(hi) },
            p_worse: 0.0,
            p_better: 0.0,
            alpha_worse: 0.01,
            alpha_better: 0.01,
            between_runs: None,
            detectable: None,
            flagged: None,
            regime: None,
            warnings: vec![],
        }
    }

    fn max(max: f64) -> Rule {
        Rule::Regression { max, floor: None, strict: false }
    }

    const WIDE: [f64; 3] = [-0.1, 0.0, 0.1];
    const PASSES: [f64; 3] = [-0.02, 0.0, 0.02];
    const WORSE: [f64; 3] = [0.01, 0.05, 0.09];
    const FAR_WORSE: [f64; 3] = [0.2, 0.3, 0.4];

    /// Follows looks after 1, 2, … pairs; expects where that ends, after how many pairs, and after how
    /// many the first evidence came.
    #[track_caller]
    fn check(rules: &[Rule], looks: &[[f64; 3]], expected: (Progress, u64, Option<u64>)) {
        let rules: Vec<&Rule> = rules.iter().collect();
        let looks = (1..).zip(looks).map(|(n, bounds)| look(n, *bounds));
        let found = follow(&rules, looks).unwrap();
        let first = found.comparison.flagged.map(|flagged| flagged.n);
        assert_eq!((found.progress, found.comparison.head.n, first), expected, "{found:?}");
    }

    #[test]
    fn a_fail_needs_a_second_look_in_a_row_and_a_pass_does_not() {
        use Progress::*;
        let rule = [max(0.03)];
        check(&rule, &[WIDE, PASSES, WORSE, WORSE], (Settled, 2, None));
        check(&rule, &[WIDE, WORSE, WORSE, WIDE], (Settled, 3, Some(2)));
        check(&rule, &[WORSE, WIDE, WORSE, WIDE], (Undecided, 4, None));
        check(&rule, &[WORSE, WIDE, WORSE, WORSE], (Settled, 4, Some(3)));
        check(&rule, &[WORSE, PASSES], (Settled, 2, None));
        check(&rule, &[WIDE, WORSE], (Flagged, 2, None));
        check(&rule, &[WIDE, WIDE], (Undecided, 2, None));
        assert_eq!(follow(&[&rule[0]], []), None);
    }

    #[test]
    fn the_first_evidence_is_kept_as_it_was() {
        let rule = max(0.03);
        let found = follow(&[&rule], [look(8, WORSE), look(12, FAR_WORSE)]).unwrap();
        let first = found.comparison.flagged.unwrap();
        assert_eq!((first.n, first.effect), (8, look(8, WORSE).effect));
        assert_eq!(found.comparison.effect, look(12, FAR_WORSE).effect);
        assert_eq!(ruling(&[&rule], &found.comparison), Some(Verdict::Fail));
    }

    #[test]
    fn every_rule_has_to_be_decided() {
        use Progress::*;
        let rules = [max(0.03), max(0.07)];
        // More than 3 % for sure, and perhaps more than 7 %.
        check(&rules, &[WORSE, WORSE, WORSE], (Undecided, 3, None));
        check(&rules, &[WORSE, FAR_WORSE, FAR_WORSE], (Settled, 3, Some(2)));
        check(&rules, &[PASSES], (Settled, 1, None));
        check(&rules, &[[0.01, 0.05, 0.06]; 2], (Settled, 2, Some(1)));
        let looks = [look(1, WORSE)];
        assert_eq!(ruling(&[&rules[0], &rules[1]], &looks[0]), Some(Verdict::Fail));
    }

    #[test]
    fn floors_and_strictness_hold_as_in_any_other_comparison() {
        use Progress::*;
        let floor = |value: f64| Rule::Regression {
            max: 0.03,
            floor: Some(Quantity { value, unit: None, text: String::new() }),
            strict: false,
        };
        check(&[floor(0.04)], &[WORSE, WORSE], (Settled, 2, Some(1)));
        check(&[floor(0.06)], &[WORSE, WORSE], (Undecided, 2, None));
        check(&[floor(0.1)], &[WORSE], (Settled, 1, None));
        let strict = Rule::Regression { max: 0.03, floor: None, strict: true };
        check(std::slice::from_ref(&strict), &[WORSE, WORSE], (Undecided, 2, None));
        check(&[strict], &[FAR_WORSE, FAR_WORSE], (Settled, 2, Some(1)));
    }

    #[test]
    fn without_a_regression_rule_nothing_is_decided() {
        let limit = Rule::Limit { min: None, max: None };
        check(&[], &[WORSE, PASSES], (Progress::Ungated, 2, None));
        check(std::slice::from_ref(&limit), &[WORSE, PASSES], (Progress::Ungated, 2, None));
        assert_eq!(ruling(&[&limit], &look(1, WORSE)), None);
    }
}
