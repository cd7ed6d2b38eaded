//! Loads that several machines send together: each measures a segment, and the segments become a run.

mod machines;
mod measure;
mod merge;
mod read;

pub use measure::{LONGEST_WAIT, Loading, Part, load_segment};
pub use merge::{Merged, merge};
pub use read::read as read_segment;
