//! Tables are the same for the same seed, and Markdown.

use crate::parallel;
use crate::tables::cell::{mean, percent, share};
use crate::tables::{self, Grid, Plan};
use std::num::NonZero;

fn threads(n: usize) -> NonZero<usize> {
    NonZero::new(n).unwrap_or(NonZero::<usize>::MIN)
}

#[test]
fn work_keeps_its_order() {
    for (count, on) in [(0, 1), (1, 4), (7, 1), (7, 2), (7, 3), (7, 7), (7, 100)] {
        let expected: Vec<usize> = (0..count).map(|n| n * n).collect();
        assert_eq!(parallel::map(count, threads(on), |n| n * n), expected, "{count} on {on}");
    }
}

#[test]
fn tables_depend_on_the_seed_alone() {
    let tables = |on, seed| -> Vec<String> {
        let plan = Plan { trials: 2, seed, threads: threads(on) };
        tables::pairs(plan).chain(tables::points(plan)).map(|grid| grid.to_string()).collect()
    };
    let one = tables(1, 7);
    assert_eq!(one.len(), 12 + 4);
    assert_eq!(one, tables(2, 7));
    assert_ne!(one, tables(1, 8));
}

/// Checks that a table is Markdown with columns of equal width.
fn well_formed(grid: &Grid) {
    let text = grid.to_string();
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|title| title.starts_with("### ")), "{text}");
    assert_eq!(lines.next(), Some(""));
    let rows: Vec<&str> = lines.collect();
    assert!(rows.len() > 2 && rows[1].starts_with("| --"), "{text}");
    let places = |row: &str| -> Vec<usize> {
        row.chars().enumerate().filter(|(_, c)| *c == '|').map(|(i, _)| i).collect()
    };
    assert!(rows.iter().all(|row| places(row) == places(rows[0])), "{text}");
}

#[test]
fn every_kind_of_table_is_well_formed() {
    let plan = Plan { trials: 1, seed: 1, threads: threads(2) };
    let grids: Vec<Grid> = tables::noise(plan)
        .chain(tables::pairs(plan))
        .chain(tables::family(plan))
        .chain(tables::points(plan))
        .collect();
    assert_eq!(grids.len(), 2 + 12 + 3 + 4);
    grids.iter().for_each(well_formed);
}

#[test]
fn shares_have_intervals() {
    // scipy.stats.beta.ppf([.025, .975], [13, 14], [988, 987])
    assert_eq!(share(13, 1000), "1.3 (0.7–2.2)");
    assert_eq!(share(0, 1000), "0.0 (0.0–0.4)");
    assert_eq!(share(20, 20), "100.0 (83.2–100.0)");
    assert_eq!([percent(1, 3), mean(3, 2)], ["33.3", "1.50"]);
    assert_eq!([share(0, 0), percent(0, 0), mean(0, 0)], ["–", "–", "–"]);
}
