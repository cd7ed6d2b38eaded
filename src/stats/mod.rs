//! Numbers only: locations, intervals, tests, trends and error rates.
//!
//! Nothing here knows a unit, a name, a file or a clock. Functions take slices and give `None` where
//! the values (empty, not finite) or the parameters allow no answer; nothing panics.

mod beta;
mod bootstrap;
mod e_value;
mod hodges_lehmann;
mod level;
mod mann_whitney;
mod multiplicity;
mod null;
mod order;
mod partition;
mod proportion;
mod quantile;
mod robust;
mod scan;
mod serial;
mod signed_rank;
mod spending;
mod spike;
mod student;
mod trend;
mod two_groups;
mod walsh;
mod welch;

pub use bootstrap::bootstrap_bounds;
pub use e_value::{SignedRankEvidence, e_benjamini_hochberg};
pub use hodges_lehmann::{hodges_lehmann_bounds, hodges_lehmann_shift};
pub use level::Level;
pub use mann_whitney::mann_whitney_p;
pub use multiplicity::{benjamini_hochberg, step_up};
pub use partition::optimal_partition;
pub use proportion::{
    Rate, clopper_pearson, dispersion, rate_difference_interval, rate_ratio_interval, rate_ratio_p,
    wilson,
};
pub use quantile::{median, quantile, quantile_ranks};
pub use robust::{mean, robust_sd, standard_deviation};
pub use scan::{chance_steps, normal_deviate};
pub use serial::{autocorrelation, effective_size};
pub use signed_rank::{
    SignedRank, SignedRankNull, one_sample_bounds, one_sample_shift, signed_rank_p,
};
pub use spending::{Spending, nominal_levels, spend};
pub use spike::clip_spikes;
pub use student::{normal_quantile, student_p, student_quantile};
pub use trend::{mann_kendall_p, theil_sen_bounds, theil_sen_slope};
pub use two_groups::{TwoGroups, two_groups};
pub use welch::{welch_bounds, welch_p};

/// A sorted copy, or `None` when there is no value or one is not finite.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(sorted)
}
