//! Change points: where a series went from one lasting level to another.
//!
//! Values become logarithms where they are positive, and lone outliers are brought in. The series is
//! cut wherever that pays off at all; then the step that is doubted most is taken out, again and
//! again, until none is in doubt.

mod creep;
mod levels;
mod noise;
mod place;
mod scale;
mod slope;
mod step;

pub use creep::creep;

use crate::model::{ChangePoint, ChangeStatus};
use crate::stats::clip_spikes;
use levels::Levels;
use place::TOLERANCE;
use scale::Scale;
use step::Step;

/// The fewest values in which a change point is looked for.
const FEWEST: usize = 8;

/// What counts as a change point.
#[derive(Debug, Clone)]
pub struct PointOptions {
    /// The most change points that chance may make in a series of one level, on average.
    pub error_rate: f64,
    /// The least change that is worth telling, in either direction, as a ratio minus 1.
    pub least: f64,
    /// Zero-based places where a regime is known to begin: a new machine class, or a step that was
    /// accepted. They are no change points, and what lies before one is never compared with what
    /// lies after it. In any order; places outside of the series are passed over.
    pub borders: Vec<usize>,
}

/// The change points of a series, in the order of their indices.
///
/// `values` are in the order of time, and several runs of one commit are values of their own; an
/// index counts values, from 0. There is no change point among fewer than 8 values, nor in a series
/// with a value that is not finite. A level has at least 3 values: what is shorter is a spike. A
/// straight slope is no change point, either, but a jump on one is; a slope that noise hides may pass
/// for a step.
///
/// The size is the later level over the earlier one, minus 1; among values below zero, the difference
/// over the size of the earlier level. Values that touch or cross zero have no ratios: their size is the
/// difference. Whether it is worth telling is then asked of the difference over the size of the earlier
/// level, or over that of the later one where the earlier is 0. The interval has a confidence of 95 %, and takes
/// account of autocorrelation.
///
/// The index is a place that is most likely to be within 5 values of the true one; of those nearly as
/// likely, it is the one that fits best. A change point with no more values than that after it is
/// suspected, and taken back should they turn out to be a spike.
pub fn change_points(values: &[f64], options: &PointOptions) -> Vec<ChangePoint> {
    let mut borders = known(values, options);
    borders.push(values.len());
    let mut start = 0;
    let mut found = Vec::new();
    for end in borders {
        for mut point in points_within(&values[start..end], options) {
            point.index += start;
            if values.len() - point.index > TOLERANCE {
                point.status = ChangeStatus::Confirmed;
            }
            found.push(point);
        }
        start = end;
    }
    found
}

/// Where the current regime of a series begins: at the last border or confirmed change point, or at 0.
/// What is measured next is to be compared with the values from there on.
///
/// A suspected change point begins no regime: that would leave few values to compare with.
pub fn current_regime(values: &[f64], options: &PointOptions) -> usize {
    let points = change_points(values, options);
    let confirmed = points.iter().filter(|point| point.status == ChangeStatus::Confirmed);
    let point = confirmed.map(|point| point.index).max();
    let border = known(values, options).last().copied();
    point.max(border).unwrap_or(0)
}

/// The borders inside of a series, in order.
fn known(values: &[f64], options: &PointOptions) -> Vec<usize> {
    let inside = options.borders.iter().filter(|border| (1..values.len()).contains(*border));
    let mut borders: Vec<usize> = inside.copied().collect();
    borders.sort_unstable();
    borders.dedup();
    borders
}

/// The change points of values between two borders, all of them suspected.
fn points_within(values: &[f64], options: &PointOptions) -> Vec<ChangePoint> {
    let scaled = (values.len() >= FEWEST).then(|| Scale::of(values)).flatten();
    let clipped = scaled.and_then(|(scale, scaled)| Some((scale, clip_spikes(&scaled)?)));
    let Some((scale, values)) = clipped else { return vec![] };

    let mut levels = Levels::of(&values);
    let chance = options.error_rate.ln();
    let doubtful = |step: &Step| {
        !step.stands_out || step.chance > chance || scale.change(step).abs() < options.least
    };
    loop {
        let steps = levels.steps();
        let doubted = steps.iter().enumerate().filter(|(_, step)| doubtful(step));
        match doubted.max_by(|(_, a), (_, b)| a.chance.total_cmp(&b.chance)) {
            Some((doubted, _)) => levels.join(doubted),
            None => {
                let status = ChangeStatus::Suspected;
                let sizes = steps.iter().map(|step| scale.size_of(step));
                let points = levels.places().into_iter().zip(sizes);
                return points.map(|(index, size)| ChangePoint { index, size, status }).collect();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Effect, Estimate, Size};
    use proptest::prelude::*;

    const OPTIONS: PointOptions = PointOptions { error_rate: 0.02, least: 0.02, borders: vec![] };

    /// Values that alternate around each level in turn.
    fn series(levels: &[(f64, usize)]) -> Vec<f64> {
        let values = levels.iter().flat_map(|(level, count)| vec![*level; *count]);
        values
            .zip([-1.0, 2.0, -3.0, 1.0, 3.0, -2.0].into_iter().cycle())
            .map(|(v, e)| v + e / 5.0)
            .collect()
    }

    #[track_caller]
    fn check(values: &[f64], options: &PointOptions, expected: &[usize]) -> Vec<ChangePoint> {
        let points = change_points(values, options);
        let found: Vec<usize> = points.iter().map(|point| point.index).collect();
        assert_eq!(found, expected, "{points:?}");
        points
    }

    #[test]
    fn lasting_levels_are_found_and_nothing_else() {
        check(&series(&[(100.0, 40)]), &OPTIONS, &[]);
        check(&series(&[(100.0, 20), (110.0, 20)]), &OPTIONS, &[20]);
        check(&series(&[(100.0, 20), (110.0, 6), (100.0, 20)]), &OPTIONS, &[20, 26]);
        check(&series(&[(100.0, 20), (140.0, 1), (100.0, 20)]), &OPTIONS, &[]);
        check(&series(&[(100.0, 20), (140.0, 2), (100.0, 20)]), &OPTIONS, &[]);
        check(&series(&[(100.0, 20), (101.0, 20)]), &OPTIONS, &[]);
        check(&series(&[(-100.0, 20), (-110.0, 20)]), &OPTIONS, &[20]);
    }

    #[test]
    fn a_slope_is_no_step_and_a_jump_on_it_is() {
        let drift = |jump: f64| {
            let flat = series(&[(100.0, 30), (100.0 + jump, 30)]);
            flat.iter().enumerate().map(|(i, value)| value + i as f64 / 4.0).collect::<Vec<_>>()
        };
        check(&drift(0.0), &OPTIONS, &[]);
        let up = check(&drift(8.0), &OPTIONS, &[30]);
        assert!((up[0].size.ratio().unwrap().estimate - 0.073).abs() < 0.01, "{up:?}");
        // Back to where it came from: the means of both sides are nearly equal.
        let down = check(&drift(-8.0), &OPTIONS, &[30]);
        assert!((down[0].size.ratio().unwrap().estimate + 0.073).abs() < 0.01, "{down:?}");
    }

    #[test]
    fn exact_series_need_no_more_than_a_level() {
        check(&[5.0; 30], &OPTIONS, &[]);
        check(&[vec![5.0; 30], vec![6.0; 6]].concat(), &OPTIONS, &[30]);
        check(&[vec![5.0; 30], vec![6.0; 2]].concat(), &OPTIONS, &[]);
        check(&[vec![0.0; 10], vec![3.0; 10]].concat(), &OPTIONS, &[10]);
        check(&[vec![5.0; 30], vec![6.0], vec![5.0; 30]].concat(), &OPTIONS, &[]);
    }

    #[test]
    fn effects_are_ratios_minus_1() {
        let effect = |values: &[f64], options: &PointOptions| {
            change_points(values, options)[0].size.ratio().unwrap()
        };
        let up = effect(&series(&[(100.0, 20), (110.0, 20)]), &OPTIONS);
        assert!((up.estimate - 0.1).abs() < 0.001, "{up:?}");
        assert!(up.lo.is_some_and(|lo| lo > 0.09) && up.hi.is_some_and(|hi| hi < 0.11), "{up:?}");
        let down = effect(&series(&[(100.0, 20), (50.0, 20)]), &OPTIONS);
        assert!((down.estimate + 0.5).abs() < 0.001, "{down:?}");
        let below_zero = effect(&series(&[(-100.0, 20), (-110.0, 20)]), &OPTIONS);
        assert!((below_zero.estimate + 0.1).abs() < 0.001, "{below_zero:?}");
    }

    #[test]
    fn values_that_touch_or_cross_zero_have_differences() {
        let check = |before: f64, after: f64, expected: f64| {
            let points = change_points(&[[before; 10], [after; 10]].concat(), &OPTIONS);
            let [ChangePoint { index: 10, size: Size::Difference(found), .. }] = points[..] else {
                panic!("{points:?}")
            };
            let Estimate { value, lo: Some(lo), hi: Some(hi) } = found else { panic!("{found:?}") };
            for found in [value, lo, hi] {
                assert!((found / expected - 1.0).abs() < 1e-9, "{before} {after}: {found}");
            }
        };
        check(-1.0, 1.0, 2.0);
        check(0.0, 3.0, 3.0);
        check(0.3, 0.0, -0.3);
        check(1e-300, -1e-300, -2e-300);
        check(-1e300, 1e300, 2e300);
        check(-f64::MAX, f64::MAX, f64::MAX);
        let noisy = change_points(&series(&[(0.0, 20), (10.0, 20)]), &OPTIONS);
        let Size::Difference(Estimate { value, lo: Some(lo), hi: Some(hi) }) = noisy[0].size else {
            panic!("{noisy:?}")
        };
        assert!((value - 10.0).abs() < 0.1 && lo > 9.0 && hi < 11.0, "{noisy:?}");
    }

    #[test]
    fn a_step_is_suspected_until_it_lasts() {
        let status = |after: usize| {
            let points = change_points(&series(&[(100.0, 30), (120.0, after)]), &OPTIONS);
            points.first().map(|point| point.status)
        };
        assert_eq!(status(2), None);
        assert_eq!(status(3), Some(ChangeStatus::Suspected));
        assert_eq!(status(5), Some(ChangeStatus::Suspected));
        assert_eq!(status(6), Some(ChangeStatus::Confirmed));
    }

    #[test]
    fn borders_are_no_change_points_and_part_regimes() {
        let steps = series(&[(100.0, 20), (120.0, 20), (150.0, 20)]);
        let with = |borders: &[usize]| PointOptions { borders: borders.to_vec(), ..OPTIONS };
        check(&steps, &with(&[40]), &[20]);
        check(&steps, &with(&[40, 20, 40, 0, 60, 99]), &[]);
        // Too few values on one side.
        check(&series(&[(100.0, 20), (120.0, 7)]), &with(&[20]), &[]);

        assert_eq!(current_regime(&steps, &OPTIONS), 40);
        assert_eq!(current_regime(&steps, &with(&[50])), 50);
        assert_eq!(current_regime(&steps, &with(&[10])), 40);
        assert_eq!(current_regime(&series(&[(100.0, 20), (120.0, 3)]), &OPTIONS), 0);
        assert_eq!(current_regime(&[], &with(&[3])), 0);
    }

    #[test]
    fn few_values_and_what_is_no_number_have_none() {
        check(&[], &OPTIONS, &[]);
        check(&[1.0], &OPTIONS, &[]);
        check(&[1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0], &OPTIONS, &[]);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            check(&[vec![1.0; 20], vec![odd], vec![9.0; 20]].concat(), &OPTIONS, &[]);
        }
    }

    fn number() -> impl Strategy<Value = f64> {
        let extremes = prop::sample::select(vec![
            0.0,
            -0.0,
            1.0,
            -1.0,
            1e-300,
            -1e-300,
            1e300,
            -1e300,
            5e-324,
            f64::MAX,
        ]);
        prop_oneof![3 => extremes, 2 => 99.0..101.0f64, 1 => any::<f64>()]
    }

    /// A few levels, each repeated.
    fn any_series() -> impl Strategy<Value = Vec<f64>> {
        let level = (number(), 1..15_usize).prop_map(|(level, count)| vec![level; count]);
        let ties = prop::collection::vec(level, 0..6).prop_map(|levels| levels.concat());
        prop_oneof![ties, prop::collection::vec(number(), 0..60)]
    }

    proptest! {
        #[test]
        fn any_series_has_orderly_points(values in any_series(), error_rate in 0.0..2.0f64, least in 0.0..0.1f64, border in 0..60_usize) {
            let options = PointOptions { error_rate, least, borders: vec![border] };
            let points = change_points(&values, &options);
            prop_assert!(points.is_sorted_by(|a, b| a.index + 3 <= b.index), "{points:?}");
            for point in &points {
                prop_assert!(point.index >= 3 && point.index + 3 <= values.len(), "{point:?}");
                prop_assert!(point.index != border);
                let (estimate, lo, hi) = match point.size {
                    Size::Ratio(Effect { estimate, lo, hi }) => (estimate, lo, hi),
                    Size::Difference(Estimate { value, lo, hi }) => (value, lo, hi),
                };
                let (lo, hi) = (lo.unwrap(), hi.unwrap());
                prop_assert!(lo <= estimate && estimate <= hi && lo.is_finite() && hi.is_finite(), "{point:?}");
                prop_assert!(point.size.ratio().is_none_or(|effect| effect.estimate.abs() >= least));
            }
            prop_assert!(current_regime(&values, &options) < values.len().max(1));
        }

        #[test]
        fn the_unit_does_not_matter(counts in prop::collection::vec(3..20_usize, 1..4), exponent in -250..250) {
            let levels: Vec<(f64, usize)> = counts.iter().enumerate().map(|(i, count)| (100.0 + 20.0 * (i % 2) as f64, *count)).collect();
            let values = series(&levels);
            let scaled: Vec<f64> = values.iter().map(|value| value * 10f64.powi(exponent)).collect();
            let places = |values: &[f64]| change_points(values, &OPTIONS).iter().map(|p| p.index).collect::<Vec<_>>();
            prop_assert_eq!(places(&values), places(&scaled));
        }
    }
}
