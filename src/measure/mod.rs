//! Measuring: runs benchmarks and loads, and gives back raw values.

mod event;
mod stop;

pub use event::{Event, Observer};
pub use stop::Stop;
