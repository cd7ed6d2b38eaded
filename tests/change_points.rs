//! How often a series of one level is said to change, and how often a step is found.
//!
//! Every number is from a seeded simulation with known truth: 120 values, one a commit, under the
//! options that `history points` has.

use pacegate::analyze::change_points;
use pacegate::pipeline::point_options;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use std::f64::consts::TAU;

const LENGTH: usize = 120;

/// The noise of a series with standard deviation 1.
type Noise = fn(&mut Pcg64) -> Vec<f64>;

fn normal(random: &mut Pcg64) -> f64 {
    let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
    radius.sqrt() * (TAU * random.random::<f64>()).cos()
}

fn white(random: &mut Pcg64) -> Vec<f64> {
    (0..LENGTH).map(|_| normal(random)).collect()
}

/// A state of the machine that lasts a few commits.
fn slow(random: &mut Pcg64) -> Vec<f64> {
    let mut state = normal(random);
    let next = |_| {
        state = 0.4 * state + (1.0 - 0.16_f64).sqrt() * normal(random);
        state
    };
    (0..LENGTH).map(next).collect()
}

/// Student's t with three degrees of freedom.
fn heavy(random: &mut Pcg64) -> Vec<f64> {
    let value = |_| {
        let chi2: f64 = (0..3).map(|_| normal(random).powi(2)).sum();
        normal(random) / chi2.sqrt()
    };
    (0..LENGTH).map(value).collect()
}

/// Every fifth value is in a slower mode.
fn bimodal(random: &mut Pcg64) -> Vec<f64> {
    let value = |_| {
        let slow = if random.random::<f64>() < 0.2 { 2.4 } else { 0.0 };
        slow + 0.25 * normal(random)
    };
    (0..LENGTH).map(value).collect()
}

/// One value far off.
fn spiked(random: &mut Pcg64) -> Vec<f64> {
    let mut values = white(random);
    values[random.random_range(20..100)] += 10.0;
    values
}

/// Three times the spread from some commit on.
fn unsteady(random: &mut Pcg64) -> Vec<f64> {
    let from = random.random_range(20..100);
    white(random).into_iter().enumerate().map(|(i, v)| if i < from { v / 3.0 } else { v }).collect()
}

fn drifting(random: &mut Pcg64) -> Vec<f64> {
    white(random).into_iter().enumerate().map(|(i, v)| v + i as f64 / 10.0).collect()
}

/// Of `count` series with noise of 5 %: the places of a step of `step`, and the points that are found.
fn found(noise: Noise, step: f64, count: usize) -> Vec<(usize, Vec<usize>)> {
    let mut random = Pcg64::seed_from_u64(2026);
    let series = |_| {
        let place = random.random_range(20..100);
        let level = |i: usize| if i < place { 1.0 } else { 1.0 + step };
        let noise = noise(&mut random).into_iter().enumerate();
        let values: Vec<f64> = noise.map(|(i, value)| level(i) * (0.05 * value).exp()).collect();
        let points = change_points(&values, &point_options());
        (place, points.iter().map(|point| point.index).collect())
    };
    (0..count).map(series).collect()
}

/// Checks that at most `share` of the series without a step are marked, with one chance in a thousand
/// of being wrong.
fn constant(noise: Noise, share: f64) {
    let count = 1000;
    let marked = found(noise, 0.0, count).iter().filter(|(_, points)| !points.is_empty()).count();
    let allowed = share * count as f64;
    let bound = allowed + 3.1 * (allowed * (1.0 - share)).sqrt();
    assert!(marked as f64 <= bound, "{marked} of {count} are marked, at most {bound:.0} may be");
}

#[test]
fn series_of_one_level_are_seldom_marked() {
    let rate = point_options().error_rate;
    for noise in [white, slow, heavy, bimodal, spiked, unsteady, drifting] {
        constant(noise, rate);
    }
}

/// Checks that at least `share` of steps are found within five commits, and that there are at most
/// `most_others` other points a series.
fn steps(noise: Noise, step: f64, share: f64, most_others: f64) {
    let count = 300;
    let all = found(noise, step, count);
    let near = |place: usize, point: usize| point.abs_diff(place) <= 5;
    let hits = all.iter().filter(|(place, points)| points.iter().any(|p| near(*place, *p))).count();
    let others =
        all.iter().flat_map(|(place, points)| points.iter().filter(|p| !near(*place, **p))).count();
    assert!(hits as f64 >= share * count as f64, "{hits} of {count} at a step of {step}");
    assert!(
        others as f64 <= most_others * count as f64,
        "{others} others in {count} at a step of {step}"
    );
}

#[test]
fn steps_are_found() {
    steps(white, 0.1, 0.95, 0.05);
    steps(white, -0.1, 0.95, 0.05);
    steps(white, 0.2, 0.99, 0.05);
    steps(slow, 0.2, 0.95, 0.05);
    steps(heavy, 0.1, 0.95, 0.05);
    steps(spiked, 0.1, 0.95, 0.05);
    // A drift and a step at once may also look like two steps.
    steps(drifting, 0.2, 0.9, 0.1);
}
