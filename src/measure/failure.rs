//! Errors as the texts that a failure carries.

use crate::model::{Failure, Stage};
use std::error::Error;

/// How much of a log a failure shows.
const LINES: usize = 20;
const LINE_CHARS: usize = 300;

/// A target that failed by the given error.
pub(super) fn of(target: &str, stage: Stage, error: &dyn Error) -> Failure {
    Failure { target: target.to_owned(), stage, error: with_causes(error) }
}

/// An error with its causes, outermost first.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The last lines of a log, as an appendix to an error; empty where the log is.
pub(super) fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return String::new();
    }
    let shown = lines[lines.len().saturating_sub(LINES)..].iter().map(|line| shortened(line));
    shown.fold("\nlast lines of its output:".to_owned(), |text, line| text + "\n  " + line)
}

fn shortened(line: &str) -> &str {
    let line = line.trim_end();
    line.char_indices().nth(LINE_CHARS).map_or(line, |(end, _)| &line[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_shown_by_its_last_lines() {
        assert_eq!(last_lines(" \n\n"), "");
        assert_eq!(last_lines("a\n\nb \r\n"), "\nlast lines of its output:\n  a\n  b");
        let long: String = (0..100).map(|n| format!("{n}\n")).collect();
        let shown = last_lines(&long);
        assert_eq!(shown.trim_start().lines().count(), 21);
        assert!(shown.ends_with("\n  98\n  99"), "{shown}");
        assert!(last_lines(&"é".repeat(1000)).chars().count() < 400);
    }
}
