//! One rule on one series: which side of the limit does the interval lie on?

use crate::config::{Quantity, Rule};
use crate::model::{Better, Comparison, Estimate, Reason, Test, Unit, Verdict};

/// What a rule says before waivers.
pub(super) type Ruling = (Verdict, Reason);

/// The rule as a person would write it, such as `max 3%, floor 1ms`.
pub fn describe(rule: &Rule) -> String {
    let mut parts = Vec::new();
    match rule {
        Rule::Limit { min, max } => {
            parts.extend(min.as_ref().map(|min| format!("min {}", min.text)));
            parts.extend(max.as_ref().map(|max| format!("max {}", max.text)));
        }
        Rule::Regression { max, floor, strict } => {
            // Rounded so that 0.07 * 100 does not read 7.000000000000001.
            parts.push(format!("max {}% worse", (max * 1e8).round() / 1e6));
            parts.extend(floor.as_ref().map(|floor| format!("floor {}", floor.text)));
            parts.extend(strict.then(|| "strict".to_owned()));
        }
        Rule::Creep { release, max, floor, strict } => {
            let regression = Rule::Regression { max: *max, floor: floor.clone(), strict: *strict };
            return format!("{}, vs release {release}", describe(&regression));
        }
    }
    parts.join(", ")
}

/// Whether a quantity can be a limit of a series in `unit`. A bare number fits most; a share of 1 and more is
/// a percentage whose sign was forgotten, and a time a number of milliseconds most likely, where seconds are
/// meant by it: both would let anything pass.
pub(super) fn fits(quantity: &Quantity, unit: &Unit) -> bool {
    match &quantity.unit {
        Some(own) => own == unit,
        None => match unit {
            Unit::Ratio => quantity.value < 1.0,
            Unit::Seconds => quantity.value <= 0.0,
            _ => true,
        },
    }
}

/// The first quantity of a rule that does not fit the series' unit.
pub(super) fn misfit<'rule>(rule: &'rule Rule, unit: &Unit) -> Option<&'rule Quantity> {
    let quantities = match rule {
        Rule::Limit { min, max } => [min.as_ref(), max.as_ref()],
        Rule::Regression { floor, .. } | Rule::Creep { floor, .. } => [floor.as_ref(), None],
    };
    quantities.into_iter().flatten().find(|quantity| !fits(quantity, unit))
}

/// Judges an absolute limit on the interval where there is one, else on the value.
pub(super) fn limit(min: Option<&Quantity>, max: Option<&Quantity>, observed: &Estimate) -> Ruling {
    let (lo, hi) = match (observed.lo, observed.hi) {
        (None, None) => (observed.value, observed.value),
        (lo, hi) => (lo.unwrap_or(f64::NEG_INFINITY), hi.unwrap_or(f64::INFINITY)),
    };
    let (min, max) =
        (min.map_or(f64::NEG_INFINITY, |q| q.value), max.map_or(f64::INFINITY, |q| q.value));
    // Written so that a NaN, which nothing should let through, can never pass.
    if lo > max || hi < min {
        (Verdict::Fail, Reason::BeyondLimit)
    } else if lo >= min && hi <= max {
        (Verdict::Pass, Reason::WithinLimit)
    } else {
        (Verdict::Inconclusive, Reason::StraddlesLimit)
    }
}

/// Judges a change from the baseline.
///
/// With the effect oriented so that above 0 is worse, `e` its estimate and `[lo, hi]` its interval:
/// fail when `lo > 0` and `e > max` (strict: `lo > max`) and the difference clears the floor;
/// pass when `hi <= max` (improved when `hi < 0` at the level of improvements) or the difference surely
/// stays below the floor;
/// else inconclusive.
pub(super) fn regression(
    max: f64,
    floor: Option<&Quantity>,
    strict: bool,
    comparison: &Comparison,
) -> Ruling {
    let difference = oriented(&comparison.difference, comparison.better);
    let floor = floor.map_or(0.0, |floor| floor.value);
    let clears_floor = difference.value > floor;
    let below_floor = floor > 0.0 && difference.hi.is_some_and(|hi| hi <= floor);
    let Some(effect) = comparison.effect else {
        // No event before and none now: nothing got worse, however many trials it would take to
        // prove that none can happen.
        if comparison.test == Test::Rates && difference.value <= 0.0 {
            return (Verdict::Pass, Reason::ChangeWithinLimit);
        }
        return without_ratio(comparison, &difference, floor);
    };
    let (estimate, lo, hi) = effect.worse(comparison.better);
    let limit = comparison.better.log_limit(max);
    let beyond = if strict { lo > limit } else { lo > 0.0 && estimate > limit };
    if beyond && clears_floor {
        (Verdict::Fail, Reason::WorseBeyondLimit)
    } else if hi < 0.0 && comparison.p_better <= comparison.alpha_better {
        (Verdict::Improved, Reason::Better)
    } else if hi <= limit {
        let reason = if lo > 0.0 { Reason::WorseBelowLimit } else { Reason::ChangeWithinLimit };
        (Verdict::Pass, reason)
    } else if below_floor {
        (Verdict::Pass, Reason::BelowFloor)
    } else {
        (Verdict::Inconclusive, Reason::TooNoisy { runs_needed: None, pairs_needed: None })
    }
}

/// Judges a series whose baseline is zero: no ratio exists, so any sure increase above the floor is
/// beyond every relative limit.
fn without_ratio(comparison: &Comparison, difference: &Estimate, floor: f64) -> Ruling {
    let (lo, hi) =
        (difference.lo.unwrap_or(f64::NEG_INFINITY), difference.hi.unwrap_or(f64::INFINITY));
    if lo > 0.0 && difference.value > floor {
        (Verdict::Fail, Reason::WorseBeyondLimit)
    } else if hi < 0.0 && comparison.p_better <= comparison.alpha_better {
        (Verdict::Improved, Reason::Better)
    } else if hi <= floor {
        (Verdict::Pass, Reason::ChangeWithinLimit)
    } else {
        (Verdict::Inconclusive, Reason::ZeroBaseline)
    }
}

/// The difference oriented so that above 0 is worse.
fn oriented(difference: &Estimate, better: Better) -> Estimate {
    match better {
        Better::Lower => *difference,
        Better::Higher => Estimate {
            value: -difference.value,
            lo: difference.hi.map(|hi| -hi),
            hi: difference.lo.map(|lo| -lo),
        },
    }
}

/// How far a failed limit was exceeded, as a fraction of the limit; `None` where it was zero.
pub(super) fn excess(rule: &Rule, observed: &Estimate) -> Option<f64> {
    let Rule::Limit { min, max } = rule else { return None };
    let over = max
        .as_ref()
        .filter(|max| observed.value > max.value)
        .map(|max| (observed.value - max.value) / max.value.abs());
    let under = min
        .as_ref()
        .filter(|min| observed.value < min.value)
        .map(|min| (min.value - observed.value) / min.value.abs());
    over.or(under).filter(|excess| excess.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Effect, SeriesId, Side};

    fn quantity(value: f64) -> Quantity {
        Quantity { value, unit: None, text: value.to_string() }
    }

    fn estimate(value: f64, lo: impl Into<Option<f64>>, hi: impl Into<Option<f64>>) -> Estimate {
        Estimate { value, lo: lo.into(), hi: hi.into() }
    }

    fn comparison(better: Better, base: f64, lo: f64, e: f64, hi: f64) -> Comparison {
        let side = |value| Side { value, runs: 5, n: 5, values: vec![value] };
        Comparison {
            series: SeriesId { target: "t".into(), metric: "m".into(), statistic: None },
            unit: Unit::Seconds,
            better,
            test: Test::BetweenRuns,
            base: side(base),
            head: side(base * (1.0 + e)),
            regime: None,
            effect: Some(Effect { estimate: e, lo: Some(lo), hi: Some(hi) }),
            difference: estimate(base * e, base * lo, base * hi),
            p_worse: 0.5,
            p_better: match better {
                Better::Lower if hi < 0.0 => 0.001,
                Better::Higher if lo > 0.0 => 0.001,
                _ => 0.5,
            },
            alpha_worse: 0.01,
            alpha_better: 0.01,
            between_runs: None,
            detectable: None,
            flagged: None,
            warnings: vec![],
        }
    }

    #[test]
    fn limits_are_judged_by_the_side_the_interval_lies_on() {
        let check = |observed: Estimate, expected: Verdict| {
            let (verdict, _) = limit(Some(&quantity(1.0)), Some(&quantity(2.0)), &observed);
            assert_eq!(verdict, expected, "{observed:?}");
        };
        check(estimate(1.5, 1.2, 1.8), Verdict::Pass);
        check(estimate(1.5, 1.2, 2.1), Verdict::Inconclusive);
        check(estimate(2.5, 2.1, 2.6), Verdict::Fail);
        check(estimate(0.5, 0.4, 0.6), Verdict::Fail);
        check(estimate(2.0, None, None), Verdict::Pass);
        check(estimate(2.1, None, None), Verdict::Fail);
        check(estimate(1.5, 1.2, None), Verdict::Inconclusive);
        check(estimate(f64::NAN, f64::NAN, f64::NAN), Verdict::Inconclusive);
    }

    #[test]
    fn changes_are_judged_by_the_side_the_interval_lies_on() {
        let check = |lo, e, hi, strict, expected: Verdict| {
            let found = regression(0.03, None, strict, &comparison(Better::Lower, 1.0, lo, e, hi));
            assert_eq!(found.0, expected, "[{lo}, {e}, {hi}] gave {found:?}");
        };
        check(0.01, 0.05, 0.09, false, Verdict::Fail);
        check(0.01, 0.05, 0.09, true, Verdict::Inconclusive);
        check(0.04, 0.05, 0.09, true, Verdict::Fail);
        check(-0.01, 0.05, 0.09, false, Verdict::Inconclusive);
        check(0.01, 0.02, 0.029, false, Verdict::Pass);
        check(-0.01, 0.0, 0.02, false, Verdict::Pass);
        check(-0.09, -0.05, -0.01, false, Verdict::Improved);
        check(-0.09, 0.0, 0.09, false, Verdict::Inconclusive);
    }

    #[test]
    fn higher_is_better_mirrors() {
        let fall = comparison(Better::Higher, 100.0, -0.09, -0.05, -0.01);
        assert_eq!(regression(0.03, None, false, &fall).0, Verdict::Fail);
        let rise = comparison(Better::Higher, 100.0, 0.01, 0.05, 0.09);
        assert_eq!(regression(0.03, None, false, &rise).0, Verdict::Improved);
    }

    #[test]
    fn a_floor_excuses_small_differences() {
        let worse = comparison(Better::Lower, 0.001, 0.1, 0.2, 0.3);
        let (floor, small) = (quantity(0.001), quantity(0.0001));
        assert_eq!(
            regression(0.03, Some(&floor), false, &worse),
            (Verdict::Pass, Reason::BelowFloor)
        );
        assert_eq!(regression(0.03, Some(&small), false, &worse).0, Verdict::Fail);
        // Surely worse, and by an amount that may or may not matter.
        let middle = quantity(0.00025);
        assert_eq!(regression(0.03, Some(&middle), false, &worse).0, Verdict::Inconclusive);
        let noisy = comparison(Better::Lower, 0.001, -0.3, 0.0, 0.3);
        assert_eq!(
            regression(0.03, Some(&floor), false, &noisy),
            (Verdict::Pass, Reason::BelowFloor)
        );
    }

    #[test]
    fn a_zero_baseline_has_no_ratio_and_is_still_judged() {
        let check = |difference: Estimate, floor: Option<f64>, expected: Verdict| {
            let zero = Comparison {
                effect: None,
                difference,
                ..comparison(Better::Lower, 0.0, 0.0, 0.0, 0.0)
            };
            let floor = floor.map(quantity);
            assert_eq!(regression(0.03, floor.as_ref(), false, &zero).0, expected);
        };
        check(estimate(0.0, 0.0, 0.0), None, Verdict::Pass);
        check(estimate(5.0, 5.0, 5.0), None, Verdict::Fail);
        check(estimate(5.0, 5.0, 5.0), Some(6.0), Verdict::Pass);
        check(estimate(5.0, -1.0, 9.0), None, Verdict::Inconclusive);
    }

    #[test]
    fn no_event_before_and_none_now_passes() {
        let rates = |difference| Comparison {
            test: Test::Rates,
            effect: None,
            difference,
            ..comparison(Better::Lower, 0.0, 0.0, 0.0, 0.0)
        };
        let verdict = |difference| regression(0.03, None, false, &rates(difference)).0;
        assert_eq!(verdict(estimate(0.0, -0.001, 0.004)), Verdict::Pass);
        assert_eq!(verdict(estimate(0.001, -0.001, 0.006)), Verdict::Inconclusive);
    }

    #[test]
    fn quantities_fit_their_unit_and_a_forgotten_percent_sign_fits_none() {
        let check = |unit: Option<Unit>, value, series: Unit, expected| {
            let quantity = Quantity { unit, ..quantity(value) };
            assert_eq!(fits(&quantity, &series), expected, "{quantity:?} {series}");
        };
        check(Some(Unit::Seconds), 1.0, Unit::Seconds, true);
        check(Some(Unit::Seconds), 1.0, Unit::Bytes, false);
        check(None, 5.0, Unit::Seconds, false);
        check(None, 0.0, Unit::Seconds, true);
        check(None, 5.0, Unit::Cores, true);
        check(None, 0.01, Unit::Ratio, true);
        check(None, 1.0, Unit::Ratio, false);
        check(Some(Unit::Ratio), 1.0, Unit::Ratio, true);
    }

    #[test]
    fn rules_read_as_written() {
        let rule = Rule::Regression { max: 0.07, floor: Some(quantity(1.0)), strict: true };
        assert_eq!(describe(&rule), "max 7% worse, floor 1, strict");
        let release = "v1.2".to_owned();
        let rule = Rule::Creep { release, max: 0.1, floor: None, strict: false };
        assert_eq!(describe(&rule), "max 10% worse, vs release v1.2");
    }
}
