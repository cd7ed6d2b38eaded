//! What is wrong with a configuration, and where, so that the place can be underlined.

use super::yaml::acts_on_terminals;
use miette::{LabeledSpan, SourceCode, SourceSpan};
use std::fmt;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used: what is wrong, where, and what to do.
///
/// `Display` gives `path:line:column: message`, one line for logs; as a [`miette::Diagnostic`] it
/// carries the text of the file, so that a terminal can underline the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    path: PathBuf,
    fault: Fault,
    source: Option<NamedText>,
}

/// The file as miette wants to see it: a name and the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedText {
    name: String,
    text: String,
}

/// A place in the text of a configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Line, from 1; 0 where the place is unknown.
    pub(crate) line: usize,
    /// Column in characters, from 1.
    pub(crate) column: usize,
    /// First byte.
    pub(crate) offset: usize,
    /// Length in bytes; may be 0.
    pub(crate) len: usize,
}

/// A complaint about a configuration, before it is known which file it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) place: Option<Place>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Fault { message: message.into(), help: None, place: None }
    }

    #[must_use]
    pub(crate) fn at(self, place: Place) -> Self {
        Fault { place: (place.line > 0).then_some(place), ..self }
    }

    #[must_use]
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Fault { help: Some(help.into()), ..self }
    }

    #[must_use]
    pub(crate) fn maybe_help(self, help: Option<String>) -> Self {
        Fault { help: help.or(self.help), ..self }
    }
}

impl ConfigError {
    pub(crate) fn new(path: &Path, text: &str, fault: Fault) -> Self {
        let fault = Fault { place: fault.place.map(|place| visible(text, place)), ..fault };
        let source = fault
            .place
            .filter(|place| is_short_around(text, *place))
            .map(|_| NamedText { name: path.display().to_string(), text: harmless(text) });
        ConfigError(Box::new(Details { path: path.to_owned(), fault, source }))
    }

    pub(crate) fn without_text(path: &Path, fault: Fault) -> Self {
        ConfigError(Box::new(Details { path: path.to_owned(), fault, source: None }))
    }

    /// The file, as it was named.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.fault.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.0.fault.help.as_deref()
    }

    /// Line, from 1, where the place is known.
    pub fn line(&self) -> Option<usize> {
        self.0.fault.place.map(|place| place.line)
    }

    /// Column in characters, from 1, where the place is known.
    pub fn column(&self) -> Option<usize> {
        self.0.fault.place.map(|place| place.column)
    }

    /// Bytes of the text that are to be underlined.
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        self.0.fault.place.map(|place| place.offset..place.offset + place.len)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.0.path.display())?;
        if let Some(place) = self.0.fault.place {
            write!(f, "{}:{}:", place.line, place.column)?;
        }
        write!(f, " {}", self.0.fault.message)
    }
}

impl std::error::Error for ConfigError {}

impl miette::Diagnostic for ConfigError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.fault.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.0.fault.place?;
        let label = LabeledSpan::new(None, place.offset, place.len);
        Some(Box::new(std::iter::once(label)))
    }
}

impl SourceCode for NamedText {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let found = self.text.read_span(span, lines_before, lines_after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            found.data(),
            *found.span(),
            found.line(),
            // In characters, as in the message; miette's own counts bytes.
            place_of(&self.text, span.offset(), 0).column - 1,
            found.line_count(),
        )))
    }
}

/// Whether the lines about a place, which are shown with it, are of a length that helps.
fn is_short_around(text: &str, place: Place) -> bool {
    const MOST: usize = 500;
    let (before, after) = text.split_at(place.offset);
    let from = before.rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at);
    let to = after.match_indices('\n').nth(1).map_or(text.len(), |(at, _)| place.offset + at);
    text[from..to].lines().all(|line| line.len() <= MOST)
}

/// The text with what a terminal would act on replaced, byte for byte.
fn harmless(text: &str) -> String {
    let mut letters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = letters.next() {
        let kept = match c {
            '\n' | '\t' => c,
            '\r' if letters.peek() == Some(&'\n') => c,
            _ if !acts_on_terminals(c) => c,
            _ => match c.len_utf8() {
                1 => '?',
                2 => '\u{bf}',
                _ => char::REPLACEMENT_CHARACTER,
            },
        };
        out.push(kept);
    }
    out
}

/// Narrows a place to something that can be underlined: at least one character where there is one,
/// on character borders, and within one line.
fn visible(text: &str, place: Place) -> Place {
    let mut start = place.offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    let mut end = start.saturating_add(place.len).min(line_end);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end <= start {
        let word = text[start..line_end].find([' ', '\t', ',', '}', ']', '#']);
        end = word.map_or(line_end, |at| start + at);
    }
    if end <= start {
        end = text[start..line_end].chars().next().map_or(start, |c| start + c.len_utf8());
    }
    let trimmed = text[start..end].trim_end();
    let len = if trimmed.is_empty() { end - start } else { trimmed.len() };
    Place { offset: start, len, ..place }
}

/// The place of a byte of the text.
pub(crate) fn place_of(text: &str, offset: usize, len: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        offset,
        len,
    }
}

/// `did you mean …`, where one of the known words is close to what was written.
///
/// Close is at most one edit in three characters (optimal string alignment, so that a swapped pair
/// is one edit), or the same word in other letter case.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    // Longer words are not typing errors, and the distance is quadratic.
    if written.chars().count() > 200 {
        return None;
    }
    let allowed = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| match word.to_lowercase() == written.to_lowercase() {
            true => (0, word),
            false => (strsim::osa_distance(written, word), word),
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, word)| format!("did you mean `{word}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn suggests_the_nearest_word() {
        let known = ["branches", "runs", "samples"];
        assert_eq!(did_you_mean("sampels", known).as_deref(), Some("did you mean `samples`?"));
        assert_eq!(did_you_mean("RUNS", known).as_deref(), Some("did you mean `runs`?"));
        assert_eq!(did_you_mean("zebra", known), None);
        assert_eq!(did_you_mean(&"x".repeat(100_000), known), None);
    }

    #[test]
    fn display_is_one_line_with_the_place() {
        let fault = Fault::new("no").at(Place { line: 2, column: 3, offset: 6, len: 1 });
        let error = ConfigError::new(Path::new("gates.yaml"), "abc\n  x\n", fault);
        assert_eq!(error.to_string(), "gates.yaml:2:3: no");
        assert_eq!(error.span(), Some(6..7));
        let error = ConfigError::without_text(Path::new("gates.yaml"), Fault::new("no"));
        assert_eq!(error.to_string(), "gates.yaml: no");
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_can_be_underlined(
            text in "[a é\r\n\t:,]{0,30}", offset in 0usize..60, len in 0usize..60,
        ) {
            let place = visible(&text, Place { line: 1, column: 1, offset, len });
            let underlined = &text[place.offset..place.offset + place.len];
            prop_assert!(!underlined.contains('\n'));
        }
    }
}
