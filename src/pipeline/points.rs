//! Change points of series from a file or from a history.

use super::document::{refused, text};
use super::table;
use crate::Error;
use crate::analyze::{PointOptions, change_points, creep};
use crate::config::defaults;
use crate::model::{Series, SeriesPoints};
use std::path::Path;

/// What is told as a change point when nothing else is asked for.
pub fn point_options() -> PointOptions {
    PointOptions {
        error_rate: defaults::POINT_ERROR_RATE,
        least: defaults::LEAST_CHANGE,
        borders: vec![],
    }
}

/// Reads series from a CSV file with the columns `series`, `unit`, `commit`, `time` and `value`, in
/// any order and among others; `-` is stdin.
///
/// `time` is a number, such as Unix seconds or a count of commits, or a date and time as of RFC 3339.
/// A series is put in the order of its times; rows of one time stay as they are, so that the index of
/// a value is its place among the rows of its series.
///
/// # Errors
///
/// When the file cannot be read, and at the first row that is not as it should be: where, and why.
pub fn read_series(path: &Path) -> Result<Vec<Series>, Error> {
    let text = text(path).map_err(|error| refused(path, error.to_string()))?;
    table::parse(&text).map_err(|why| refused(path, why))
}

/// Finds the change points of each series, and its slow drift since.
pub fn points(series: Vec<Series>, options: &PointOptions) -> Vec<SeriesPoints> {
    let each = series.into_iter().map(|series| {
        let points = change_points(&series.values, options);
        let creep = creep(&series.values, options);
        SeriesPoints { series, points, creep }
    });
    each.collect()
}
