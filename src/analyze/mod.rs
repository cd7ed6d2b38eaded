//! The intelligence: values, intervals and comparisons from raw measurements.
//!
//! Pure functions `(input, &Options) -> result with warnings`; nothing here reads a file, a clock or
//! the configuration, and no verdict is taken.

mod causes;
mod compare;
mod doubt;
mod finding;
mod needed;
mod observe;
mod paired;
mod points;
mod rates;
mod regime;
mod same_code;
mod scale;
mod shift;
mod value;

pub use causes::causes;
pub use compare::{Changes, Compared, Options, compare};
pub use needed::{pairs_needed, runs_needed};
pub use observe::observe;
pub use paired::{Design, PairedOptions, looks};
pub use points::{PointOptions, change_points, creep, current_regime};
pub use same_code::{
    detectable, false_alarms, grade, noise_level, redrawn, simple_alarms, sizes, spread,
};
pub use value::values;
