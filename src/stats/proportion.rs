//! Shares of events among trials: intervals, comparisons, and how far they vary from run to run.

use super::beta::{beta_quantile, binomial_at_least};
use super::normal_quantile;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Events among trials. Fractions of counts are allowed: counts divided by a dispersion are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Trials in which the event happened; in [0, trials].
    pub events: f64,
    /// All trials; in (0, 1e18].
    pub trials: f64,
}

/// More than can be counted; larger numbers lose the digits of the incomplete beta function.
const MOST_TRIALS: f64 = 1e18;

impl Rate {
    /// The rate, if the numbers are one.
    pub fn new(events: f64, trials: f64) -> Option<Rate> {
        let valid = trials > 0.0 && trials <= MOST_TRIALS && (0.0..=trials).contains(&events);
        valid.then_some(Rate { events, trials })
    }

    /// Events divided by trials, in [0, 1].
    pub fn share(self) -> f64 {
        self.events / self.trials
    }

    /// The rate of the opposite event.
    #[must_use]
    pub fn opposite(self) -> Rate {
        Rate { events: self.trials - self.events, ..self }
    }

    /// As many events and trials as carry the same information without dispersion.
    #[must_use]
    pub fn thinned(self, dispersion: f64) -> Rate {
        Rate { events: self.events / dispersion, trials: self.trials / dispersion }
    }
}

/// Bounds of a share in [0, 1], each with at most the given one-sided error.
///
/// Source: Clopper and Pearson, 1934.
pub fn clopper_pearson(rate: Rate, alpha_lo: f64, alpha_hi: f64) -> (f64, f64) {
    let Rate { events, trials } = rate;
    let others = trials - events;
    let lo = if events > 0.0 { beta_quantile(alpha_lo, events, others + 1.0) } else { 0.0 };
    let hi = if others > 0.0 { beta_quantile(1.0 - alpha_hi, events + 1.0, others) } else { 1.0 };
    (lo, hi)
}

/// Bounds of a share in [0, 1] by the score test, each with about the given one-sided error: narrower
/// than [`clopper_pearson`]'s, whose error is never above it. 0 and 1 for levels outside (0, 1).
///
/// Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
pub fn wilson(rate: Rate, alpha_lo: f64, alpha_hi: f64) -> (f64, f64) {
    let Rate { events, trials } = rate;
    let bound = |z: f64| {
        let spread = (z * z / 4.0 + events * (1.0 - rate.share())).sqrt();
        ((events + z * z / 2.0 + z * spread) / (trials + z * z)).clamp(0.0, 1.0)
    };
    (
        normal_quantile(alpha_lo).map_or(0.0, bound),
        normal_quantile(1.0 - alpha_hi).map_or(1.0, bound),
    )
}

/// One-sided p-values: against "head's share is not larger than base's", and against "not smaller".
///
/// Given the events of both sides together, those of the head are binomial with its part of all
/// trials. That is exact for rare events (Poisson), and conservative for frequent ones, which spread
/// less. Source: Przyborowski and Wilenski, 1940.
pub fn rate_ratio_p(base: Rate, head: Rate) -> (f64, f64) {
    let part = head.trials / (base.trials + head.trials);
    let events = base.events + head.events;
    let more = binomial_at_least(head.events, events, part);
    let less = binomial_at_least(base.events, events, 1.0 - part);
    (more, less)
}

/// Bounds of the ratio of shares, head / base, that agree with [`rate_ratio_p`]; `None` is unbounded.
pub fn rate_ratio_interval(
    base: Rate,
    head: Rate,
    alpha_lo: f64,
    alpha_hi: f64,
) -> (f64, Option<f64>) {
    let events = base.events + head.events;
    let Some(part) = Rate::new(head.events, events) else { return (0.0, None) };
    let (lo, hi) = clopper_pearson(part, alpha_lo, alpha_hi);
    let ratio = |part: f64| part / (1.0 - part) * (base.trials / head.trials);
    (ratio(lo), Some(ratio(hi)).filter(|ratio| ratio.is_finite()))
}

/// Bounds of the difference of shares, head - base.
///
/// Newcombe's square-and-add of the two Clopper–Pearson intervals, so that shares of 0 and 1 have
/// bounds too. Source: Newcombe, "Interval Estimation for the Difference Between Independent
/// Proportions", 1998; Zou and Donner, 2008.
pub fn rate_difference_interval(
    base: Rate,
    head: Rate,
    alpha_lo: f64,
    alpha_hi: f64,
) -> (f64, f64) {
    let (base_lo, base_hi) = clopper_pearson(base, alpha_hi, alpha_lo);
    let (head_lo, head_hi) = clopper_pearson(head, alpha_lo, alpha_hi);
    let (p, q) = (base.share(), head.share());
    (q - p - (q - head_lo).hypot(base_hi - p), q - p + (head_hi - q).hypot(p - base_lo))
}

/// How many times wider than binomial the events of single runs spread: at least 1.
///
/// The upper 95 % limit of Pearson's statistic over its degrees of freedom, since a few runs tell
/// the dispersion badly. Dividing events and trials by it makes binomial methods hold (Rao and Scott,
/// "A Simple Method for the Analysis of Clustered Binary Data", 1992). 1 below two runs, and when
/// no event or nothing else happened.
pub fn dispersion(runs: &[Rate]) -> f64 {
    let (events, trials) =
        runs.iter().fold((0.0, 0.0), |sum, run| (sum.0 + run.events, sum.1 + run.trials));
    let share = events / trials;
    let pearson: f64 = runs
        .iter()
        .map(|run| {
            let expected = run.trials * share;
            (run.events - expected).powi(2) / (expected * (1.0 - share))
        })
        .sum();
    ChiSquared::new(runs.len() as f64 - 1.0)
        .map_or(1.0, |chi| pearson / chi.inverse_cdf(0.05))
        .max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(events: f64, trials: f64) -> Rate {
        Rate::new(events, trials).unwrap()
    }

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-7 * expected.abs()
    }

    #[test]
    fn clopper_pearson_reference_values() {
        // scipy.stats.beta.ppf(.01, e, n - e + 1) and ppf(.99, e + 1, n - e)
        for (events, trials, lo, hi) in [
            (0.0, 10.0, 0.0, 0.369_042_655_519_806_75),
            (3.0, 100.0, 0.004_394_976_455_887_059, 0.096_971_045_265_344_46),
            (10.0, 10.0, 0.630_957_344_480_193_2, 1.0),
            (1.0, 1e7, 1.005_033_584_845_098e-9, 6.638_350_196_890_795e-7),
            (5000.0, 10_000.0, 0.488_320_144_641_261_17, 0.511_679_855_358_738_8),
        ] {
            let found = clopper_pearson(rate(events, trials), 0.01, 0.01);
            assert!(close(found.0, lo) && close(found.1, hi), "{events}/{trials}: {found:?}");
        }
    }

    #[test]
    fn wilson_reference_values() {
        // R 4.2: prop.test(events, trials, conf.level = .98, correct = FALSE)
        for (events, trials, lo, hi) in [
            (15.0, 148.0, 0.057_012_696_435_744_5, 0.173_816_174_835_178),
            (0.0, 10.0, 0.0, 0.351_150_499_717_256),
            (9990.0, 10_000.0, 0.997_947_017_921_618_2, 0.999_513_167_156_299_7),
        ] {
            let found = wilson(rate(events, trials), 0.01, 0.01);
            assert!(close(found.0, lo) && close(found.1, hi), "{events}/{trials}: {found:?}");
        }
        assert_eq!(wilson(rate(1.0, 2.0), 0.0, f64::NAN), (0.0, 1.0));
    }

    #[test]
    fn ratio_reference_values() {
        // B = scipy.stats.binom(e0 + e1, n1 / (n0 + n1)): B.sf(e1 - 1), B.cdf(e1); bounds from
        // beta.ppf(.01, e1, e0 + 1) and beta.ppf(.99, e1 + 1, e0) as x / (1 - x) * n0 / n1
        let check = |base: Rate, head: Rate, p: (f64, f64), bounds: (f64, Option<f64>)| {
            let found = rate_ratio_p(base, head);
            assert!(close(found.0, p.0) && close(found.1, p.1), "{found:?}");
            let found = rate_ratio_interval(base, head, 0.01, 0.01);
            assert!(close(found.0, bounds.0), "{found:?}");
            assert_eq!(found.1.is_some(), bounds.1.is_some());
            assert!(close(found.1.unwrap_or(0.0), bounds.1.unwrap_or(0.0)), "{found:?}");
        };
        check(
            rate(3.0, 1000.0),
            rate(12.0, 1000.0),
            (0.017_578_125, 0.996_307_373_046_875),
            (0.892_095_908_935_309_1, Some(31.548_706_795_022_618)),
        );
        check(
            rate(0.0, 300_000.0),
            rate(3.0, 10_000.0),
            (3.356_718_472_021_751_5e-5, 1.0),
            (8.238_162_343_615_642, None),
        );
        check(
            rate(40.0, 30_000.0),
            rate(1.0, 1000.0),
            (0.739_299_420_645_731_7, 0.616_991_371_138_434),
            (0.007_354_805_688_505_618, Some(5.344_664_451_611_249)),
        );
    }

    #[test]
    fn no_event_still_has_an_answer() {
        let none = rate(0.0, 1000.0);
        assert_eq!(rate_ratio_p(none, none), (1.0, 1.0));
        assert_eq!(rate_ratio_interval(none, none, 0.01, 0.01), (0.0, None));
        let (lo, hi) = rate_difference_interval(none, none, 0.01, 0.01);
        assert!(lo < 0.0 && hi > 0.0 && hi < 0.005, "{lo} {hi}");
        assert_eq!(Rate::new(2.0, 1.0), None);
        assert_eq!(Rate::new(0.0, 0.0), None);
        assert_eq!(Rate::new(f64::NAN, 1.0), None);
    }

    #[test]
    fn dispersion_sees_runs_that_differ() {
        let runs = |events: &[f64]| events.iter().map(|e| rate(*e, 1000.0)).collect::<Vec<_>>();
        let as_binomial =
            [vec![], runs(&[5.0]), runs(&[0.0; 10]), runs(&[1000.0; 10]), runs(&[5.0; 10])];
        for runs in as_binomial {
            assert_eq!(dispersion(&runs).to_bits(), 1f64.to_bits(), "{runs:?}");
        }
        // NumPy: ((e - n p)**2 / (n p (1 - p))).sum() over scipy.stats.chi2.ppf(.05, 4)
        let found = dispersion(&runs(&[0.0, 2.0, 40.0, 1.0, 7.0]));
        assert!((found - 116.565_656_565_656_57 / 0.710_723_021_397_323_9).abs() < 1e-6, "{found}");
    }

    proptest! {
        #[test]
        fn a_bound_clears_one_exactly_when_the_test_rejects(
            base in 0u32..60, head in 0u32..60, more_trials in 60.0..1e6f64, trials in 60.0..1e5f64,
            alpha in 1e-5..0.2f64,
        ) {
            let (base, head) = (rate(base.into(), more_trials), rate(head.into(), trials));
            let (more, less) = rate_ratio_p(base, head);
            let (lo, hi) = rate_ratio_interval(base, head, alpha, alpha);
            // Away from rounding at the level itself.
            prop_assume!((more / alpha - 1.0).abs() > 1e-6 && (less / alpha - 1.0).abs() > 1e-6);
            prop_assert_eq!(lo > 1.0, more <= alpha);
            prop_assert_eq!(hi.is_some_and(|hi| hi < 1.0), less <= alpha);
            let (swapped, _) = rate_ratio_p(head, base);
            prop_assert!((swapped - less).abs() < 1e-9);
        }

        #[test]
        fn wilson_holds_the_share_and_mirrors(
            share in 0.0..=1.0f64, trials in 1e-3..1e12f64, alpha in 1e-9..0.4f64,
        ) {
            let rate = rate(share * trials, trials);
            let (lo, hi) = wilson(rate, alpha, alpha);
            prop_assert!(lo <= rate.share() * (1.0 + 1e-12) && rate.share() <= hi * (1.0 + 1e-12));
            let mirror = wilson(rate.opposite(), alpha, alpha);
            prop_assert!((lo + mirror.1 - 1.0).abs() < 1e-9 && (hi + mirror.0 - 1.0).abs() < 1e-9);
        }

        #[test]
        fn differences_hold_the_estimate_and_mirror(
            a in 0.0..1.0f64, b in 0.0..1.0f64, m in 1.0..1e7f64, n in 1.0..1e7f64,
        ) {
            let (base, head) = (rate(a * m, m), rate(b * n, n));
            let (lo, hi) = rate_difference_interval(base, head, 0.01, 0.001);
            let estimate = head.share() - base.share();
            prop_assert!(lo <= estimate && estimate <= hi);
            let (mirror_lo, mirror_hi) = rate_difference_interval(head, base, 0.001, 0.01);
            prop_assert!((lo + mirror_hi).abs() < 1e-9 && (hi + mirror_lo).abs() < 1e-9);
        }
    }
}
