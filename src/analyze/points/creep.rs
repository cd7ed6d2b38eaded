//! Slow drifts: five steps of one per cent trip no gate of two, and are five per cent.

use super::scale::Scale;
use super::{FEWEST, PointOptions, current_regime};
use crate::model::{Creep, Size};
use crate::stats::{
    autocorrelation, clip_spikes, effective_size, mann_kendall_p, median, normal_quantile,
    student_p, theil_sen_bounds, theil_sen_slope,
};

/// The error of each side of an interval.
const BEYOND: f64 = 0.025;

/// The drift of the current regime, where there is one that chance does not explain and that adds up
/// to the least change worth telling.
///
/// The slope is Theil and Sen's; whether there is one, the test of Mann and Kendall says, at
/// [`PointOptions::error_rate`] for both directions together. What is left of the values is
/// autocorrelated more often than not, and counts for as many values as its effective size says.
pub fn creep(values: &[f64], options: &PointOptions) -> Option<Creep> {
    let start = current_regime(values, options);
    let regime = values.get(start..).filter(|regime| regime.len() >= FEWEST)?;
    let (scale, scaled) = Scale::of(regime)?;
    let values = clip_spikes(&scaled)?;
    let (rises, falls) = mann_kendall_p(&values)?;
    let (p, most) = (rises.min(falls), options.error_rate / 2.0);
    // Autocorrelation only takes away from the evidence, and most series have none to begin with.
    let drift = if p <= most { Drift::of(&values, p)? } else { return None };
    let matters = drift.change(scale).abs() >= options.least;
    (drift.p <= most && matters).then(|| Creep { start, size: drift.size(scale) })
}

/// What a line through scaled values rises by.
struct Drift {
    /// Where the line begins.
    from: f64,
    rise: f64,
    lo: f64,
    hi: f64,
    /// The one-sided p-value in its direction.
    p: f64,
}

impl Drift {
    /// The drift of values that would be as clear with probability `p` if they were independent.
    fn of(values: &[f64], p: f64) -> Option<Drift> {
        let times: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
        let slope = theil_sen_slope(&times, values)?;
        let about: Vec<f64> = values.iter().zip(&times).map(|(v, t)| v - slope * t).collect();
        let size = effective_size(values.len(), autocorrelation(&about).unwrap_or(0.0));
        let share = (size / values.len() as f64).sqrt();
        let p = tail(upper(p)? * share)?;
        let beyond = tail(upper(BEYOND)? / share)?;
        let (lo, hi) = theil_sen_bounds(&times, values, beyond, beyond);
        let span = values.len() as f64 - 1.0;
        Some(Drift {
            from: median(&about)?,
            rise: slope * span,
            lo: lo.map_or(f64::NEG_INFINITY, |lo| lo * span),
            hi: hi.map_or(f64::INFINITY, |hi| hi * span),
            p,
        })
    }

    fn change(&self, scale: Scale) -> f64 {
        scale.relative(self.from, self.from + self.rise, self.rise)
    }

    fn size(&self, scale: Scale) -> Size {
        let bound = |bound: f64| bound.is_finite().then_some(bound);
        let bounds = (bound(self.lo), bound(self.hi));
        scale.size(self.from, self.from + self.rise, self.rise, bounds)
    }
}

/// The normal deviate that is exceeded with probability `p`; for a `p` of 0, one beyond all doubt.
fn upper(p: f64) -> Option<f64> {
    if p <= 0.0 { Some(f64::INFINITY) } else { normal_quantile(p).map(|z| -z) }
}

/// The probability that a normal deviate is exceeded.
fn tail(z: f64) -> Option<f64> {
    /// So many degrees of freedom that Student's t is normal.
    const NORMAL: f64 = 1e9;
    if z == f64::INFINITY { Some(0.0) } else { student_p(z, 1.0, NORMAL).map(|(above, _)| above) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPTIONS: PointOptions = PointOptions { error_rate: 0.02, least: 0.02, borders: vec![] };

    /// Values that alternate around a line of so many steps of 1 %, six values each.
    fn stairs(steps: u32) -> Vec<f64> {
        let noise = [-0.4, 0.8, -1.2, 0.4, 1.2, -0.8];
        (0..6 * (steps + 1)).map(|i| 100.0 + f64::from(i / 6) + noise[i as usize % 6]).collect()
    }

    #[test]
    fn small_steps_add_up() {
        let found = creep(&stairs(5), &OPTIONS).unwrap();
        assert_eq!(found.start, 0);
        let effect = found.size.ratio().unwrap();
        assert!((effect.estimate - 0.055).abs() < 0.015, "{found:?}");
        assert!(effect.lo.is_some_and(|lo| lo > 0.02), "{found:?}");
        let falling: Vec<f64> = stairs(5).into_iter().rev().collect();
        assert!(creep(&falling, &OPTIONS).unwrap().size.ratio().unwrap().estimate < -0.04);
    }

    #[test]
    fn what_is_small_level_or_accepted_is_no_creep() {
        assert_eq!(creep(&stairs(0), &OPTIONS), None);
        assert_eq!(creep(&stairs(5), &PointOptions { least: 0.1, ..OPTIONS }), None);
        assert_eq!(creep(&stairs(5), &PointOptions { borders: vec![30], ..OPTIONS }), None);
        assert_eq!(creep(&[100.0; 40], &OPTIONS), None);
        // A step is a change point, and the new regime is level.
        let step = [vec![100.0; 20], vec![110.0; 20]].concat();
        assert_eq!(creep(&step, &OPTIONS), None);
        for odd in [&[][..], &[1.0], &[f64::NAN; 20], &[f64::INFINITY; 20]] {
            assert_eq!(creep(odd, &OPTIONS), None, "{odd:?}");
        }
    }

    #[test]
    fn an_exact_drift_is_beyond_doubt() {
        let line: Vec<f64> = (0..30).map(|i| 1000.0 + f64::from(i)).collect();
        let found = creep(&line, &OPTIONS).unwrap().size.ratio().unwrap();
        assert!((found.estimate - 0.029).abs() < 0.001, "{found:?}");
        let across: Vec<f64> = line.iter().map(|value| value - 1010.0).collect();
        let Size::Difference(found) = creep(&across, &OPTIONS).unwrap().size else { panic!() };
        assert!((found.value - 29.0).abs() < 1e-6, "{found:?}");
    }

    proptest! {
        #[test]
        fn effects_are_numbers(values in prop::collection::vec(any::<f64>(), 0..40)) {
            if let Some(Creep { start, size }) = creep(&values, &OPTIONS) {
                let (estimate, lo, hi) = match size {
                    Size::Ratio(effect) => (effect.estimate, effect.lo, effect.hi),
                    Size::Difference(found) => (found.value, found.lo, found.hi),
                };
                prop_assert!(start < values.len() && estimate.is_finite(), "{size:?}");
                prop_assert!(lo.is_none_or(f64::is_finite) && hi.is_none_or(f64::is_finite));
            }
        }
    }
}
