//! Phrases as Markdown: foreign names as code, everything else escaped.

use crate::report::escape;
use crate::report::phrase::{Phrase, Span};

/// Where a text stands: a bar ends the cell of a table even within code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Line,
    Cell,
}

impl Place {
    /// A phrase whose names are code, and whose `backticks` mark code.
    pub(super) fn phrase(self, phrase: &Phrase) -> String {
        let mut out = String::new();
        for span in phrase.spans() {
            match span {
                Span::Name(name) => self.push_code(&mut out, name),
                Span::Plain(text) | Span::Quote(text) => self.push_prose(&mut out, text),
            }
        }
        out
    }

    /// A name as code.
    pub(super) fn code(self, name: &str) -> String {
        let mut out = String::new();
        self.push_code(&mut out, name);
        out
    }

    fn push_prose(self, out: &mut String, text: &str) {
        let parts: Vec<&str> = text.split('`').collect();
        for (i, part) in parts.iter().enumerate() {
            let (within, closed) = (i % 2 == 1, i + 1 < parts.len());
            if within && closed && !part.trim().is_empty() {
                self.push_code(out, part);
                continue;
            }
            if within {
                out.push_str("\\`");
            }
            out.push_str(&escape::markdown_text(part));
            if within && closed {
                out.push_str("\\`");
            }
        }
    }

    fn push_code(self, out: &mut String, text: &str) {
        // Backticks of two spans would join into one longer fence, and free what stands between.
        if out.ends_with('`') {
            out.push_str("&#8203;");
        }
        out.push_str(&match self {
            Place::Line => escape::markdown_code(text),
            Place::Cell => escape::markdown_code_cell(text),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_backticks_are_code() {
        let phrase = Phrase::name("a|b").then(" adds a `floor` to ").then_quote("1 ` <b>");
        assert_eq!(Place::Line.phrase(&phrase), "`a|b` adds a `floor` to 1 \\` &lt;b&gt;");
        assert_eq!(Place::Cell.phrase(&phrase), "`a\\|b` adds a `floor` to 1 \\` &lt;b&gt;");
    }

    #[test]
    fn fences_do_not_join() {
        let phrase = Phrase::name("x").then_name("y`@z").then_quote("`` `q`");
        assert_eq!(Place::Line.phrase(&phrase), "`x`&#8203;``y`@z``\\`\\` `q`");
    }
}
