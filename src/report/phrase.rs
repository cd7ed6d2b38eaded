//! A sentence whose foreign parts are known, so that every renderer can mark and escape them.

use super::escape;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Span {
    /// Words and numbers of our own.
    Plain(String),
    /// A foreign name (series, rule, branch), cleaned; drawn as code where there is such a thing.
    Name(String),
    /// Foreign prose (a message, a reason), cleaned; `backticks` within mark code.
    Quote(String),
}

/// A sentence, or a part of one, without a full stop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Phrase {
    spans: Vec<Span>,
}

impl Phrase {
    /// A phrase that begins with our own words.
    pub fn plain(text: impl Into<String>) -> Phrase {
        Phrase::default().then(text)
    }

    /// A phrase that begins with a foreign name.
    pub fn name(text: &str) -> Phrase {
        Phrase::default().then_name(text)
    }

    /// Adds our own words.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Phrase {
        self.spans.push(Span::Plain(text.into()));
        self
    }

    /// Adds a foreign name, cleaned.
    #[must_use]
    pub fn then_name(mut self, text: &str) -> Phrase {
        self.spans.push(Span::Name(escape::name(text)));
        self
    }

    /// Adds foreign prose, cleaned.
    #[must_use]
    pub fn then_quote(mut self, text: &str) -> Phrase {
        self.spans.push(Span::Quote(escape::prose(text)));
        self
    }

    /// Adds another phrase.
    #[must_use]
    pub fn then_phrase(mut self, other: Phrase) -> Phrase {
        self.spans.extend(other.spans);
        self
    }

    /// The parts in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The text without any marking.
    pub fn text(&self) -> String {
        self.spans
            .iter()
            .map(|span| match span {
                Span::Plain(text) | Span::Name(text) | Span::Quote(text) => text.as_str(),
            })
            .collect()
    }
}

/// Phrases joined by a separator.
pub(crate) fn join(phrases: impl IntoIterator<Item = Phrase>, separator: &str) -> Phrase {
    phrases
        .into_iter()
        .reduce(|all, phrase| all.then(separator).then_phrase(phrase))
        .unwrap_or_default()
}
