//! How often a replay errs, from pairs with known truth: seeded simulations, each series by itself
//! unless said.
//!
//! Bounds are those of the method, widened by 3.1 standard errors: one chance in a thousand of a wrong
//! alarm here, were a seed not the same each time.

use crate::experiment::{MAX, named, normal, recorded};
use pacegate::config::defaults;
use pacegate::model::Verdict;
use pacegate::pipeline::{Recorded, replay};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::f64::consts::TAU;

/// A draw of the noise of one value, as a logarithm with a standard deviation near 1; `place` is when it
/// is measured, in values.
type Noise = fn(&mut Pcg64, place: usize) -> f64;

fn plain(random: &mut Pcg64, _: usize) -> f64 {
    normal(random)
}

/// Student's t with two degrees of freedom: now and then a very bad moment.
fn heavy(random: &mut Pcg64, _: usize) -> f64 {
    let chi2 = -2.0 * (1.0 - random.random::<f64>()).ln();
    normal(random) / (chi2 / 2.0).sqrt()
}

/// Exponential: only ever slower.
fn skewed(random: &mut Pcg64, _: usize) -> f64 {
    -(1.0 - random.random::<f64>()).ln()
}

/// Two modes, of which a value is in either by chance.
fn two_modes(random: &mut Pcg64, _: usize) -> f64 {
    0.2 * normal(random) + if random.random::<f64>() < 0.3 { 4.0 } else { 0.0 }
}

/// A machine that gets slower all the time, and breathes: what is measured second is always worse off at
/// first.
fn drifting(random: &mut Pcg64, place: usize) -> f64 {
    let place = place as f64;
    0.3 * normal(random) + place / 20.0 + (TAU * place / 60.0).sin()
}

/// A machine that slows down in steps, as when it gets hot.
fn stepping(random: &mut Pcg64, place: usize) -> f64 {
    0.5 * normal(random) + (place / 25) as f64
}

/// A machine that gets ever noisier: the last values spread 50 times as much as the first.
fn growing(random: &mut Pcg64, place: usize) -> f64 {
    normal(random) * (place as f64 / 51.0).exp() / 50.0
}

const ALL: [Noise; 6] = [plain, heavy, skewed, two_modes, drifting, stepping];

/// A series of 100 pairs in random order, whose head is slower by `effect` under noise of `sd`.
fn experiment(random: &mut Pcg64, noise: Noise, sd: f64, effect: f64) -> Recorded {
    recorded((0..100).map(|pair| {
        let base_first = random.random::<bool>();
        let mut value = |second: bool| (sd * noise(random, 2 * pair + usize::from(second))).exp();
        let (base, head) = (value(!base_first), value(base_first));
        (base, head * (1.0 + effect))
    }))
}

/// How many series there are of each verdict in `series` replays.
fn count(noise: Noise, sd: f64, effect: f64, series: usize, verdicts: &[Verdict]) -> usize {
    let mut random = Pcg64::seed_from_u64(2027);
    let all: Vec<Recorded> =
        (0..series).map(|_| experiment(&mut random, noise, sd, effect)).collect();
    let decisions = replay(&all, false).decisions;
    decisions.iter().filter(|decision| verdicts.contains(&decision.verdict)).count()
}

#[track_caller]
fn at_most(found: usize, of: usize, share: f64) {
    let allowed = share * of as f64;
    let bound = allowed + 3.1 * (allowed * (1.0 - share)).sqrt();
    assert!(found as f64 <= bound, "{found} of {of}, and at most {bound:.0} may");
}

/// Unchanged series, most of them so noisy that nothing but chance decides.
#[test]
fn an_unchanged_series_seldom_fails_whatever_the_noise() {
    for noise in ALL {
        for sd in [0.02, 0.3] {
            let fails = count(noise, sd, 0.0, 300, &[Verdict::Fail]);
            at_most(fails, 300, defaults::PAIRED_FALSE_DISCOVERY_RATE);
        }
    }
}

#[test]
fn an_unchanged_series_seldom_improves() {
    for noise in [plain, skewed, drifting] {
        let improved = count(noise, 0.3, 0.0, 300, &[Verdict::Improved]);
        at_most(improved, 300, defaults::PAIRED_FALSE_DISCOVERY_RATE);
    }
}

#[test]
fn a_change_as_large_as_the_limit_seldom_passes() {
    for noise in ALL {
        for sd in [0.01, 0.1] {
            let passes = count(noise, sd, MAX, 200, &[Verdict::Pass, Verdict::Improved]);
            at_most(passes, 200, defaults::PAIRED_MISS);
        }
    }
}

/// The spending counts on noise of one size. What it can cost when the noise grows all the time is told in
/// docs/verdicts.md.
#[test]
fn growing_noise_costs_no_more_than_is_told() {
    for sd in [0.1, 1.0, 3.0] {
        at_most(count(growing, sd, 0.0, 300, &[Verdict::Fail]), 300, 0.082);
        let passes = count(growing, sd, MAX, 300, &[Verdict::Pass, Verdict::Improved]);
        at_most(passes, 300, 0.11);
    }
}

#[test]
fn a_change_beyond_the_limit_is_found_in_usual_noise_and_never_passes() {
    let found = |sd, effect, verdict| count(plain, sd, effect, 300, &[verdict]);
    assert_eq!(found(0.01, 0.05, Verdict::Fail), 300);
    assert!(found(0.03, 0.1, Verdict::Fail) >= 297);
    assert_eq!(found(0.03, 0.1, Verdict::Pass), 0);
}

/// Builds of ten unchanged series, all of them noisy; of few looks, which are soon simulated.
#[test]
fn an_unchanged_build_seldom_fails() {
    let (builds, series, pairs) = (200, 10, 16);
    let mut random = Pcg64::seed_from_u64(2028);
    let fails = (0..builds).filter(|_| {
        let build: Vec<Recorded> = (0..series)
            .map(|i| {
                let mut one = experiment(&mut random, plain, 0.2, 0.0);
                one.series.pairs.truncate(pairs as usize);
                Recorded { at_most: pairs, ..named(&format!("s{i}"), one) }
            })
            .collect();
        replay(&build, true).verdict == Verdict::Fail
    });
    at_most(fails.count(), builds, defaults::PAIRED_FALSE_DISCOVERY_RATE);
}
