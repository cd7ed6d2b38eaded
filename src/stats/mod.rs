//! Numbers only: locations, intervals, tests and error rates.
//!
//! Nothing here knows a unit, a name, a file or a clock. Functions take slices and give `None` where
//! the values (empty, not finite) or the parameters allow no answer; nothing panics.

mod beta;
mod hodges_lehmann;
mod level;
mod mann_whitney;
mod multiplicity;
mod partition;
mod proportion;
mod quantile;
mod robust;
mod scan;
mod serial;
mod spike;
mod student;
mod two_groups;

pub use hodges_lehmann::{hodges_lehmann_bounds, hodges_lehmann_shift};
pub use level::Level;
pub use mann_whitney::mann_whitney_p;
pub use multiplicity::benjamini_hochberg;
pub use partition::optimal_partition;
pub use proportion::{
    Rate, clopper_pearson, dispersion, rate_difference_interval, rate_ratio_interval, rate_ratio_p,
};
pub use quantile::{median, quantile, quantile_ranks};
pub use robust::{robust_sd, standard_deviation};
pub use scan::{chance_steps, normal_deviate};
pub use serial::autocorrelation;
pub use spike::clip_spikes;
pub use student::{normal_quantile, student_p, student_quantile};
pub use two_groups::{TwoGroups, two_groups};

/// A sorted copy, or `None` when there is no value or one is not finite.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(sorted)
}
