//! How often chance makes a step: a change point is the best of many places, and that counts.

use std::f64::consts::TAU;

/// The normal deviate that is as improbable as Student's `t` with `df` degrees of freedom; any `t` of
/// which the square overflows is infinite.
///
/// Good to 1 % for `df` from 3. Source: Wallace, "Bounds on normal approximations to Student's and
/// the chi-square distributions", 1959.
pub fn normal_deviate(t: f64, df: f64) -> f64 {
    let size = (df * (t * t / df).ln_1p()).sqrt() * (8.0 * df + 1.0) / (8.0 * df + 3.0);
    size.copysign(t)
}

/// Where `(z - 1/z) φ(z)` is largest, √(1 + √2); below it the approximation means nothing.
const LEAST: f64 = 1.553_773_974_030_037_3;

/// Any larger deviate is as good as this one, of which the square does not overflow.
const MOST: f64 = 1e100;

/// The natural logarithm of the number of steps at least as clear as `deviate`, between stretches of
/// `left` and `right` values, that chance makes in `n` values of one level.
///
/// The largest of the deviates of all places exceeds `z` at about `(z - 1/z) φ(z) / (t (1 - t))`
/// places to each unit of `t`, the share of the values before the step (Miller and Siegmund,
/// "Maximally selected chi square statistics", 1982). Stretches shorter than half of all values could
/// lie in more places, in proportion to `n (1/left + 1/right) / 4`, and long levels are worth more
/// than short ones in the same proportion: the error is shared among lengths as the values are.
/// All deviates below 1.55 count as that.
pub fn chance_steps(deviate: f64, n: f64, left: f64, right: f64) -> f64 {
    let z = deviate.abs().clamp(LEAST, MOST);
    let density = (z - 1.0 / z).ln() - (z * z + TAU.ln()) / 2.0;
    let places = n * (1.0 / left + 1.0 / right) / 2.0;
    density + 2.0 * places.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviates_are_as_improbable_as_t() {
        // scipy.stats: -norm.ppf(t.sf(t, df))
        for (t, df, expected) in [
            (2.0, 4.0, 1.571_3),
            (5.0, 4.0, 2.674_2),
            (3.5, 29.0, 3.170_0),
            (6.0, 118.0, 5.593_7),
            (-3.5, 29.0, -3.170_0),
        ] {
            let found = normal_deviate(t, df);
            assert!((found / expected - 1.0_f64).abs() < 0.01, "{t} {df}: {found}");
        }
        assert!(normal_deviate(f64::INFINITY, 9.0) > f64::MAX);
        assert!(normal_deviate(0.0, 9.0).abs() <= 0.0);
    }

    #[test]
    fn clearer_and_longer_steps_are_rarer() {
        // 4 (z - 1/z) φ(z) in the middle.
        let middle = chance_steps(3.0, 100.0, 50.0, 50.0).exp();
        assert!((middle - 4.0 * (3.0 - 1.0 / 3.0) * 0.004_431_848_4).abs() < 1e-9, "{middle}");
        assert!(chance_steps(4.0, 100.0, 50.0, 50.0).exp() < middle);
        assert!(chance_steps(3.0, 100.0, 90.0, 10.0).exp() > middle);
        assert!(chance_steps(3.0, 200.0, 50.0, 50.0).exp() > middle);
        assert!(chance_steps(f64::INFINITY, 100.0, 3.0, 3.0) < -1e100);
        assert!(chance_steps(0.0, 100.0, 50.0, 50.0).exp() > 0.4);
    }
}
