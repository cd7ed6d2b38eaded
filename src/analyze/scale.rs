//! The scale on which two sides are compared, so that noise adds.

use crate::stats;

/// Relative difference below which two values are the same number computed in two ways.
pub(super) const ROUNDING: f64 = 1e-12;

/// The scale on which values are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// Logarithms, when every value is positive: shifts are ratios.
    Log,
    /// The values themselves, when one is zero or negative.
    Plain,
}

impl Scale {
    /// A shift as a fraction of the base, where that is one: the base is positive, and the fraction at
    /// least -1. One beyond all numbers is the largest of them.
    pub(super) fn fraction(self, shift: f64, base: f64) -> Option<f64> {
        let fraction = match self {
            Scale::Log => shift.exp_m1(),
            Scale::Plain => shift / base,
        };
        (base > 0.0 && fraction >= -1.0).then_some(fraction.min(f64::MAX))
    }

    /// A shift in the metric's unit, where it is finite.
    pub(super) fn amount(self, shift: f64, base: f64) -> Option<f64> {
        let amount = match self {
            Scale::Log => shift.exp_m1() * base,
            Scale::Plain => shift,
        };
        amount.is_finite().then_some(amount)
    }

    /// A distance as a rise and as a fall, each as a positive fraction of the base.
    pub(super) fn rise_and_fall(self, distance: f64, base: f64) -> Option<(f64, f64)> {
        let found = match self {
            Scale::Log => (distance.exp_m1(), -(-distance).exp_m1()),
            Scale::Plain => (distance / base, distance / base),
        };
        (base > 0.0 && found.0.is_finite()).then_some(found)
    }
}

/// Both sides on a common scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sides {
    pub(super) scale: Scale,
    /// The base's median, in the metric's unit.
    pub(super) location: f64,
    pub(super) base: Vec<f64>,
    pub(super) head: Vec<f64>,
    /// The smallest shift that the measurement can show; never 0, since computing rounds.
    pub(super) quantum: f64,
}

impl Sides {
    /// The values of both sides, in the metric's unit as `quantum` is; `None` without a base value.
    pub(super) fn new(base: &[f64], head: &[f64], quantum: f64) -> Option<Sides> {
        let location = stats::median(base)?;
        if base.iter().chain(head).all(|v| *v > 0.0) {
            let log = |values: &[f64]| values.iter().map(|v| v.ln()).collect();
            let quantum = (quantum / location).ln_1p().max(ROUNDING);
            return Some(Sides {
                scale: Scale::Log,
                location,
                base: log(base),
                head: log(head),
                quantum,
            });
        }
        let largest = base.iter().chain(head).fold(0.0, |max: f64, v| max.max(v.abs()));
        let quantum = quantum.max(ROUNDING * largest);
        let (base, head) = (base.to_vec(), head.to_vec());
        Some(Sides { scale: Scale::Plain, location, base, head, quantum })
    }
}
