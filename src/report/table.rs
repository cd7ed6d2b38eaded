//! The terminal's table: columns that share the width by what the eye needs first.

use super::escape;
use super::layout::{left, right, shorten, sparkline, width};
use super::number::NBSP;
use super::terminal::{Paint, TREND};
use super::view::Row;
use crate::model::Verdict;

/// A name is not shortened below this to save the rule's column: names that look alike when
/// shortened are worse than a rule that stands elsewhere.
const NAME_FIRST: usize = 40;
const NARROWEST_NAME: usize = 16;
const NARROWEST_RULE: usize = 8;

/// The cells of one row.
pub(crate) struct Line<'v> {
    pub(crate) row: &'v Row<'v>,
    name: String,
    marks: String,
    base: String,
    /// With its unit.
    head: String,
    change: String,
    interval: String,
    rule: String,
    trend: String,
}

impl<'v> Line<'v> {
    pub(crate) fn new(row: &'v Row<'v>) -> Line<'v> {
        let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
        let numbers: Vec<_> = row.notes.iter().map(ToString::to_string).collect();
        Line {
            row,
            name: escape::terminal(&row.series),
            marks: match numbers.as_slice() {
                [] => String::new(),
                numbers => format!(" [{}]", numbers.join(",")),
            },
            base: text(&row.base),
            head: escape::terminal(&text(&row.head_quantity())),
            change: text(&row.change),
            interval: row.interval.as_ref().map(|i| format!("({i})")).unwrap_or_default(),
            rule: escape::terminal(&row.rule),
            trend: sparkline(&row.trend, TREND),
        }
    }
}

/// The width of every column; 0 is a column that is not drawn.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    name: usize,
    base: usize,
    head: usize,
    change: usize,
    interval: usize,
    rule: usize,
    trend: usize,
}

impl Columns {
    /// Widths that fit `columns`. When there is too little room, the trend goes first (to the
    /// line under the row), then the rule and the name are shortened, then the rule goes too.
    pub(crate) fn fitting<'l, 'v: 'l>(
        lines: impl Iterator<Item = &'l Line<'v>> + Clone,
        columns: usize,
    ) -> Columns {
        let widest = |cell: fn(&Line<'v>) -> usize| lines.clone().map(cell).max().unwrap_or(0);
        let mut fit = Columns {
            name: widest(|l| width(&l.name) + width(&l.marks)).max(width("series")),
            base: lines
                .clone()
                .map(|l| width(&l.base))
                .max()
                .filter(|w| *w > 0)
                .map_or(0, |w| w.max(4)),
            head: widest(|l| width(&l.head)).max(4),
            change: widest(|l| width(&l.change)),
            interval: widest(|l| width(&l.interval)),
            rule: widest(|l| width(&l.rule)),
            trend: widest(|l| width(&l.trend)),
        };
        let over = |fit: &Columns| fit.total().saturating_sub(columns);
        if over(&fit) > 0 {
            fit.trend = 0;
        }
        let give = |have: &mut usize, least: usize, over: usize| {
            *have -= over.min(have.saturating_sub(least));
        };
        let too_much = over(&fit);
        give(&mut fit.name, NAME_FIRST, too_much);
        let too_much = over(&fit);
        give(&mut fit.rule, NARROWEST_RULE, too_much);
        if over(&fit) > 0 {
            fit.rule = 0;
        }
        let too_much = over(&fit);
        give(&mut fit.name, NARROWEST_NAME, too_much);
        fit
    }

    fn total(&self) -> usize {
        let apart = |width: usize| if width > 0 { width + 2 } else { 0 };
        2 + self.name
            + apart(self.values())
            + apart(self.delta())
            + apart(self.rule)
            + apart(self.trend)
    }

    /// `12.4 → 17.1 ms`
    fn values(&self) -> usize {
        self.head + if self.base > 0 { self.base + 3 } else { 0 }
    }

    /// `+38 % (+31 to +46)`
    fn delta(&self) -> usize {
        let gap = usize::from(self.change > 0 && self.interval > 0);
        self.change + gap + self.interval
    }

    pub(crate) fn has_trend(&self) -> bool {
        self.trend > 0
    }

    /// Whether a row's rule can be read in full in the table.
    pub(crate) fn shows_rule(&self, line: &Line<'_>) -> bool {
        self.rule >= width(&line.rule)
    }

    /// A row's rule as far as there is room; empty without a column for it.
    pub(crate) fn rule(&self, line: &Line<'_>) -> String {
        if self.rule > 0 { fitted_rule(&line.rule, self.rule) } else { String::new() }
    }

    pub(crate) fn header(&self) -> String {
        let mut out = format!("  {}", left("series", self.name));
        let values = if self.base > 0 {
            format!("{} → head", right("base", self.base))
        } else {
            "head".to_owned()
        };
        for (column, title) in [
            (self.values(), values.as_str()),
            (self.delta(), if self.change > 0 { "change" } else { "interval" }),
            (self.rule, "rule"),
            (self.trend, "trend"),
        ] {
            if column > 0 {
                out.push_str("  ");
                out.push_str(&left(title, column));
            }
        }
        out.trim_end().to_owned()
    }

    /// A row without its indent.
    pub(crate) fn draw(&self, line: &Line<'_>, paint: Paint) -> String {
        let verdict = line.row.judgement.verdict;
        let name = shorten(&line.name, self.name.saturating_sub(width(&line.marks)));
        let gap = " ".repeat(self.name.saturating_sub(width(&name) + width(&line.marks)));
        let name = if verdict == Verdict::Pass { name } else { paint.bold(&name) };
        let mut out = format!("{name}{}{gap}", paint.dim(&line.marks));
        if self.values() > 0 {
            out.push_str("  ");
            if self.base > 0 {
                let arrow = if line.base.is_empty() { "   " } else { " → " };
                out.push_str(&right(&line.base, self.base));
                out.push_str(&paint.dim(arrow));
            }
            out.push_str(&left(&line.head, self.head));
        }
        if self.delta() > 0 {
            let change = right(&line.change.replace(NBSP, " "), self.change);
            out.push_str("  ");
            out.push_str(&match verdict {
                Verdict::Pass | Verdict::Inconclusive | Verdict::NoBaseline => change,
                _ => paint.strong(verdict, &change),
            });
            if self.interval > 0 {
                out.push_str(if self.change > 0 { " " } else { "" });
                out.push_str(&paint.dim(&left(&line.interval, self.interval)));
            }
        }
        if self.rule > 0 {
            out.push_str("  ");
            out.push_str(&paint.dim(&left(&self.rule(line), self.rule)));
        }
        if self.trend > 0 {
            out.push_str("  ");
            out.push_str(&paint.trend(line.row, &line.trend));
        }
        out
    }
}

/// A rule in so many columns: without words that go without saying, then only its first clause.
fn fitted_rule(rule: &str, columns: usize) -> String {
    if width(rule) <= columns {
        return rule.to_owned();
    }
    let short = rule.replace("% worse", "%");
    match short.split_once(',') {
        Some((first, _)) if width(&short) > columns && width(first) + 2 <= columns => {
            format!("{first} …")
        }
        _ => shorten(&short, columns),
    }
}
