//! Looking at growing data several times without erring more often: alpha spending.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// How fast a sequential test spends its error as data come in.
///
/// Source: Lan and DeMets, "Discrete Sequential Boundaries for Clinical Trials", 1983; the families:
/// Jennison and Turnbull, "Group Sequential Methods with Applications to Clinical Trials", 2000,
/// section 7.2; Hwang, Shih and De Cani, 1990.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spending {
    /// Nearly the same level at each of equally spaced looks: `alpha ln(1 + (e - 1) t)`.
    Pocock,
    /// Almost nothing early: `2 (1 - Phi(z / sqrt(t)))`, `z` the normal quantile at `1 - alpha / 2`.
    OBrienFleming,
    /// `alpha t^rho`, for `rho` above 0.
    Power(f64),
    /// `alpha (1 - exp(-gamma t)) / (1 - exp(-gamma))`; early for a large gamma, late for a negative
    /// one.
    HwangShihDeCani(f64),
}

/// The error that may be spent, of a total of `alpha` in (0, 1), once the fraction `t` of the data is
/// in; all of it from 1 on.
pub fn spend(function: Spending, alpha: f64, t: f64) -> Option<f64> {
    if !(alpha > 0.0 && alpha < 1.0 && t > 0.0) {
        return None;
    }
    let t = t.min(1.0);
    let share = match function {
        Spending::Pocock => (t * 1f64.exp_m1()).ln_1p(),
        Spending::OBrienFleming => {
            let z = -super::normal_quantile(alpha / 2.0)?;
            2.0 * Normal::standard().sf(z / t.sqrt()) / alpha
        }
        Spending::Power(rho) if rho > 0.0 => t.powf(rho),
        Spending::Power(_) => return None,
        Spending::HwangShihDeCani(gamma) if gamma.abs() < 1e-9 => t,
        Spending::HwangShihDeCani(gamma) => (-gamma * t).exp_m1() / (-gamma).exp_m1(),
    };
    (0.0..=1.0 + 1e-9).contains(&share).then_some(alpha * share.min(1.0))
}

/// The one-sided level to test at, look by look, so that a test which stops at the first look that
/// rejects has erred by each look with the probability that the function spends until then.
///
/// `fractions` are the parts of all data that are in at the looks: above 0, and growing by a
/// thousandth at least; else `None`. Holds for statistics that move as sums of independent normal
/// increments do, and for any reason to stop without rejecting.
///
/// The crossing probabilities are integrated look by look. Source: Armitage, McPherson and Rowe,
/// "Repeated Significance Tests on Accumulating Data", 1969; Jennison and Turnbull, chapter 19.
pub fn nominal_levels(function: Spending, alpha: f64, fractions: &[f64]) -> Option<Vec<f64>> {
    let mut steps = std::iter::once(&0.0).chain(fractions).zip(fractions);
    let grows = |(before, t): (&f64, &f64)| t.is_finite() && t - before >= LEAST_STEP * t;
    if !steps.all(grows) {
        return None;
    }
    let mut levels = Vec::with_capacity(fractions.len());
    let mut paths = Paths::start();
    let mut spent_before = 0.0;
    for (look, t) in fractions.iter().enumerate() {
        let spent = spend(function, alpha, *t)?;
        let step = Step { sd: (t - paths.t).sqrt(), reach: REACH * t.sqrt() };
        let bound = paths.bound(spent - spent_before, step);
        levels.push(Normal::standard().sf(bound / t.sqrt()));
        spent_before = spent;
        if let Some(next) = fractions.get(look + 1) {
            paths = paths.below(bound, *t, step, (next - t).sqrt());
        }
    }
    Some(levels)
}

/// The least part of the data that must be new at a look: a thousandth, but for rounding.
const LEAST_STEP: f64 = 0.999e-3;

/// Standard deviations beyond which a normal variable is not looked for: 1e-19 are.
const REACH: f64 = 9.0;

/// Points and weights on [-1, 1] of the five-point Gauss–Legendre rule.
const GAUSS: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// What is added from one look to the next.
#[derive(Clone, Copy)]
struct Step {
    /// Standard deviation of the increment.
    sd: f64,
    /// The sum's greatest distance from 0 at the new look.
    reach: f64,
}

/// Where the sums are that crossed no bound so far.
struct Paths {
    /// The time of the last look.
    t: f64,
    /// Points, rising, and the probability that each stands for.
    points: Vec<(f64, f64)>,
}

impl Paths {
    fn start() -> Paths {
        Paths { t: 0.0, points: vec![(0.0, 1.0)] }
    }

    /// The bound at the next look that is first crossed there with the given probability.
    fn bound(&self, probability: f64, step: Step) -> f64 {
        let (mut low, mut high) = (-step.reach, step.reach);
        for _ in 0..60 {
            let middle = low + (high - low) / 2.0;
            if self.crossing(middle, step.sd) > probability { low = middle } else { high = middle }
        }
        high
    }

    /// The probability of being above `bound` after an increment.
    fn crossing(&self, bound: f64, sd: f64) -> f64 {
        let near = self.points.partition_point(|(at, _)| *at < bound - REACH * sd);
        let above = |at: f64| Normal::standard().sf((bound - at) / sd);
        self.points[near..].iter().map(|(at, mass)| mass * above(*at)).sum()
    }

    /// Those still below the bound at the next look, in panels as wide as the steps around them.
    fn below(&self, bound: f64, t: f64, step: Step, next_sd: f64) -> Paths {
        let low = -step.reach;
        let panels = ((bound - low) / step.sd.min(next_sd)).ceil();
        let half = (bound - low) / panels / 2.0;
        let points = (0..panels as usize)
            .flat_map(|panel| GAUSS.map(|(at, weight)| (panel, at, weight)))
            .map(|(panel, at, weight)| {
                let at = low + half * (2.0 * panel as f64 + 1.0 + at);
                (at, half * weight * self.density(at, step.sd))
            })
            .collect();
        Paths { t, points }
    }

    /// The density at `at` after an increment.
    fn density(&self, at: f64, sd: f64) -> f64 {
        let first = self.points.partition_point(|(from, _)| *from < at - REACH * sd);
        self.points[first..]
            .iter()
            .take_while(|(from, _)| *from <= at + REACH * sd)
            .map(|(from, mass)| mass * Normal::standard().pdf((at - from) / sd) / sd)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_pcg::Pcg64;

    const FIFTHS: [f64; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];
    const LOOKS: [f64; 11] = [0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];

    fn functions() -> impl Strategy<Value = Spending> {
        prop_oneof![
            Just(Spending::Pocock),
            Just(Spending::OBrienFleming),
            (0.2..5.0f64).prop_map(Spending::Power),
            (-9.0..9.0f64).prop_map(Spending::HwangShihDeCani),
        ]
    }

    #[test]
    fn published_boundaries() {
        // Lan and DeMets' boundaries for five looks at a one-sided level of .025; the last as in the
        // documentation of R's gsDesign (sfHSD, -4).
        for (function, published) in [
            (Spending::OBrienFleming, [4.877, 3.357, 2.680, 2.290, 2.031]),
            (Spending::Pocock, [2.438, 2.427, 2.410, 2.397, 2.386]),
            (Spending::HwangShihDeCani(-4.0), [3.253, 2.986, 2.692, 2.374, 2.025]),
        ] {
            let levels = nominal_levels(function, 0.025, &FIFTHS).unwrap();
            for (level, expected) in levels.iter().zip(published) {
                let found = -crate::stats::normal_quantile(*level).unwrap();
                assert!((found - expected).abs() < 6e-4, "{function:?}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn levels_of_unequal_looks() {
        // The same recursion by Simpson's rule on 4,001 points a look, in NumPy with SciPy's normal.
        let pocock = [
            0.000_643_999_724_753_754_9,
            0.000_429_928_936_628_833_6,
            0.000_447_350_993_914_535_5,
            0.000_476_483_179_669_070_35,
            0.000_557_560_177_226_514_5,
            0.000_596_181_637_863_296_5,
            0.000_853_987_083_710_827_8,
            0.000_914_223_329_622_546_2,
            0.000_953_079_523_789_504_4,
            0.001_303_849_535_239_920_2,
            0.001_348_439_709_045_235_6,
        ];
        let found = nominal_levels(Spending::Pocock, 0.005, &LOOKS).unwrap();
        for (found, expected) in found.iter().zip(pocock) {
            assert!((found / expected - 1.0).abs() < 1e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn one_look_spends_all() {
        let levels = nominal_levels(Spending::Pocock, 0.01, &[1.0]).unwrap();
        assert!((levels[0] - 0.01).abs() < 1e-12, "{levels:?}");
        assert_eq!(nominal_levels(Spending::Pocock, 0.01, &[]), Some(vec![]));
        // Nothing is left for a look after the end.
        let levels = nominal_levels(Spending::Pocock, 0.01, &[0.5, 1.0, 1.5]).unwrap();
        assert!(levels[2] < 1e-12, "{levels:?}");
    }

    #[test]
    fn looks_and_parameters_that_make_no_sense() {
        let none = |fractions: &[f64]| nominal_levels(Spending::Pocock, 0.01, fractions);
        for fractions in [
            &[0.0][..],
            &[-0.1],
            &[f64::NAN],
            &[f64::INFINITY],
            &[0.5, 0.5],
            &[0.5, 0.4],
            &[0.5, 0.5001],
        ] {
            assert_eq!(none(fractions), None, "{fractions:?}");
        }
        for alpha in [0.0, 1.0, -0.1, f64::NAN] {
            assert_eq!(nominal_levels(Spending::OBrienFleming, alpha, &FIFTHS), None, "{alpha}");
        }
        for function in [
            Spending::Power(0.0),
            Spending::Power(f64::NAN),
            Spending::HwangShihDeCani(f64::NAN),
            Spending::HwangShihDeCani(-1e6),
        ] {
            assert_eq!(spend(function, 0.01, 0.5), None, "{function:?}");
        }
    }

    #[test]
    fn random_walks_err_as_often_as_spent() {
        const WALKS: usize = 20_000;
        let mut random = Pcg64::seed_from_u64(1);
        let mut normal = || {
            let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
            radius.sqrt() * (std::f64::consts::TAU * random.random::<f64>()).cos()
        };
        for function in [Spending::Pocock, Spending::Power(2.0)] {
            let levels = nominal_levels(function, 0.1, &LOOKS).unwrap();
            let bounds: Vec<f64> =
                levels.iter().map(|p| -crate::stats::normal_quantile(*p).unwrap()).collect();
            let mut crossed = [0usize; LOOKS.len()];
            for _ in 0..WALKS {
                let (mut sum, mut t) = (0.0, 0.0);
                for (look, (bound, next)) in bounds.iter().zip(LOOKS).enumerate() {
                    sum += normal() * f64::sqrt(next - t);
                    t = next;
                    if sum > bound * t.sqrt() {
                        crossed[look..].iter_mut().for_each(|crossed| *crossed += 1);
                        break;
                    }
                }
            }
            for (crossed, t) in crossed.iter().zip(LOOKS) {
                let (found, expected) = (*crossed as f64 / WALKS as f64, spend(function, 0.1, t));
                let expected = expected.unwrap();
                let error = (expected * (1.0 - expected) / WALKS as f64).sqrt();
                assert!((found - expected).abs() < 5.0 * error, "{t}: {found} for {expected}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn levels_are_between_the_increment_and_the_total(
            function in functions(), alpha in 1e-4..0.2f64,
            steps in prop::collection::vec(0.01..1.0f64, 1..8),
        ) {
            let all: f64 = steps.iter().sum();
            let fractions: Vec<f64> = steps
                .iter()
                .scan(0.0, |sum, step| { *sum += step; Some(*sum / all) })
                .collect();
            let levels = nominal_levels(function, alpha, &fractions).unwrap();
            let mut before = 0.0;
            for (level, t) in levels.iter().zip(&fractions) {
                let spent = spend(function, alpha, *t).unwrap();
                // Some of what crosses at a look has crossed before, never more than all of it.
                prop_assert!(*level >= (spent - before) * (1.0 - 1e-6));
                prop_assert!(*level <= spent * (1.0 + 1e-6) + 1e-15, "{} {}", level, spent);
                before = spent;
            }
            prop_assert!((before - alpha).abs() <= 1e-9 * alpha);
        }

        #[test]
        fn spending_grows(function in functions(), alpha in 1e-4..0.9f64, t in 1e-3..1.0f64, more in 0.0..0.5f64) {
            let (early, late) = (spend(function, alpha, t), spend(function, alpha, t + more));
            prop_assert!(early.unwrap() <= late.unwrap() * (1.0 + 1e-12));
            prop_assert!(late.unwrap() <= alpha);
        }
    }
}
