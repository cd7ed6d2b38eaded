//! The shift between two groups of log values, as an estimate with a scale and a distribution, so
//! that its level can be chosen after the whole suite is known.

use super::assume;
use crate::model::Better;
use crate::stats;

/// A shift of log values (head minus base) whose interval can be taken at any level.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shift {
    /// Estimate with a standard error and Student's t.
    Student {
        /// Hodges–Lehmann shift.
        estimate: f64,
        /// Its standard error.
        se: f64,
        /// Degrees of freedom.
        df: f64,
        /// Between-run standard deviation.
        sd: f64,
    },
    /// Two samples of processes, compared by ranks.
    Ranks {
        /// Log values of the base's processes.
        base: Vec<f64>,
        /// Log values of the head's processes.
        head: Vec<f64>,
    },
}

impl Shift {
    /// The shift of new run values against the base's, with the variance between the base's runs.
    ///
    /// The estimate is the two-sample Hodges–Lehmann shift. Its standard error is
    /// `sd * sqrt(1/m + (pi/2)/k)` for `m` head and `k` base runs: a new run is one draw from the
    /// spread between runs, and the base's location has the large-sample variance of a median, which
    /// bounds that of the Hodges–Lehmann estimate. Normality of run values is assumed for the level.
    ///
    /// `quantum` is the log distance of values that the measurement cannot tell apart; the spread is
    /// never taken as smaller than that of rounding to it. `None` below two base runs.
    pub(super) fn between_runs(base: &[f64], head: &[f64], quantum: f64) -> Option<Shift> {
        if base.len() < 2 || head.is_empty() {
            return None;
        }
        let (k, m) = (base.len() as f64, head.len() as f64);
        let rounding = quantum / 12f64.sqrt();
        let sd = stats::standard_deviation(base)?.max(rounding);
        Some(Shift::Student {
            estimate: stats::hodges_lehmann_shift(base, head)?,
            se: sd * (1.0 / m + std::f64::consts::FRAC_PI_2 / k).sqrt(),
            df: k - 1.0,
            sd,
        })
    }
}

impl Shift {
    /// The estimate: positive when the head's values are larger.
    pub(super) fn estimate(&self) -> f64 {
        match self {
            Shift::Student { estimate, .. } => *estimate,
            Shift::Ranks { base, head } => {
                stats::hodges_lehmann_shift(base, head).unwrap_or(0.0)
            }
        }
    }

    /// One-sided p-values against "not worse" and "not better".
    pub(super) fn p(&self, better: Better) -> (f64, f64) {
        let (more, less) = match self {
            Shift::Student { estimate, se, df, .. } => {
                stats::student_p(*estimate, *se, *df).unwrap_or((1.0, 1.0))
            }
            Shift::Ranks { base, head } => stats::mann_whitney_p(base, head).unwrap_or((1.0, 1.0)),
        };
        assume::orient((more, less), better)
    }

    /// The bounds at the given one-sided levels; `None` is unbounded.
    pub(super) fn bounds(&self, alpha_lo: f64, alpha_hi: f64) -> (Option<f64>, Option<f64>) {
        let bounds = match self {
            Shift::Student { estimate, se, df, .. } => {
                let half = |alpha| stats::student_quantile(1.0 - alpha, *df).map(|t| t * se);
                (half(alpha_lo).map(|h| estimate - h), half(alpha_hi).map(|h| estimate + h))
            }
            Shift::Ranks { base, head } => {
                stats::hodges_lehmann_bounds(base, head, alpha_lo, alpha_hi)
            }
        };
        (bounds.0.filter(|b| b.is_finite()), bounds.1.filter(|b| b.is_finite()))
    }

    /// The standard deviation between runs, where it is known.
    pub(super) fn spread(&self) -> Option<f64> {
        match self {
            Shift::Student { sd, .. } => Some(*sd),
            Shift::Ranks { .. } => None,
        }
    }

    /// The smallest true shift that a test at one-sided level `alpha` finds with the given power.
    pub(super) fn detectable(&self, alpha: f64, power: f64) -> Option<f64> {
        match self {
            Shift::Student { se, df, .. } => {
                let t = |p| stats::student_quantile(p, *df);
                Some((t(1.0 - alpha)? + t(power)?) * se)
            }
            Shift::Ranks { .. } => {
                // Half the width of an interval of level 1 - 2 alpha, stretched to the power.
                let (lo, hi) = self.bounds(alpha, alpha);
                let z = |p| stats::normal_quantile(p);
                let stretch = (z(1.0 - alpha)? + z(power)?) / z(1.0 - alpha)?;
                Some((hi? - lo?) / 2.0 * stretch)
            }
        }
    }
}
