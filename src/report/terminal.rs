//! The report on a terminal: the verdict first, a table under it, then what to do.

use super::layout::{left, sparkline, width, wrap};
use super::number::NBSP;
use super::phrase::Phrase;
use super::table::{Columns, Line};
use super::view::{Row, View};
use super::{Style, escape};
use crate::model::{Reason, Verdict};
use anstyle::{AnsiColor, Style as Ansi};

/// Below this many columns lines are left to the terminal to wrap.
pub(super) const NARROWEST: usize = 60;
/// Sentences are not drawn wider than this, since long lines are hard to read.
pub(super) const WIDEST_TEXT: usize = 100;
/// Columns of the labels beside facts.
const LABEL: usize = 10;
/// The most rows of one verdict; passing rows are the least interesting.
const MOST_ROWS: usize = 40;
const MOST_PASSING: usize = 20;
/// The most values in a sparkline.
pub(crate) const TREND: usize = 12;

/// Draws a view in `columns` columns.
pub(crate) fn draw(view: &View<'_>, columns: usize, style: Style) -> String {
    let columns = columns.max(NARROWEST);
    let text_columns = columns.min(WIDEST_TEXT);
    let mut page = Page::new(style);
    let word = view.verdict().name().to_uppercase();
    page.headline((view.verdict(), &word), &format!("{}.", plain(&view.sentence)), text_columns);
    let rules = table(&mut page, view, columns);
    for failure in &view.failures {
        let title = format!("not measured: {} (while {})", failure.target, failure.stage);
        page.line(&page.paint.strong(Verdict::Error, &escape::terminal(&title)));
        for line in &failure.lines {
            for line in wrap(&escape::terminal(line), columns - 2) {
                page.line(&format!("  {line}"));
            }
        }
        page.line("");
    }
    list(&mut page, "what to do", &view.advice, |_| "-".to_owned(), text_columns);
    let label = |note: usize| match view.rows.iter().any(|row| row.notes.contains(&(note + 1))) {
        true => format!("[{}]", note + 1),
        // Of the whole build: no row refers to it.
        false => "-".to_owned(),
    };
    list(&mut page, "notes", &view.notes, label, text_columns);
    footer(&mut page, view, &rules, text_columns);
    page.out
}

/// Draws the table; gives the rules that it could not show in full and nothing under it tells.
fn table(page: &mut Page, view: &View<'_>, columns: usize) -> Vec<String> {
    let mut untold = Vec::new();
    if view.rows.is_empty() {
        return untold;
    }
    let groups: Vec<&[Row<'_>]> =
        view.rows.chunk_by(|a, b| a.judgement.verdict == b.judgement.verdict).collect();
    let shown = |group: &[Row<'_>]| match group[0].judgement.verdict {
        Verdict::Pass => MOST_PASSING,
        _ => MOST_ROWS,
    };
    let lines: Vec<Vec<Line<'_>>> = groups
        .iter()
        .map(|group| group.iter().take(shown(group)).map(Line::new).collect())
        .collect();
    let fit = Columns::fitting(lines.iter().flatten(), columns);
    page.line(&page.paint.dim(&fit.header()));
    for (group, lines) in groups.iter().zip(&lines) {
        let verdict = group[0].judgement.verdict;
        let count = format!("({})", group.len());
        let with_rule = format!("{count}, {}", escape::terminal(&group[0].rule));
        // Said once, where it is the rule of all of them and the table has no room for it.
        let common = group.iter().all(|row| row.rule == group[0].rule)
            && !lines.iter().all(|line| fit.shows_rule(line))
            && width(verdict.name()) + 1 + width(&with_rule) <= columns;
        page.line(&format!(
            "{} {}",
            page.paint.strong(verdict, verdict.name()),
            page.paint.dim(if common { &with_rule } else { &count })
        ));
        let mut told = String::new();
        for line in lines {
            let tells_rule = common || fit.shows_rule(line);
            page.line(&format!("  {}", fit.draw(line, page.paint)));
            if line.row.matters() {
                detail(page, view, line, (tells_rule, fit.has_trend()), columns, &mut told);
            } else if !tells_rule {
                let (short, full) = (fit.rule(line), escape::terminal(&line.row.rule));
                let text = if short.is_empty() { full } else { format!("{short} is {full}") };
                if !untold.contains(&text) {
                    untold.push(text);
                }
            }
        }
        if group.len() > lines.len() {
            let more = group.len() - lines.len();
            page.line(&page.paint.dim(&format!("  … and {more} more, in the JSON report")));
        }
    }
    page.line("");
    untold
}

/// Under a row that matters: its rule and trend, where the table has no room for them, and why.
/// What the row before said, and what is said in full below the table, is not repeated.
fn detail(
    page: &mut Page,
    view: &View<'_>,
    line: &Line<'_>,
    (has_rule, has_trend): (bool, bool),
    columns: usize,
    told: &mut String,
) {
    let row = line.row;
    let spark = if has_trend { String::new() } else { sparkline(&row.trend, TREND) };
    let failed = matches!(row.judgement.reason, Reason::MeasuringFailed { .. })
        && view.bundle.run.failures.iter().any(|f| f.target == row.judgement.series.target);
    let reason =
        if failed { "could not be measured, see below".to_owned() } else { plain(&row.reason) };
    let text = if has_rule { reason } else { format!("{}: {reason}", escape::terminal(&row.rule)) };
    // A trend says nothing of a row that did not decide.
    let undecided = matches!(
        row.judgement.verdict,
        Verdict::Inconclusive | Verdict::NoBaseline | Verdict::Error
    );
    if text == *told && (spark.is_empty() || undecided) {
        return;
    }
    let indent = 4 + if spark.is_empty() { 0 } else { width(&spark) + 1 };
    for (i, part) in wrap(&text, columns - indent).iter().enumerate() {
        if i == 0 && !spark.is_empty() {
            let spark = page.paint.trend(row, &spark);
            page.line(&format!("    {spark} {}", page.paint.dim(part)));
        } else {
            page.line(&format!("{}{}", " ".repeat(indent), page.paint.dim(part)));
        }
    }
    *told = text;
}

fn list(
    page: &mut Page,
    title: &str,
    items: &[Phrase],
    label: impl Fn(usize) -> String,
    columns: usize,
) {
    if items.is_empty() {
        return;
    }
    page.line(&page.paint.bold(title));
    for (i, item) in items.iter().enumerate() {
        let label = label(i);
        let indent = 3 + width(&label);
        for (n, line) in wrap(&plain(item), columns - indent).iter().enumerate() {
            let start = if n == 0 { format!("  {label} ") } else { " ".repeat(indent) };
            page.line(&format!("{start}{line}"));
        }
    }
    page.line("");
}

fn footer(page: &mut Page, view: &View<'_>, rules: &[String], columns: usize) {
    let census = Phrase::plain(view.census.clone());
    let rules = Phrase::plain(rules.join("; "));
    let facts = [
        ("rules", &rules),
        ("census", &census),
        ("baseline", &view.baseline),
        ("run", &view.run),
        ("machine", &view.machine),
    ];
    for (name, phrase) in facts.into_iter().filter(|(_, phrase)| !phrase.text().is_empty()) {
        page.fact(name, &plain(phrase), columns);
    }
}

/// A phrase as one text without control characters; no-break spaces are kept for wrapping.
fn plain(phrase: &Phrase) -> String {
    escape::terminal(&phrase.text())
}

/// A report as it is drawn, line by line.
pub(super) struct Page {
    pub(super) paint: Paint,
    pub(super) out: String,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Page { paint: Paint(style), out: String::new() }
    }

    /// Adds a word in the colour of a verdict, and the sentence beside it.
    pub(super) fn headline(
        &mut self,
        (verdict, word): (Verdict, &str),
        sentence: &str,
        columns: usize,
    ) {
        let indent = if word.len() > 6 { 2 } else { word.len() + 2 };
        // Stands for the word while the first line is wrapped.
        let filler = NBSP.to_string().repeat(word.len() + 2 - indent);
        let lines = wrap(&format!("{filler}{sentence}"), columns - indent);
        for (i, line) in lines.iter().enumerate() {
            if i == 0 {
                let rest = line.trim_start();
                self.line(&format!("{}  {rest}", self.paint.strong(verdict, word)));
            } else {
                self.line(&format!("{}{line}", " ".repeat(indent)));
            }
        }
        self.line("");
    }

    /// Adds a text beside its label.
    pub(super) fn fact(&mut self, label: &str, text: &str, columns: usize) {
        for (n, line) in wrap(text, columns - LABEL).iter().enumerate() {
            let start = left(if n == 0 { label } else { "" }, LABEL);
            self.line(&format!("{}{line}", self.paint.dim(&start)));
        }
    }

    /// Adds a line. A line of data that a CI log would take for a command is broken up.
    pub(super) fn line(&mut self, line: &str) {
        let line = line.replace(NBSP, " ");
        let line = line.trim_end();
        let text = line.trim_start();
        if let Some(rest) = text.strip_prefix("::") {
            self.out.push_str(&line[..line.len() - text.len()]);
            self.out.push_str(": :");
            self.out.push_str(rest);
        } else {
            self.out.push_str(line);
        }
        self.out.push('\n');
    }
}

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(Style);

impl Paint {
    fn with(self, ansi: Ansi, text: &str) -> String {
        match self.0 {
            Style::Colour if !text.trim().is_empty() => format!("{ansi}{text}{ansi:#}"),
            Style::Colour | Style::Plain => text.to_owned(),
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Ansi::new().bold(), text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Ansi::new().dimmed(), text)
    }

    /// In the colour of a verdict.
    pub(crate) fn verdict(self, verdict: Verdict, text: &str) -> String {
        self.with(colour(verdict), text)
    }

    /// In the colour of a verdict, bold.
    pub(crate) fn strong(self, verdict: Verdict, text: &str) -> String {
        self.with(colour(verdict).bold(), text)
    }

    /// A sparkline whose last blocks, those of this run, have the verdict's colour.
    pub(crate) fn trend(self, row: &Row<'_>, spark: &str) -> String {
        let fresh = spark.char_indices().rev().take(row.fresh).last();
        let (before, now) = spark.split_at(fresh.map_or(spark.len(), |(at, _)| at));
        format!("{}{}", self.dim(before), self.verdict(row.judgement.verdict, now))
    }
}

/// Red is what fails the build, yellow what a person should look at, green what is well.
fn colour(verdict: Verdict) -> Ansi {
    let colour = match verdict {
        Verdict::Fail | Verdict::Missing | Verdict::Error => AnsiColor::Red,
        Verdict::Inconclusive | Verdict::NoBaseline | Verdict::Warn => AnsiColor::Yellow,
        Verdict::Pass | Verdict::Improved => AnsiColor::Green,
    };
    colour.on_default()
}
