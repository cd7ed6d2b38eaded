//! A Markdown table whose columns are aligned in its source too.

use std::fmt;

/// A table; every row has as many cells as the head.
pub(crate) struct Grid {
    /// What it shows, as a heading above it.
    pub(super) title: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.head]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        writeln!(f, "### {}\n\n{}", self.title, line(&self.head, &widths))?;
        // Names to the left, numbers to the right.
        let rule = widths.iter().enumerate().map(|(column, width)| match column {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width.saturating_sub(1))),
        });
        writeln!(f, "{}", line(&rule.collect::<Vec<_>>(), &widths))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{}", line(row, &widths)))
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
        0 => format!("| {cell:<width$} |"),
        _ => format!(" {cell:>width$} |"),
    });
    padded.collect()
}
