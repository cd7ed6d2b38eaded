//! Measuring: runs benchmarks and loads, and gives back raw values.

mod context;
mod event;
pub mod load;
mod stop;

pub use context::Context;
pub use event::{Event, Observer};
pub use stop::Stop;
