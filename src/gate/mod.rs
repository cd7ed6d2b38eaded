//! Judging: the rules of the configuration applied to what was observed and compared.
//!
//! Pure functions of plain data. Nothing here knows how an interval was computed, where a run is
//! stored or how a verdict is shown; a verdict depends only on which side of a limit an interval
//! lies.

mod census;
mod judge;
mod rule;
mod sequential;
mod unmatched;
mod waiver;

pub use judge::{Evidence, Judged, judge, verdict};
pub use rule::describe;
pub use sequential::{Followed, follow, ruling};
pub use unmatched::nearest;
