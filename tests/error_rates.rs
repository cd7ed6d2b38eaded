//! How often an unchanged build fails, and how often a slower one does, from stored runs to verdict.
//!
//! Every number is from a seeded simulation with known truth: a build of eight metrics whose values
//! vary from run to run by 1 to 3 %, each under a gate of 3 %.

#[path = "support/runs.rs"]
mod runs;

use pacegate::analyze::{Options, compare};
use pacegate::config::{GatePlan, Rule, SeriesPattern, defaults};
use pacegate::gate::{Evidence, judge};
use pacegate::model::{Data, Measurement, Metric, Run, Sample, Unit, Verdict};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use runs::{OPTIONS, baseline, run, target};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;

const METRICS: usize = 8;
/// Standard deviations between runs, metric by metric.
const SPREADS: [f64; METRICS] = [0.01, 0.01, 0.015, 0.015, 0.02, 0.02, 0.03, 0.03];

/// A draw of the noise of one value, with standard deviation 1; `run` is its place in time.
type Noise = fn(&mut Pcg64, run: usize) -> f64;

fn normal(random: &mut Pcg64, _: usize) -> f64 {
    let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
    radius.sqrt() * (TAU * random.random::<f64>()).cos()
}

/// Student's t with three degrees of freedom: a bad moment now and then.
fn heavy(random: &mut Pcg64, run: usize) -> f64 {
    let chi2: f64 = (0..3).map(|_| normal(random, run).powi(2)).sum();
    normal(random, run) / chi2.sqrt()
}

/// Exponential: only ever slower.
fn skewed(random: &mut Pcg64, _: usize) -> f64 {
    -(1.0 - random.random::<f64>()).ln()
}

/// Every tenth run in a slower mode, five standard deviations of its own away.
fn bimodal(random: &mut Pcg64, run: usize) -> f64 {
    let slow = if random.random::<f64>() < 0.1 { 5.0 } else { 0.0 };
    (normal(random, run) + slow) / 3.25f64.sqrt()
}

/// A creep of one standard deviation over twenty runs.
fn drifting(random: &mut Pcg64, run: usize) -> f64 {
    normal(random, run) + run as f64 / 20.0
}

/// How much slower than at first the code is at a place in time, as a fraction.
type Code<'a> = &'a dyn Fn(usize) -> f64;

fn values(random: &mut Pcg64, noise: Noise, place: usize, code: Code<'_>) -> Option<Run> {
    let targets = SPREADS.iter().enumerate().map(|(i, spread)| {
        // The fifth metric, of 2 % noise, is the one that gets slower.
        let change = if i == 4 { 1.0 + code(place) } else { 1.0 };
        let value = 0.1 * (noise(random, place) * spread).exp() * change;
        let data = Data::Sample(Sample::of_processes([value]).ok()?);
        let metric = Metric::lower("wall", Unit::Seconds);
        Some(target(&format!("m{i}"), vec![Measurement { metric, data, quantum: 0.0 }]))
    });
    Some(run(targets.collect::<Option<_>>()?))
}

/// The verdict on a build after `stored` runs.
fn build(
    random: &mut Pcg64,
    noise: Noise,
    stored: usize,
    code: Code<'_>,
    options: &Options,
) -> Option<Verdict> {
    let base = (0..stored).map(|place| values(random, noise, place, code));
    let base = baseline(base.collect::<Option<_>>()?);
    let head = values(random, noise, stored, code)?;
    let compared = compare(&head, &base, &|_| true, options);
    let gate = GatePlan {
        number: 1,
        line: 1,
        series: SeriesPattern::new("*").ok()?,
        rule: Rule::Regression { max: defaults::REGRESSION_MAX, floor: None, strict: false },
        warn_only: false,
    };
    let evidence = Evidence {
        run: &head,
        observed: &BTreeMap::new(),
        comparisons: &compared.comparisons,
        undecided: &compared.undecided,
        release: None,
        expected: &BTreeSet::new(),
    };
    Some(judge(&[gate], &[], &evidence).verdict)
}

/// How many of `builds` builds fail.
fn fails(noise: Noise, stored: usize, code: Code<'_>, builds: usize) -> usize {
    fails_under(&OPTIONS, noise, stored, code, builds)
}

fn fails_under(
    options: &Options,
    noise: Noise,
    stored: usize,
    code: Code<'_>,
    builds: usize,
) -> usize {
    let mut random = Pcg64::seed_from_u64(2026);
    let verdicts: Vec<Verdict> =
        (0..builds).filter_map(|_| build(&mut random, noise, stored, code, options)).collect();
    assert_eq!(verdicts.len(), builds);
    verdicts.iter().filter(|verdict| **verdict == Verdict::Fail).count()
}

/// Checks that at most `share` of unchanged builds fail after twelve stored runs, with one chance in a
/// thousand of being wrong.
fn unchanged(noise: Noise, builds: usize, share: f64) {
    let found = fails(noise, 12, &|_| 0.0, builds);
    seldom(found, builds, share);
}

/// Checks that at most `share` of builds failed, with one chance in a thousand of being wrong.
fn seldom(found: usize, builds: usize, share: f64) {
    let allowed = share * builds as f64;
    let bound = allowed + 3.1 * (allowed * (1.0 - share)).sqrt();
    assert!(found as f64 <= bound, "{found} of {builds} fail, at most {bound:.0} may");
}

#[test]
fn unchanged_builds_with_normal_noise_pass() {
    unchanged(normal, 2000, defaults::FALSE_DISCOVERY_RATE);
}

#[test]
fn unchanged_builds_that_creep_pass() {
    unchanged(drifting, 2000, defaults::FALSE_DISCOVERY_RATE);
}

// Twelve runs cannot show how far such noise reaches, so no method holds its level here; what is held is
// that eight metrics of that kind at once leave the gate usable.

#[test]
fn unchanged_builds_with_heavy_tails_seldom_fail() {
    unchanged(heavy, 2000, 0.03);
}

#[test]
fn unchanged_builds_that_are_only_ever_slower_seldom_fail() {
    unchanged(skewed, 1000, 0.07);
}

#[test]
fn unchanged_builds_with_two_modes_seldom_fail() {
    unchanged(bimodal, 1000, 0.08);
}

/// Checks that at least `share` of builds with one slower metric, of 2 % noise, fail after twenty
/// stored runs.
fn slower(noise: Noise, step: f64, share: f64) {
    let builds = 200;
    let found = fails(noise, 20, &|place| if place == 20 { step } else { 0.0 }, builds);
    assert!(found as f64 >= share * builds as f64, "{found} of {builds} at a step of {step}");
}

#[test]
fn slower_builds_fail() {
    slower(normal, 0.1, 0.3);
    slower(normal, 0.2, 0.95);
    slower(heavy, 0.1, 0.5);
    slower(heavy, 0.2, 0.9);
}

/// The code got 20 % faster twelve runs before the head, and the head is slower than that by `step`.
fn after_a_change(step: f64) -> impl Fn(usize) -> f64 {
    move |place| match place {
        30 => 0.8 * (1.0 + step) - 1.0,
        18.. => -0.2,
        _ => 0.0,
    }
}

#[test]
fn builds_are_compared_with_the_current_level() {
    seldom(fails(normal, 30, &after_a_change(0.0), 1000), 1000, defaults::FALSE_DISCOVERY_RATE);
    let found = fails(normal, 30, &after_a_change(0.2), 200);
    assert!(found >= 190, "{found} of 200");
}

/// Three runs that were slower by 15 % and did not fail neither become the measure nor hide a fourth.
#[test]
fn a_slow_level_is_not_adopted_until_it_is_confirmed() {
    let slower = |from: usize| move |place| if place >= from { 0.15 } else { 0.0 };
    let found = fails(normal, 20, &slower(17), 200);
    assert!(found >= 160, "{found} of 200");
    // Six are a level, and the report says since when it lasts.
    let found = fails(normal, 20, &slower(14), 200);
    assert!(found <= 10, "{found} of 200");
}

/// A change point that chance makes leaves fewer runs, which know less of the noise.
#[test]
fn looking_for_the_current_level_adds_no_false_alarm() {
    const BUILDS: usize = 150;
    let one_level = Options { changes: None, ..OPTIONS };
    for (noise, name) in [
        (normal as Noise, "normal"),
        (heavy, "heavy"),
        (skewed, "skewed"),
        (bimodal, "bimodal"),
        (drifting, "drifting"),
    ] {
        for stored in [12, 30] {
            let before = fails_under(&one_level, noise, stored, &|_| 0.0, BUILDS);
            let after = fails(noise, stored, &|_| 0.0, BUILDS);
            assert!(
                after <= before + 1,
                "{name}, {stored} runs: {after} of {BUILDS}, and {before}"
            );
        }
    }
}
