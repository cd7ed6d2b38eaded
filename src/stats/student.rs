//! Student's t and the normal distribution, with parameters checked once.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The quantile of Student's t at `p` in (0, 1) with `df` > 0 degrees of freedom, which need not be a
/// whole number. Good to a millionth for `df` from 2 and tails down to 1e-9.
pub fn student_quantile(p: f64, df: f64) -> Option<f64> {
    inside(p)?;
    // Evaluated in the lower tail, where no digits are lost to 1 - p.
    let distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    let value =
        if p > 0.5 { -distribution.inverse_cdf(1.0 - p) } else { distribution.inverse_cdf(p) };
    Some(value).filter(|v| v.is_finite())
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
    let distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    let t = estimate / se;
    Some((distribution.cdf(-t), distribution.cdf(t)))
}

/// The quantile of the standard normal distribution at `p` in (0, 1).
pub fn normal_quantile(p: f64) -> Option<f64> {
    inside(p)?;
    Some(Normal::standard().inverse_cdf(p)).filter(|v| v.is_finite())
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
        let (above, below) = student_p(2.5, 1.0, 4.0).unwrap();
        assert!((above - 0.033_383_108_2).abs() < 1e-6 && (above + below - 1.0).abs() < 1e-12);
        assert!((normal_quantile(0.99).unwrap() - 2.326_347_874_040_8).abs() < 1e-9);
    }

    #[test]
    fn the_quantile_inverts_the_tail() {
        for df in [2.0, 4.5, 6.0, 29.0, 999.0] {
            for p in [1e-9, 1e-6, 2e-4, 0.01, 0.05, 0.3, 0.5] {
                let (above, below) = student_p(student_quantile(p, df).unwrap(), 1.0, df).unwrap();
                assert!((below / p - 1.0).abs() < 1e-6, "{p} {df}: {below} {above}");
            }
        }
    }

    #[test]
    fn degenerate_parameters_have_no_answer_or_a_certain_one() {
        assert_eq!(student_quantile(1.0, 9.0), None);
        assert_eq!(student_quantile(0.9, 0.0), None);
        assert_eq!(student_p(1.0, 0.0, 1.0), Some((0.0, 1.0)));
        assert_eq!(student_p(0.0, 0.0, 1.0), Some((1.0, 1.0)));
        assert_eq!(student_p(f64::NAN, 1.0, 1.0), None);
    }
}
