//! Change points as other tools find them.
//!
//! | marker | who has it | what it does |
//! |---|---|---|
//! | E-divisive, t .001 | Apache Otava, formerly Hunter | windows of 50, split by energy, joined by t-test |
//! | the same, 5 % | Nyrkiö | and drops what is smaller than 5 % |
//! | weighted t > 7 | Mozilla's Perfherder | local maximum of t between 12 to 24 values before and 12 after |
//! | PELT, 3 log n | ruptures and many scripts | least squares with a penalty for each point |

mod energy;
mod partition;
mod windows;

use crate::rule::Marker;

/// The markers, in the order of the tables.
pub(crate) const MARKERS: [Marker; 4] = [
    Marker { name: "E-divisive, t .001 (Otava)", mark: |values| energy::mark(values, 0.0) },
    Marker { name: "the same, at least 5 % (Nyrkiö)", mark: |values| energy::mark(values, 0.05) },
    Marker { name: "weighted t > 7, at least 2 % (Perfherder)", mark: windows::mark },
    Marker { name: "PELT, penalty 3 log n", mark: partition::mark },
];
