//! Search over numbers in order: whole ones, and the floating-point numbers themselves.

/// The smallest number in [low, high] that satisfies a predicate which holds from some number on;
/// `high` when none below it does.
pub(super) fn first(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The smallest number in [low, high] that satisfies a predicate which holds from some number on.
///
/// Bisects the floating-point numbers themselves, so that it is exact and takes at most 64 rounds.
/// A zero comes without sign.
pub(super) fn first_float(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    float(first(ordinal(low), ordinal(high), |at| holds(float(at)))) + 0.0
}

/// The position of a number in the order of all floating-point numbers.
fn ordinal(value: f64) -> u64 {
    let bits = value.to_bits();
    if value.is_sign_negative() { !bits } else { bits | 1 << 63 }
}

/// The number at a position.
fn float(ordinal: u64) -> f64 {
    f64::from_bits(if ordinal >> 63 == 0 { !ordinal } else { ordinal & !(1 << 63) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_of_none_is_the_last() {
        assert_eq!(first(3, 9, |_| false), 9);
        assert_eq!(first(3, 9, |_| true), 3);
        assert_eq!(first_float(-1.0, 1.0, |at| at >= 5e-324).to_bits(), 1);
    }

    proptest! {
        #[test]
        fn every_number_is_found(number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL) {
            let found = first_float(f64::NEG_INFINITY, f64::INFINITY, |at| at >= number);
            prop_assert_eq!(found.to_bits(), number.to_bits());
        }
    }
}
