//! Measuring: runs benchmarks and loads, and gives back raw values.

mod ask;
mod bench;
mod build;
mod child;
mod context;
mod environment;
mod event;
mod exec;
mod failure;
mod kernel;
mod launcher;
mod lineage;
pub mod load;
mod noise;
pub mod paired;
pub mod pool;
pub mod resources;
mod revision;
mod run;
mod segment;
mod serve;
mod service;
mod stop;
mod surroundings;
mod tree;
mod workload;

pub use child::child_main;
pub use context::Context;
pub use environment::environment;
pub use event::{Event, LoadPhase, LoadProgress, Observer};
pub use lineage::{Commit, at_or_after, at_or_before, commit, in_order};
pub use noise::warnings as noise_warnings;
pub use revision::{prefix, revision};
pub use run::{Measured, measure};
pub use segment::segment;
pub use stop::Stop;
