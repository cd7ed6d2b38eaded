//! The intelligence: values, intervals and comparisons from raw measurements.
//!
//! Pure functions `(input, &Options) -> result with warnings`; nothing here reads a file, a clock or
//! the configuration, and no verdict is taken.

mod compare;
mod doubt;
mod finding;
mod needed;
mod observe;
mod points;
mod rates;
mod regime;
mod shift;
mod value;

pub use compare::{Changes, Compared, Options, compare};
pub use needed::runs_needed;
pub use observe::observe;
pub use points::{PointOptions, change_points, current_regime};
pub use value::values;
