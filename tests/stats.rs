//! Statistics on values that no honest measurement gives: nothing panics, and no NaN comes out.

use pacegate::stats::{self, Rate, SignedRankEvidence, SignedRankNull, Spending};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_pcg::Pcg64;

/// One value, hostile now and then.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -10.0..10.0f64,
        4 => (-3i32..4).prop_map(f64::from),
        1 => Just(0.0),
        1 => Just(-0.0),
        1 => prop_oneof![Just(1e300), Just(-1e300), Just(1e-300), Just(-1e-300)],
        1 => prop_oneof![Just(f64::MAX), Just(f64::MIN), Just(f64::MIN_POSITIVE), Just(5e-324)],
    ]
}

fn infinite_or_nan() -> impl Strategy<Value = f64> {
    prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)]
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let constant = (value(), 0..40usize).prop_map(|(value, n)| vec![value; n]);
    let spoilt =
        (prop::collection::vec(value(), 1..20), infinite_or_nan(), any::<prop::sample::Index>())
            .prop_map(|(mut values, spoiler, at)| {
                let at = at.index(values.len());
                values[at] = spoiler;
                values
            });
    prop_oneof![
        16 => prop::collection::vec(value(), 0..40),
        1 => prop::collection::vec(value(), 190..260),
        3 => constant,
        3 => spoilt,
    ]
}

/// A level or another parameter, sensible or not.
fn parameter() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 1e-9..1.0f64, 1 => value(), 1 => infinite_or_nan(), 1 => Just(1.0)]
}

fn number(found: Option<f64>) {
    assert!(found.is_none_or(f64::is_finite), "{found:?}");
}

fn probabilities(found: Option<(f64, f64)>) {
    let probability = |p: f64| (0.0..=1.0).contains(&p);
    assert!(found.is_none_or(|(a, b)| probability(a) && probability(b)), "{found:?}");
}

/// Bounds around an estimate, where the levels allow any.
fn bounds((lo, hi): (Option<f64>, Option<f64>), estimate: Option<f64>, levels: [f64; 2]) {
    number(lo);
    number(hi);
    if levels.iter().all(|level| *level < 0.5)
        && let Some(estimate) = estimate
    {
        let slack = 1e-9 * estimate.abs();
        assert!(lo.is_none_or(|lo| lo <= estimate + slack), "{lo:?} {estimate}");
        assert!(hi.is_none_or(|hi| hi >= estimate - slack), "{hi:?} {estimate}");
    }
}

proptest! {
    #[test]
    fn one_group(values in values(), q in parameter(), a in parameter(), b in parameter()) {
        number(stats::quantile(&values, q));
        number(stats::mean(&values));
        number(stats::standard_deviation(&values));
        number(stats::robust_sd(&values));
        number(stats::autocorrelation(&values));
        let groups = stats::two_groups(&values, q);
        assert!(groups.is_none_or(|found| found.within.is_finite()), "{groups:?}");
        let effective = stats::effective_size(values.len(), q);
        assert!(effective >= 1.0 && effective <= values.len().max(1) as f64, "{effective}");

        let centre = stats::one_sample_shift(&values);
        number(centre);
        probabilities(stats::signed_rank_p(&values));
        bounds(stats::one_sample_bounds(&values, a, b), centre, [a, b]);
        let null = SignedRankNull::of_size(values.len());
        let prepared = stats::SignedRank::with_null(&values, &null);
        assert_eq!(prepared.is_some(), centre.is_some());

        let mut evidence = SignedRankEvidence::default();
        for value in &values {
            evidence.push(*value);
            assert!(evidence.value() >= 0.0 && evidence.value().is_finite());
        }
        if (1e-9..=1.0).contains(&a) {
            let (threshold, level) =
                (stats::e_benjamini_hochberg(&values, a), stats::benjamini_hochberg(&values, a));
            assert!(threshold >= 1.0 && threshold.is_finite(), "{threshold}");
            assert!(level > 0.0 && level <= 1.0, "{level}");
        }
    }

    #[test]
    fn two_groups(base in values(), head in values(), a in parameter(), b in parameter()) {
        let shift = stats::hodges_lehmann_shift(&base, &head);
        number(shift);
        probabilities(stats::mann_whitney_p(&base, &head));
        bounds(stats::hodges_lehmann_bounds(&base, &head, a, b), shift, [a, b]);
        probabilities(stats::welch_p(&base, &head));
        bounds(stats::welch_bounds(&base, &head, a, b), None, [a, b]);
    }

    #[test]
    fn over_time(values in values(), steps in values(), a in parameter(), b in parameter()) {
        probabilities(stats::mann_kendall_p(&values));
        let rising = steps.iter().scan(0.0, |time, step| {
            *time += step.abs();
            Some(*time)
        });
        for times in [rising.collect(), steps.clone(), (0..values.len()).map(|i| i as f64).collect::<Vec<_>>()] {
            let slope = stats::theil_sen_slope(&times, &values);
            number(slope);
            bounds(stats::theil_sen_bounds(&times, &values, a, b), None, [a, b]);
        }
    }

    #[test]
    fn levels(
        fractions in prop::collection::vec(parameter(), 0..6), alpha in parameter(), shape in parameter(),
        sorted in any::<bool>(),
    ) {
        let mut fractions = fractions;
        if sorted {
            fractions.sort_by(f64::total_cmp);
        }
        for function in [
            Spending::Pocock,
            Spending::OBrienFleming,
            Spending::Power(shape),
            Spending::HwangShihDeCani(shape),
        ] {
            number(stats::spend(function, alpha, shape));
            if let Some(levels) = stats::nominal_levels(function, alpha, &fractions) {
                assert_eq!(levels.len(), fractions.len());
                assert!(levels.iter().all(|level| (0.0..=1.0).contains(level)), "{levels:?}");
            }
        }
        number(stats::normal_quantile(alpha));
        number(stats::student_quantile(alpha, shape));
        probabilities(stats::student_p(alpha, shape, 3.0));
        probabilities(stats::student_p(1.0, 1.0, shape));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]
    #[test]
    fn rates(events in parameter(), trials in parameter(), others in parameter(), a in parameter(), b in parameter()) {
        let (Some(base), Some(head)) = (Rate::new(events * trials, trials), Rate::new(others * trials, trials)) else {
            return Ok(());
        };
        for (lo, hi) in [stats::wilson(base, a, b), stats::clopper_pearson(base, 0.01, 0.02)] {
            assert!((0.0..=1.0).contains(&lo) && (0.0..=1.0).contains(&hi), "{lo} {hi}");
        }
        probabilities(Some(stats::rate_ratio_p(base, head)));
        let (lo, hi) = stats::rate_difference_interval(base, head, 0.01, 0.02);
        assert!(lo.is_finite() && hi.is_finite());
        number(stats::rate_ratio_interval(base, head, 0.01, 0.02).1);
        assert!(stats::dispersion(&[base, head]) >= 1.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn resampled(base in values(), head in values(), a in parameter(), b in parameter()) {
        let ratio = |groups: &[Vec<&f64>]| {
            let median = |group: &[&f64]| {
                stats::median(&group.iter().map(|value| **value).collect::<Vec<_>>()).unwrap_or(f64::NAN)
            };
            median(&groups[1]) / median(&groups[0])
        };
        let mut random = Pcg64::seed_from_u64(3);
        let found = stats::bootstrap_bounds(&[&base, &head], ratio, 50, a, b, &mut random);
        bounds(found, None, [a, b]);
    }
}
