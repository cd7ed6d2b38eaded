//! A series over many runs, and the change points found in it.

use super::{ChangePoint, Creep, Unit};
use time::OffsetDateTime;

/// The values of one metric, one a run, in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What is measured; a series id, where it comes from a store.
    pub name: String,
    /// The unit of the values.
    pub unit: Unit,
    /// One a run.
    pub values: Vec<f64>,
    /// The commit of each value.
    pub commits: Vec<String>,
}

/// A series with its change points.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesPoints {
    /// The series.
    pub series: Series,
    /// In order; each index is a place in the series.
    pub points: Vec<ChangePoint>,
    /// A slow drift since the last of them.
    pub creep: Option<Creep>,
}

/// A series of a stored history.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSeries {
    /// The series.
    pub series: Series,
    /// When the run of each value began.
    pub times: Vec<OffsetDateTime>,
}
