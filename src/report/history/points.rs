//! Change points of a stored history, each between the last run before it and the first one after it.

use super::Form;
use super::list::name;
use crate::model::{Environment, SeriesPoints};
use crate::report::number::{NBSP, counted};
use crate::report::points::{CreepLine, Line, commit, each, short, table};
use crate::report::{Error, json};
use serde::Serialize;

/// Characters of a commit in a range.
const COMMIT_CHARS: usize = 8;

/// Change points, and the runs among which they were looked for.
#[derive(Debug)]
pub struct StoredPoints<'a> {
    /// The series with their change points.
    pub found: &'a [SeriesPoints],
    /// The machine class of the runs.
    pub environment: &'a Environment,
    /// How many runs there are.
    pub runs: usize,
    /// How many runs of other machine classes were left out.
    pub left_out: usize,
}

/// A change point as a JSON object.
#[derive(Serialize)]
struct StoredLine<'a> {
    #[serde(flatten)]
    point: Line<'a>,
    /// The commit of the last run before the change; `commit` is that of the first one after it.
    last_good: &'a str,
}

/// Tells of change points and of creep. As JSON, change points have a key more than those of a table,
/// `last_good`, and series that creep follow as lines whose `status` is `creep`.
///
/// # Errors
///
/// When a change point cannot be written as JSON.
pub fn points(stored: &StoredPoints<'_>, form: Form) -> Result<String, Error> {
    if form == Form::Json {
        let lines = each(stored.found).map(|(series, point)| {
            let last_good = commit(series, point.index.saturating_sub(1));
            Ok(json::line(&StoredLine { point: Line::new(series, point), last_good })?)
        });
        let creeping = stored.found.iter().filter_map(CreepLine::new);
        let creeping = creeping.map(|creep| Ok(json::line(&creep)?));
        return lines.chain(creeping).collect();
    }
    let range = |series: &_, index: usize| {
        let [last_good, first_bad] =
            [index.saturating_sub(1), index].map(|at| short(commit(series, at), COMMIT_CHARS));
        format!("{last_good}..{first_bad}")
    };
    let left_out = match stored.left_out {
        0 => String::new(),
        left_out => format!(", {} of other classes left out", counted(left_out, "run")),
    };
    let machine = name(&stored.environment.to_string());
    let runs = counted(stored.runs, "run").replace(NBSP, " ");
    let table = table(stored.found, range);
    Ok(format!("{table}{runs} on {machine}{}\n", left_out.replace(NBSP, " ")))
}
