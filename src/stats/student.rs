//! Student's t and the normal distribution, with parameters checked once.

use super::beta::beta_quantile_log_odds;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The quantile of Student's t at `p` in (0, 1) with `df` degrees of freedom: any number from a
/// thousandth; more than a million count as a million.
pub fn student_quantile(p: f64, df: f64) -> Option<f64> {
    inside(p)?;
    let df = degrees(df)?;
    // In the lower tail, where no digits are lost to 1 - p; df / (df + t^2) is beta distributed.
    let both_tails = 2.0 * p.min(1.0 - p);
    if both_tails >= 1.0 {
        return Some(0.0);
    }
    let log_odds = beta_quantile_log_odds(both_tails, df / 2.0, 0.5);
    let distance = df.sqrt() * (-log_odds / 2.0).exp();
    Some(if p > 0.5 { distance } else { -distance }).filter(|v| v.is_finite())
}

/// One-sided p-values of an estimate with a standard error: against "not above 0", and against
/// "not below 0". A standard error of 0 makes any estimate other than 0 certain.
pub fn student_p(estimate: f64, se: f64, df: f64) -> Option<(f64, f64)> {
    if !estimate.is_finite() || se.is_nan() || se < 0.0 {
        return None;
    }
    if se == 0.0 {
        let p = |certain: bool| if certain { 0.0 } else { 1.0 };
        return Some((p(estimate > 0.0), p(estimate < 0.0)));
    }
    let distribution = StudentsT::new(0.0, 1.0, degrees(df)?).ok()?;
    let t = estimate / se;
    Some((distribution.cdf(-t), distribution.cdf(t)))
}

/// The quantile of the standard normal distribution at `p` in (0, 1).
pub fn normal_quantile(p: f64) -> Option<f64> {
    inside(p)?;
    Some(Normal::standard().inverse_cdf(p)).filter(|v| v.is_finite())
}

/// Degrees of freedom for which nothing overflows or loses its digits.
fn degrees(df: f64) -> Option<f64> {
    (df >= 1e-3).then(|| df.min(1e6))
}

fn inside(p: f64) -> Option<()> {
    (p > 0.0 && p < 1.0).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // scipy.stats.t.ppf(.99, 9), t.ppf(.9995, 9), t.sf(2.5, 4), norm.ppf(.99)
        assert!((student_quantile(0.99, 9.0).unwrap() - 2.821_437_924_6).abs() < 1e-6);
        assert!((student_quantile(0.9995, 9.0).unwrap() - 4.780_912_585_6).abs() < 1e-6);
        // t.ppf(1e-6, .5), t.ppf(1e-12, 1), t.ppf(1e-30, 3), t.ppf(.4999999, 6), t.ppf(.001, 1e5)
        for (p, df, expected) in [
            (1e-6, 0.5, -102_849_115_631.633_99),
            (1e-12, 1.0, -318_309_886_183.790_7),
            (1e-30, 3.0, -10_331_108_360.446_53),
            (0.499_999_9, 6.0, -2.612_789_059_4e-7),
            (0.001, 1e5, -3.090_313_809_427_238),
        ] {
            let found = student_quantile(p, df).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-8, "{p} {df}: {found}");
        }
        let (above, below) = student_p(2.5, 1.0, 4.0).unwrap();
        assert!((above - 0.033_383_108_2).abs() < 1e-6 && (above + below - 1.0).abs() < 1e-12);
        assert!((normal_quantile(0.99).unwrap() - 2.326_347_874_040_8).abs() < 1e-9);
    }

    #[test]
    fn the_quantile_inverts_the_tail() {
        for df in [0.5, 1.0, 1.5, 2.0, 4.5, 6.0, 29.0, 999.0, 1e6, f64::INFINITY] {
            for p in [1e-30, 1e-9, 1e-6, 2e-4, 0.01, 0.05, 0.3, 0.49, 0.5] {
                let (above, below) = student_p(student_quantile(p, df).unwrap(), 1.0, df).unwrap();
                assert!((below / p - 1.0).abs() < 1e-6, "{p} {df}: {below} {above}");
            }
        }
    }

    #[test]
    fn degenerate_parameters_have_no_answer_or_a_certain_one() {
        assert_eq!(student_quantile(1.0, 9.0), None);
        for df in [0.0, -1.0, f64::NAN] {
            assert_eq!(student_quantile(0.9, df), None, "{df}");
            assert_eq!(student_p(1.0, 1.0, df), None, "{df}");
        }
        assert_eq!(student_p(1.0, 0.0, 1.0), Some((0.0, 1.0)));
        assert_eq!(student_p(0.0, 0.0, 1.0), Some((1.0, 1.0)));
        assert_eq!(student_p(f64::NAN, 1.0, 1.0), None);
    }
}
