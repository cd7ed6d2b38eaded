//! Welch's t test: do two groups of normal values, of any two spreads, have different means?

use super::{mean, standard_deviation, student_p, student_quantile};

/// One-sided p-values: against "head's mean is not larger than base's", and against "not smaller";
/// `None` below two values a side.
///
/// Source: Welch, "The Generalization of 'Student's' Problem when Several Different Population
/// Variances are Involved", 1947.
pub fn welch_p(base: &[f64], head: &[f64]) -> Option<(f64, f64)> {
    let Difference { estimate, se, df } = Difference::of(base, head)?;
    student_p(estimate, se, df)
}

/// Bounds of the difference of means, head - base, from below and above, each with the given
/// one-sided error in (0, 1); `None` is unbounded.
///
/// They agree with [`welch_p`]: the lower one is above 0 if that test rejects.
pub fn welch_bounds(
    base: &[f64],
    head: &[f64],
    alpha_lo: f64,
    alpha_hi: f64,
) -> (Option<f64>, Option<f64>) {
    let Some(Difference { estimate, se, df }) = Difference::of(base, head) else {
        return (None, None);
    };
    let margin = |alpha: f64| {
        if se > 0.0 { Some(student_quantile(1.0 - alpha, df)? * se) } else { Some(0.0) }
    };
    let finite = |bound: f64| Some(bound).filter(|bound| bound.is_finite());
    (
        margin(alpha_lo).and_then(|margin| finite(estimate - margin)),
        margin(alpha_hi).and_then(|margin| finite(estimate + margin)),
    )
}

/// The difference of two means.
struct Difference {
    estimate: f64,
    /// Its standard error.
    se: f64,
    /// Degrees of freedom of Welch and Satterthwaite; NaN when the standard error is 0.
    df: f64,
}

impl Difference {
    fn of(base: &[f64], head: &[f64]) -> Option<Difference> {
        let error =
            |values: &[f64]| Some(standard_deviation(values)? / (values.len() as f64).sqrt());
        let (base_error, head_error) = (error(base)?, error(head)?);
        let se = base_error.hypot(head_error);
        // Shares of the variance, so that no fourth power overflows.
        let part = |error: f64, n: usize| (error / se).powi(4) / (n as f64 - 1.0);
        let df = 1.0 / (part(base_error, base.len()) + part(head_error, head.len()));
        Some(Difference { estimate: mean(head)? - mean(base)?, se, df })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(base: &[f64], head: &[f64], p: (f64, f64), bounds: (f64, f64)) {
        let close =
            |found: f64, expected: f64| (found - expected).abs() < 1e-6 * (1.0 + expected.abs());
        let found = welch_p(base, head).unwrap();
        assert!(close(found.0, p.0) && close(found.1, p.1), "{found:?}");
        let (lo, hi) = welch_bounds(base, head, 0.01, 0.01);
        assert!(close(lo.unwrap(), bounds.0) && close(hi.unwrap(), bounds.1), "{lo:?} {hi:?}");
    }

    #[test]
    fn reference_values() {
        // R 4.2: t.test(head, base, alternative = "greater" and "less"), and conf.level = .98
        check(
            &[
                27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7,
                21.4,
            ],
            &[
                27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5,
                25.0,
            ],
            (0.003_735_095_282_636_32, 0.996_264_904_717_363),
            (0.415_398_863_388_818, 5.331_267_803_277_84),
        );
        check(
            &[17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8],
            &[21.5, 22.8, 21.0, 23.0],
            (0.097_957_360_664_399_0, 0.902_042_639_335_600),
            (-1.405_217_486_992_57, 4.335_217_486_992_57),
        );
    }

    #[test]
    fn few_or_equal_values() {
        assert_eq!(welch_p(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(welch_p(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(welch_bounds(&[], &[1.0, 2.0], 0.01, 0.01), (None, None));
        assert_eq!(welch_bounds(&[1.0, 2.0], &[1.0, 3.0], 0.0, 1.0), (None, None));
        assert_eq!(welch_p(&[1.0; 3], &[2.0; 4]), Some((0.0, 1.0)));
        assert_eq!(welch_p(&[1.0; 3], &[1.0; 4]), Some((1.0, 1.0)));
        assert_eq!(welch_bounds(&[1.0; 3], &[2.0; 4], 0.01, 0.01), (Some(1.0), Some(1.0)));
    }

    proptest! {
        #[test]
        fn a_bound_clears_zero_exactly_when_the_test_rejects(
            base in prop::collection::vec(-9.0..9.0f64, 3..30),
            head in prop::collection::vec(-5.0..13.0f64, 3..30),
            alpha in 1e-4..0.4f64, exponent in -280i32..280,
        ) {
            let scaled = |values: &[f64]| values.iter().map(|v| v * 10f64.powi(exponent)).collect::<Vec<_>>();
            let (base, head) = (scaled(&base), scaled(&head));
            let (more, less) = welch_p(&base, &head).unwrap();
            // Away from rounding at the level itself.
            prop_assume!((more / alpha - 1.0).abs() > 1e-5 && (less / alpha - 1.0).abs() > 1e-5);
            let (lo, hi) = welch_bounds(&base, &head, alpha, alpha);
            prop_assert_eq!(lo.unwrap() > 0.0, more <= alpha);
            prop_assert_eq!(hi.unwrap() < 0.0, less <= alpha);
            prop_assert_eq!(welch_p(&head, &base), Some((less, more)));
        }
    }
}
