//! Tails and quantiles of the beta distribution, which are those of the binomial.

use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::ln_gamma;

/// `P(X >= r)` for a binomial `X` of `n` trials with probability `p`; `r` and `n` may be fractions
/// of counts, for which the incomplete beta function is the natural continuation.
pub(super) fn binomial_at_least(r: f64, n: f64, p: f64) -> f64 {
    if r <= 0.0 {
        1.0
    } else if r > n {
        0.0
    } else {
        checked_beta_reg(r, n - r + 1.0, p).unwrap_or(f64::NAN)
    }
}

/// The quantile of Beta(a, b) at `p` in (0, 1), for `a` and `b` above 0.
pub(super) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    logistic(beta_quantile_log_odds(p, a, b))
}

/// The same as log odds, which tell a quantile near 0 from one near 1 as well as any other.
///
/// Newton's method on the logarithm of the probability, which is concave in the log odds, so that no
/// step goes too far right; within a bracket. That of statrs never ends for some tails.
pub(super) fn beta_quantile_log_odds(p: f64, a: f64, b: f64) -> f64 {
    if p > 0.5 {
        return -beta_quantile_log_odds(1.0 - p, b, a);
    }
    let precision = 1e-10 * (1.0 / a + 1.0 / b).sqrt();
    let normalizer = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let (mut low, mut high) = (-MOST_LOG_ODDS, MOST_LOG_ODDS);
    let mut at = (a / b).ln().clamp(low, high);
    for _ in 0..100 {
        let below = checked_beta_reg(a, b, logistic(at)).unwrap_or(f64::NAN);
        if below < p {
            low = at
        } else {
            high = at
        }
        let density = (normalizer - a * (-at).exp().ln_1p() - b * at.exp().ln_1p()).exp();
        let next = at + (p / below).ln() * below / density;
        let step = if next >= low && next <= high { next - at } else { low.midpoint(high) - at };
        at += step;
        if step.abs() <= precision {
            break;
        }
    }
    at
}

/// Beyond, the share and its opposite cannot both be told from 0 and 1.
const MOST_LOG_ODDS: f64 = 700.0;

/// The share of the given log odds, without overflow.
fn logistic(log_odds: f64) -> f64 {
    if log_odds < 0.0 {
        log_odds.exp() / (1.0 + log_odds.exp())
    } else {
        1.0 / (1.0 + (-log_odds).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::beta::beta_reg;

    #[test]
    fn reference_values() {
        // scipy.special.betainc(a, b, x), SciPy 1.17: large parameters as of a million requests.
        for (a, b, x, expected) in [
            (499_000.0, 501_001.0, 0.5, 0.977_303_832_045_326_7),
            (998_900.0, 1_101.0, 0.999, 0.999_137_100_248_011_1),
            (4.9995e8, 5.000_500_01e8, 0.5, 0.999_217_383_876_791_5),
        ] {
            let found = beta_reg(a, b, x);
            assert!((found - expected).abs() < 1e-6, "I({a}, {b}, {x}) = {found}");
        }
        // scipy.stats.beta.ppf(p, a, b)
        for (p, a, b, expected) in [
            (0.01, 3.0, 9998.0, 4.360_792_670_353_132e-5),
            (0.99, 1.0, 1e7, 4.605_169_125_608_631_5e-7),
            (0.01, 1.0, 1e7, 1.005_033_584_845_098e-9),
        ] {
            let found = beta_quantile(p, a, b);
            assert!((found / expected - 1.0).abs() < 1e-7, "{p} {a} {b}: {found}");
        }
    }

    proptest! {
        #[test]
        fn the_quantile_inverts_the_tail(p in 1e-6..0.999f64, a in 0.5..1e5f64, b in 0.5..1e5f64) {
            let found = beta_reg(a, b, beta_quantile(p, a, b));
            prop_assert!((found - p).abs() < 1e-6 * p.max(1e-3), "{} for {}", found, p);
        }
    }
}
