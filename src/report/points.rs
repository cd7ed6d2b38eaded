//! Change points, as a table for people and as lines for programs.

use super::grid::grid;
use super::number::{Change, NBSP};
use super::{Error, escape, json};
use crate::model::{ChangePoint, ChangeStatus, Creep, Series, SeriesPoints};
use serde::Serialize;

/// Characters of a commit in a table.
const COMMIT_CHARS: usize = 12;

/// A change point as a JSON object.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    series: &'a str,
    index: usize,
    commit: &'a str,
    effect: f64,
    lo: Option<f64>,
    hi: Option<f64>,
    status: ChangeStatus,
}

impl<'a> Line<'a> {
    /// A change point of a series.
    pub(super) fn new(series: &'a Series, point: &ChangePoint) -> Line<'a> {
        Line {
            series: &series.name,
            index: point.index,
            commit: commit(series, point.index),
            effect: point.effect.estimate,
            lo: point.effect.lo,
            hi: point.effect.hi,
            status: point.status,
        }
    }
}

/// A creeping series as a JSON object: as a change point's, from where it begins.
#[derive(Serialize)]
pub(super) struct CreepLine<'a> {
    series: &'a str,
    index: usize,
    commit: &'a str,
    effect: f64,
    lo: Option<f64>,
    hi: Option<f64>,
    status: &'static str,
}

impl<'a> CreepLine<'a> {
    /// The creep of a series, where it does.
    pub(super) fn new(found: &'a SeriesPoints) -> Option<CreepLine<'a>> {
        let Creep { start, effect } = found.creep.as_ref()?;
        Some(CreepLine {
            series: &found.series.name,
            index: *start,
            commit: commit(&found.series, *start),
            effect: effect.estimate,
            lo: effect.lo,
            hi: effect.hi,
            status: "creep",
        })
    }
}

/// One JSON object a line for every change point: `series`, `index`, `commit`, `effect`, `lo`, `hi`
/// (ratios minus 1) and `status`.
///
/// # Errors
///
/// When a line cannot be written as JSON.
pub fn points_lines(found: &[SeriesPoints]) -> Result<String, Error> {
    each(found).map(|(series, point)| Ok(json::line(&Line::new(series, point))?)).collect()
}

/// A row for every change point, and how many series had none.
pub fn points_table(found: &[SeriesPoints]) -> String {
    table(found, |series, index| short(commit(series, index), COMMIT_CHARS))
}

/// A row for every change point, with its commit in the given form.
pub(super) fn table(found: &[SeriesPoints], commit: impl Fn(&Series, usize) -> String) -> String {
    let mut rows =
        vec![["series", "index", "commit", "change", "95 %", "status"].map(str::to_owned)];
    rows.extend(each(found).map(|(series, point)| {
        let change = Change::fitting(&point.effect);
        let bound = |bound: Option<f64>| bound.map_or_else(|| "?".to_owned(), |b| change.bound(b));
        [
            escape::terminal(&escape::name(&series.name)),
            point.index.to_string(),
            commit(series, point.index),
            change.signed(point.effect.estimate).replace(NBSP, " "),
            format!("{} to {}", bound(point.effect.lo), bound(point.effect.hi)),
            match point.status {
                ChangeStatus::Suspected => "suspected".to_owned(),
                ChangeStatus::Confirmed => "confirmed".to_owned(),
            },
        ]
    }));
    let creeping: String = found.iter().filter_map(creep).collect();
    let points = rows.len() - 1;
    let marked = found.iter().filter(|found| !found.points.is_empty()).count();
    let values: usize = found.iter().map(|found| found.series.values.len()).sum();
    let counted =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let series = format!("{} series of {}", found.len(), counted(values, "value"));
    match points {
        0 => format!("No change point in {series}.\n{creeping}"),
        _ => format!(
            "{}\n{} in {marked} of {series}.\n{creeping}",
            grid(&rows, &[1, 3]),
            counted(points, "change point")
        ),
    }
}

/// A line about a series that creeps.
fn creep(found: &SeriesPoints) -> Option<String> {
    let creep = found.creep.as_ref()?;
    let change = Change::fitting(&creep.effect);
    let [lo, hi] = [creep.effect.lo, creep.effect.hi]
        .map(|bound| bound.map_or_else(|| "?".to_owned(), |bound| change.bound(bound)));
    Some(format!(
        "{} creeps: {} ({lo} to {hi}) since index {}, with no step large enough to be a change point.\n",
        escape::terminal(&escape::name(&found.series.name)),
        change.signed(creep.effect.estimate).replace(NBSP, " "),
        creep.start
    ))
}

/// Every change point with its series.
pub(super) fn each(found: &[SeriesPoints]) -> impl Iterator<Item = (&Series, &ChangePoint)> {
    found.iter().flat_map(|found| found.points.iter().map(|point| (&found.series, point)))
}

/// The commit of a value; empty where it has none.
pub(super) fn commit(series: &Series, index: usize) -> &str {
    series.commits.get(index).map_or("", String::as_str)
}

/// The start of a commit's hash, harmless.
pub(super) fn short(commit: &str, chars: usize) -> String {
    escape::terminal(&escape::name(&commit.chars().take(chars).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Effect;

    fn found(name: &str, commit: &str, points: Vec<ChangePoint>) -> SeriesPoints {
        let (values, commits) = (vec![1.0, 2.0], vec![commit.to_owned(); 2]);
        SeriesPoints {
            series: Series { name: name.to_owned(), values, commits },
            points,
            creep: None,
        }
    }

    fn step(estimate: f64, lo: Option<f64>) -> ChangePoint {
        let effect = Effect { estimate, lo, hi: Some(0.15) };
        ChangePoint { index: 1, effect, status: ChangeStatus::Confirmed }
    }

    #[test]
    fn a_table_names_commit_and_change() {
        let table = points_table(&[
            found("parse/time", "0123456789abcdef", vec![step(0.12, Some(0.09))]),
            found("render/time", "c", vec![]),
        ]);
        let expected = "\
series      index  commit        change  95 %       status
parse/time      1  0123456789ab   +12 %  +9 to +15  confirmed

1 change point in 1 of 2 series of 4 values.
";
        assert_eq!(table, expected);
        assert_eq!(points_table(&[]), "No change point in 0 series of 0 values.\n");
    }

    #[test]
    fn lines_are_json() {
        let lines = points_lines(&[found("a\"b", "c1", vec![step(0.12, None)])]).unwrap();
        let expected = r#"{"series":"a\"b","index":1,"commit":"c1","effect":0.12,"lo":null,"hi":0.15,"status":"confirmed"}"#;
        assert_eq!(lines, format!("{expected}\n"));
    }

    #[test]
    fn hostile_names_command_nobody() {
        let hostile = [found("\x1b[31m\n::error::\u{202e}x", "##vso[c]\n", vec![step(0.1, None)])];
        for text in [points_table(&hostile), points_lines(&hostile).unwrap()] {
            assert!(!text.contains(['\x1b', '\u{202e}']) && !text.contains("##"), "{text}");
            assert!(!text.lines().any(|line| line.starts_with("::")), "{text}");
        }
        assert_eq!(points_lines(&hostile).unwrap().lines().count(), 1);
    }
}
