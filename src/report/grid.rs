//! Text in columns as wide as their cells.

use super::layout::{left, right, width};

/// Rows as lines of columns two spaces apart; columns named in `numbers` stand on the right.
pub(super) fn grid<const N: usize>(rows: &[[String; N]], numbers: &[usize]) -> String {
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(widest);
    let line = |row: &[String; N]| {
        let cells: Vec<String> = std::iter::zip(row, widths)
            .enumerate()
            .map(|(column, (cell, wide))| match numbers.contains(&column) {
                true => right(cell, wide),
                false => left(cell, wide),
            })
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
