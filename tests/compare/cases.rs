//! Tables of baselines and heads with what must be found.

use crate::measurements::{against, errors, latency, one, sample, wall, worse};
use crate::runs::{OPTIONS, baseline, run, target};
use pacegate::analyze::{Options, compare, observe, runs_needed};
use pacegate::model::*;

const TEN: [f64; 10] = [1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99, 1.005, 0.995];

#[test]
fn the_spread_between_runs_decides() {
    let check = |head: f64, expected: (bool, bool)| {
        let found = one(against(TEN.map(|v| wall(&[v])), wall(&[head]), OPTIONS));
        let (estimate, lo, hi) = worse(&found);
        assert!((estimate - head.ln()).abs() < 0.01, "{found:?}");
        assert_eq!((lo > 0.0, hi < 0.0), expected, "{head}: {lo} {hi}");
        assert_eq!(lo > 0.0, found.p_worse <= found.alpha_worse);
        assert_eq!((found.base.runs, found.head.runs, found.test), (10, 1, Test::BetweenRuns));
        let difference = found.difference;
        assert!(
            difference.lo.unwrap() <= difference.value
                && difference.value <= difference.hi.unwrap()
        );
    };
    check(1.00, (false, false));
    check(1.03, (false, false));
    check(1.10, (true, false));
    check(0.90, (false, true));
}

#[test]
fn the_level_of_the_interval_is_as_computed_by_hand() {
    // SciPy: k = 10, df = 4.5, median and sd of numpy.log(TEN), alpha .01:
    // log(1.1) - median - t.ppf(.99, 4.5) * sd * sqrt(1 + pi / 2 / 10), sd, and
    // expm1((t.ppf(.99, 4.5) + t.ppf(.95, 4.5)) * sd * sqrt(1 + pi / 2 / 10))
    let found = one(against(TEN.map(|v| wall(&[v])), wall(&[1.1]), OPTIONS));
    let (_, lo, _) = worse(&found);
    assert!((lo - 0.050_592_645_177_883_94).abs() < 1e-9, "{lo}");
    assert!(
        (found.between_runs.unwrap() - 0.011_786_490_253_980_594).abs() < 1e-12,
        "{:?}",
        found.between_runs
    );
    assert!(
        (found.detectable.unwrap() - 0.073_480_134_775_479_47).abs() < 1e-9,
        "{:?}",
        found.detectable
    );
}

#[test]
fn times_that_are_all_0_decide_nothing() {
    let check = |unit: Unit, quantum: f64, value: f64, expected: bool| {
        let of =
            |value| Measurement { quantum, ..sample(Metric::lower("m", unit.clone()), &[value]) };
        let found = one(against(vec![of(0.0); 10], of(value), OPTIONS));
        assert_eq!(found.warnings == [Warning::NothingTimed], !expected, "{found:?}");
        assert_eq!(found.difference.hi.is_some(), expected, "{found:?}");
    };
    check(Unit::Seconds, 0.0, 0.0, false);
    check(Unit::Seconds, 1e-9, -0.0, false);
    check(Unit::Seconds, 0.0, 0.1, true);
    check(Unit::Seconds, 0.004, 0.0, true);
    check(Unit::Count, 0.0, 0.0, true);
}

#[test]
fn higher_is_better_mirrors() {
    let rate = |v: f64| sample(Metric::higher("rate", Unit::PerSecond), &[v]);
    let slow = one(against(TEN.map(|v| wall(&[v])), wall(&[1.1]), OPTIONS));
    let less = one(against(TEN.map(|v| rate(1.0 / v)), rate(1.0 / 1.1), OPTIONS));
    let ((a, b, c), (d, e, f)) = (worse(&slow), worse(&less));
    assert!((a - d).abs() < 1e-12 && (b - e).abs() < 1e-9 && (c - f).abs() < 1e-9);
    // The same distance in logarithms is a smaller part of a rate that falls.
    let (rise, fall) = (slow.detectable.unwrap(), less.detectable.unwrap());
    assert!((rise.ln_1p() + (-fall).ln_1p()).abs() < 1e-9, "{rise} {fall}");
}

#[test]
fn too_few_runs_are_never_a_guess() {
    let session = Options { one_session: true, ..OPTIONS };
    let check =
        |base: Vec<Measurement>, head: Measurement, options: Options, test: Option<Test>| {
            let compared = against(base, head, options);
            let found = compared.comparisons.first().unwrap();
            match test {
                Some(test) => {
                    assert!(compared.undecided.is_empty(), "{:?}", compared.undecided);
                    assert_eq!(found.test, test);
                    assert_eq!(found.warnings, [Warning::OneSession]);
                }
                None => {
                    let need = OPTIONS.min_runs;
                    let have = found.base.runs;
                    let reasons: Vec<_> = compared.undecided.values().collect();
                    assert_eq!(reasons, vec![&Reason::TooFewRuns { have, need }; reasons.len()]);
                    assert_eq!(reasons.len(), compared.comparisons.len());
                    assert_eq!((found.effect.unwrap().lo, found.effect.unwrap().hi), (None, None));
                }
            }
        };
    let many = |offset: f64| wall(&TEN.map(|v| v + offset));
    check(vec![wall(&[1.0]); 4], wall(&[9.0]), OPTIONS, None);
    check(vec![wall(&[1.0])], wall(&[9.0]), session, None);
    check(vec![wall(&[1.0, 1.1, 1.2])], wall(&[9.0, 9.1]), session, None);
    check(vec![many(0.0)], many(0.1), session, Some(Test::RankSum));
    check(vec![many(0.0)], many(0.1), OPTIONS, None);
    check(vec![many(0.0), many(0.0)], many(0.1), session, None);
    check(vec![latency(&[1000; 50])], latency(&[9000; 50]), session, None);
    check(vec![errors(1, 1000)], errors(90, 1000), session, Some(Test::Rates));
    check(vec![errors(1, 1000); 4], errors(90, 1000), OPTIONS, None);
}

#[test]
fn equal_values_and_rounding() {
    let check = |base: f64, head: f64, quantum: f64, expected: bool| {
        let of = |v: f64| Measurement { quantum, ..wall(&[v]) };
        let found = one(against(vec![of(base); 10], of(head), OPTIONS));
        let rejected = found.p_worse <= found.alpha_worse;
        assert_eq!(rejected, expected, "{base} {head} {quantum}: {found:?}");
        match found.effect {
            Some(_) => assert_eq!(worse(&found).1 > 0.0, expected),
            None => assert_eq!(found.difference.lo.unwrap() > 0.0, expected),
        }
        if !expected {
            // As far as the values can tell: to the step, or the rounding, away from what they show.
            let hi = found.difference.hi.unwrap();
            let most = 1.2 * ((head - base).max(0.0) + quantum) + 1e-11 * base.abs();
            assert!(found.difference.value == 0.0 && (0.0..=most).contains(&hi), "{found:?}");
        }
    };
    check(0.1, 0.1, 0.0, false);
    check(0.1, 0.1 + 1e-17, 0.0, false);
    check(0.3, 0.1 + 0.2, 0.0, false);
    check(0.1, 0.11, 0.0, true);
    check(0.10, 0.11, 0.01, false);
    check(0.10, 0.14, 0.01, true);
    check(0.0, 0.0, 1.0, false);
    check(0.0, 1.0, 1.0, false);
    check(0.0, 9.0, 1.0, true);
    check(-5.0, -5.0, 0.0, false);
    check(-5.0, -4.0, 0.0, true);
    check(5e-324, 5e-324, 0.0, false);
    check(1e300, 1e300, 0.0, false);
}

#[test]
fn histograms_tell_no_less_than_a_bucket() {
    let base = (0..10).map(|_| latency(&[1_000_000; 100]));
    let compared = against(base, latency(&[1_000_500; 100]), OPTIONS);
    assert_eq!(compared.comparisons.len(), 5);
    for found in &compared.comparisons {
        assert!(found.effect.unwrap().estimate.abs() < f64::MIN_POSITIVE, "{found:?}");
    }
}

#[test]
fn exact_metrics_are_compared_with_the_newest_run() {
    let check = |base: [f64; 2], head: f64, better: Better, expected: Option<f64>| {
        let of = |v: f64| sample(Metric { better, ..Metric::exact("ops", Unit::Count) }, &[v]);
        let found = one(against(base.map(of), of(head), OPTIONS));
        assert_eq!(found.test, Test::Exact);
        assert_eq!(found.effect.map(|e| e.estimate), expected);
        assert_eq!(found.effect.and_then(|e| e.lo), expected);
        assert_eq!(found.difference.lo, Some(head - base[1]));
        assert_eq!(found.difference.hi, Some(head - base[1]));
    };
    check([50.0, 100.0], 100.0, Better::Lower, Some(0.0));
    check([50.0, 100.0], 125.0, Better::Lower, Some(0.25));
    check([50.0, 100.0], 75.0, Better::Higher, Some(-0.25));
    check([50.0, 0.0], 75.0, Better::Lower, None);
    check([50.0, 0.0], 0.0, Better::Lower, None);
}

#[test]
fn error_rates_that_vary_between_runs_cry_no_wolf() {
    let check = |base: [u64; 10], head: u64, expected: bool| {
        let found = one(against(base.map(|e| errors(e, 10_000)), errors(head, 10_000), OPTIONS));
        assert_eq!(found.p_worse <= found.alpha_worse, expected, "{base:?} {head}: {found:?}");
        assert_eq!(found.difference.lo.unwrap() > 0.0, expected);
        if let Some(effect) = found.effect {
            assert_eq!(effect.lo.unwrap() > 0.0, expected);
            assert!(
                (effect.estimate - (head as f64 * 10.0 / base.iter().sum::<u64>() as f64 - 1.0))
                    .abs()
                    < 1e-9
            );
        }
    };
    check([10, 9, 11, 12, 8, 10, 10, 9, 13, 8], 40, true);
    check([10, 9, 11, 12, 8, 10, 10, 9, 13, 8], 14, false);
    // The same total from runs that differ: 40 is among what happens.
    check([1, 0, 38, 2, 0, 3, 30, 1, 25, 0], 40, false);
    check([0; 10], 0, false);
    check([0; 10], 1, false);
    check([0; 10], 9, true);
}

#[test]
fn a_share_of_successes_is_judged_by_its_failures() {
    let success = |failures: u64| Measurement {
        metric: Metric::higher("success", Unit::Ratio),
        ..errors(10_000 - failures, 10_000)
    };
    let found = one(against((0..10).map(|_| success(10)), success(100), OPTIONS));
    let (estimate, lo, hi) = worse(&found);
    assert!(found.p_worse <= found.alpha_worse && lo > 0.0 && lo < estimate && estimate < hi);
    let found = one(against((0..10).map(|_| success(10)), success(12), OPTIONS));
    assert!(found.p_worse > found.alpha_worse && worse(&found).1 <= 0.0);
}

#[test]
fn only_gated_series_that_can_be_decided_share_the_error() {
    let wide = |offset: f64| -> Run {
        let names = ["a", "b", "c", "d"];
        let mut targets: Vec<Target> =
            names.iter().map(|name| target(name, vec![wall(&[1.0 + offset])])).collect();
        targets.push(target("exact", vec![sample(Metric::exact("ops", Unit::Count), &[1.0])]));
        run(targets)
    };
    let runs = baseline(TEN.map(|v| wide(v - 1.0)).to_vec());
    let level = |gated: &dyn Fn(&SeriesId) -> bool| {
        let compared = compare(&wide(0.0), &runs, gated, &OPTIONS);
        let levels: Vec<f64> = compared.comparisons.iter().map(|c| c.alpha_worse).collect();
        assert!(levels.iter().all(|level| level.to_bits() == levels[0].to_bits()));
        Some(levels[0])
    };
    assert_eq!(level(&|_| true), Some(OPTIONS.q / 4.0));
    assert_eq!(level(&|id| id.target == "a" || id.target == "exact"), Some(OPTIONS.q));
    assert_eq!(level(&|_| false), Some(OPTIONS.q));
}

#[test]
fn what_was_measured_otherwise_is_no_baseline() {
    let head = || target("t", vec![wall(&[1.0])]);
    let check = |base: Target, expected: NoBaselineWhy| {
        let compared =
            compare(&run(vec![head()]), &baseline(vec![run(vec![base]); 9]), &|_| true, &OPTIONS);
        assert!(compared.comparisons.is_empty());
        let Some(Reason::NoBaseline { why }) = compared.undecided.values().next() else {
            panic!("{:?}", compared.undecided)
        };
        assert_eq!(*why, expected);
    };
    check(target("u", vec![wall(&[1.0])]), NoBaselineWhy::NewSeries);
    check(Target { definition: "other".into(), ..head() }, NoBaselineWhy::MeasuredOtherwise);
    check(Target { engine: Engine::Criterion, ..head() }, NoBaselineWhy::MeasuredOtherwise);
    check(Target { cut_short: true, ..head() }, NoBaselineWhy::MeasuredOtherwise);
    check(
        target("t", vec![sample(Metric::lower("wall", Unit::Bytes), &[1.0])]),
        NoBaselineWhy::MeasuredOtherwise,
    );
    check(
        target("t", vec![Measurement { metric: wall(&[1.0]).metric, ..errors(1, 2) }]),
        NoBaselineWhy::MeasuredOtherwise,
    );
}

#[test]
fn a_head_without_any_value_does_not_pass_as_zero() {
    let empty = || Measurement { data: Data::Histogram(Histogram::default()), ..latency(&[]) };
    let compared = against((0..9).map(|_| latency(&[1000; 9])), empty(), OPTIONS);
    assert_eq!(compared.undecided.len(), 5);
    assert!(compared.undecided.values().all(|reason| *reason == Reason::Vanished));
    let compared = against((0..9).map(|_| errors(1, 9)), errors(0, 0), OPTIONS);
    assert_eq!(compared.undecided.values().collect::<Vec<_>>(), [&Reason::Vanished]);
    assert!(observe(&run(vec![target("t", vec![empty(), errors(0, 0)])])).is_empty());
}

#[test]
fn more_baseline_runs_that_would_decide() {
    let check = |better: Better, head: f64, (max, strict), expected: Option<u32>| {
        let of = |v: f64| sample(Metric { better, ..wall(&[1.0]).metric }, &[v]);
        let found = one(against(TEN.map(of), of(head), OPTIONS));
        assert_eq!(runs_needed(&found, max, strict), expected, "{head} {max} {strict}");
    };
    // The standard deviation of the logarithms is .011786; with Student's t at .99 the half widths are
    // .0447 at 10 runs, .0424 at 11, .0406 at 12, .0392 at 13, .0380 at 30 and .0375 at 60.
    check(Better::Lower, 1.0, (0.041, false), Some(3));
    check(Better::Lower, 1.0, (0.0395, false), Some(7));
    check(Better::Lower, 1.0, (0.038, false), None);
    check(Better::Higher, 1.0, (0.041, false), Some(2));
    check(Better::Higher, 1.0, (0.037, false), Some(34));
    check(Better::Lower, 1.041, (0.03, false), Some(3));
    check(Better::Higher, 0.961, (0.03, false), Some(3));
    // No fall is a fall of 200 %: whatever is seen is within the limit.
    check(Better::Higher, 0.5, (2.0, false), Some(1));
    check(Better::Lower, 1.035, (0.03, false), None);
    check(Better::Lower, 1.071, (0.03, true), Some(5));
    check(Better::Lower, 1.041, (0.03, true), None);
}

#[test]
fn limits_get_intervals_from_processes_requests_and_trials() {
    let values: Vec<f64> = (1..=30).map(f64::from).collect();
    let nanoseconds: Vec<u64> = (1..=10_000).map(|i| i * 1000).collect();
    let observed = observe(&run(vec![target(
        "t",
        vec![wall(&values), latency(&nanoseconds), errors(0, 1000)],
    )]));
    let of = |text: &str| {
        *observed.iter().find(|(id, _)| id.to_string() == text).map(|(_, found)| found).unwrap()
    };
    // SciPy: binom.cdf(8, 30, .5) = .0081 and binom.cdf(9, 30, .5) = .0214.
    assert_eq!(of("t/wall"), Estimate { value: 15.5, lo: Some(9.0), hi: Some(22.0) });
    // binom(10000, .95): cdf(9448) = .0098, sf(9550) = .0094.
    let p95 = of("t/latency/p95");
    for (found, expected) in
        [(p95.value, 9.5e-3), (p95.lo.unwrap(), 9.449e-3), (p95.hi.unwrap(), 9.551e-3)]
    {
        assert!((found / expected - 1.0).abs() < 2e-3, "{p95:?}");
    }
    assert_eq!(of("t/errors").lo, Some(0.0));
    assert!((of("t/errors").hi.unwrap() - (1.0 - 0.01f64.powf(0.001))).abs() < 1e-9);
    let few = observe(&run(vec![target("t", vec![wall(&[1.0, 2.0, 3.0])])]));
    assert_eq!(few.values().next(), Some(&Estimate { value: 2.0, lo: None, hi: None }));
}
