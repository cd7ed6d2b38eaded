//! The parser's complaints in our words.

use super::{MAX_ALIASES, MAX_ANCHORS, MAX_DEPTH, MAX_NODES, shown};
use crate::config::error::{Fault, Place, did_you_mean};
use serde_yaml::budget::BudgetBreach;
use serde_yaml::{Error, Location};

/// What the parser says of `text`.
pub(super) fn of(error: &Error, text: &str) -> Fault {
    let Some(location) = error.location() else { return describe(error, &Spot::default()) };
    let mut place = place(&location);
    if location.span().byte_offset().is_none() {
        // Complaints of the scanner count characters only.
        let characters = number(location.span().offset());
        place.offset = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    }
    describe(error, &Spot::new(text, place)).at(place)
}

/// What is written at and before the place of a complaint.
#[derive(Default)]
struct Spot<'a> {
    /// The text that is complained of; empty where a value is missing.
    written: &'a str,
    /// What stands before it in its line.
    before: &'a str,
}

impl<'a> Spot<'a> {
    fn new(text: &'a str, place: Place) -> Self {
        let end = place.offset.saturating_add(place.len);
        let before = text.get(..place.offset).unwrap_or_default();
        Spot {
            written: text.get(place.offset..end).unwrap_or_default(),
            before: before.rsplit(['\n', '\r']).next().unwrap_or_default().trim(),
        }
    }
}

pub(super) fn place(location: &Location) -> Place {
    let span = location.span();
    Place {
        line: number(location.line()),
        column: number(location.column()),
        offset: span.byte_offset().map_or(0, number),
        len: span.byte_len().map_or(0, number),
    }
}

fn number(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn innermost(mut error: &Error) -> &Error {
    while let Error::WithSnippet { error: inner, .. } | Error::AliasError { error: inner, .. } =
        error
    {
        error = inner;
    }
    error
}

fn describe(error: &Error, spot: &Spot<'_>) -> Fault {
    match innermost(error) {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => unknown("value", variant, expected),
        Error::SerdeMissingField { field, .. } => {
            // The parser points at the last key of the map that lacks one, or at an empty map.
            let is_key = spot.written.starts_with(|c: char| c.is_ascii_alphabetic());
            let beside = is_key.then(|| format!("add it beside `{}`", shown(spot.written)));
            Fault::new(format!("key `{field}` is missing")).maybe_help(beside)
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            Fault::new(format!("key `{}` is written twice", shown(key))).help("keep one of the two")
        }
        Error::DuplicateMappingKey { key: None, .. } => Fault::new("a key is written twice"),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            Fault::new(format!("expected {expected}, found {unexpected}"))
        }
        Error::Budget { breach, .. } => over_budget(breach),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            Fault::new("aliases expand to more than a configuration can need")
                .help("write the values out")
        }
        Error::MultipleDocuments { .. } => several_documents(),
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            Fault::new("`<<` takes a map, or a list of maps")
        }
        Error::InvalidScalar { ty, .. } => Fault::new(format!("expected {}", scalar_kind(ty))),
        Error::InvalidBooleanStrict { .. } => Fault::new("expected `true` or `false`"),
        Error::NullIntoString { .. } => {
            Fault::new("a value is missing").help("write `\"\"` where an empty text is meant")
        }
        Error::Unexpected { expected, .. } => wrong_kind(expected, spot),
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. } => wrong_kind("scalar", spot),
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            Fault::new("the alias stands inside of what it names")
        }
        Error::UnknownAnchor { .. } => Fault::new("the alias names no anchor above it")
            .help("in YAML a `*` begins an alias; put a text that begins with it in quotes"),
        Error::UnsupportedTag { tag, .. } => {
            Fault::new(format!("unknown YAML tag `{}`", shown(tag))).help("remove it")
        }
        Error::NonFiniteFloat { .. } => Fault::new("not a finite number"),
        Error::ExternalMessage { msg, .. } => syntax(msg, spot),
        other => Fault::new(plain(&other.to_string())),
    }
}

fn unknown(what: &str, word: &str, known: &[&'static str]) -> Fault {
    let list = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let help = match did_you_mean(word, known.iter().copied()) {
        Some(nearest) if known.len() > 1 => format!("{nearest} (known here: {list})"),
        Some(nearest) => nearest,
        None => format!("known here: {list}"),
    };
    Fault::new(format!("unknown {what} `{}`", shown(word))).help(help)
}

fn over_budget(breach: &BudgetBreach) -> Fault {
    let what = match breach {
        BudgetBreach::Depth { .. } => return too_deep(),
        BudgetBreach::Documents { .. } => return several_documents(),
        BudgetBreach::Anchors { .. } => format!("more than {MAX_ANCHORS} anchors"),
        BudgetBreach::Aliases { .. } => format!("more than {MAX_ALIASES} aliases"),
        BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
            format!("more than {MAX_NODES} values, aliases expanded")
        }
        other => format!("over the limit: {other:?}"),
    };
    Fault::new(format!("the file is refused: {what}"))
}

fn too_deep() -> Fault {
    Fault::new(format!("the file is refused: nested deeper than {MAX_DEPTH} levels"))
}

fn several_documents() -> Fault {
    Fault::new("the file holds more than one YAML document")
        .help("remove `---` and everything below it")
}

fn scalar_kind(ty: &str) -> &str {
    match ty {
        "bool" | "boolean" => "`true` or `false`",
        "u64" => "a whole number of at least 0",
        "i64" => "a whole number",
        other => other,
    }
}

fn wrong_kind(expected: &str, spot: &Spot<'_>) -> Fault {
    let rule = ["limit", "regression"]
        .into_iter()
        .find(|rule| spot.before.strip_suffix(':').is_some_and(|before| before.ends_with(rule)));
    match (expected, rule) {
        ("mapping" | "mapping start", Some(rule)) if !spot.written.is_empty() => {
            Fault::new("expected a map")
                .help(format!("write `{rule}: {{ max: {} }}`", shown(spot.written)))
        }
        ("mapping" | "mapping start", _) if spot.written.is_empty() => {
            Fault::new("a map is missing").help("write `key: value` lines below, indented further")
        }
        ("mapping" | "mapping start", _) => Fault::new("expected a map")
            .help("write `key: value`, with a space after the colon, or `{ key: value }`"),
        ("sequence" | "sequence start", _) => Fault::new("expected a list")
            .help("write it as `[a, b]`, or as lines that begin with `- `"),
        ("scalar" | "string scalar", _) => {
            Fault::new("expected a single value, not a list or a map")
        }
        (other, _) => Fault::new(format!("expected {other}")),
    }
}

/// Text that is not YAML. The scanner's own words speak of its states; ours, of the file.
fn syntax(message: &str, spot: &Spot<'_>) -> Fault {
    if let Some(character) = message.strip_prefix("unexpected character: `") {
        let character = character.trim_end_matches('\'');
        let help = match character.starts_with('\\') {
            true => "remove the control character",
            false => "put the text in quotes if this is part of it",
        };
        return Fault::new(format!("`{character}` cannot stand here")).help(help);
    }
    if let Some(open) = message.strip_prefix("unclosed bracket '") {
        return Fault::new(format!("`{}` is never closed", open.trim_end_matches('\'')));
    }
    let (what, help) = match message {
        "recursion limit exceeded" => return too_deep(),
        "unclosed quote" => ("the quote is never closed", "end the text with the same quote"),
        "simple key expected ':'" => ("expected `key: value`", "write a space after the colon"),
        "mapping values are not allowed in this context" => (
            "`:` cannot stand here",
            "put the text in quotes if it is part of it; else check how far the line is indented",
        ),
        _ if message.contains("anchor or alias") => (
            "`*` and `&` begin an alias and an anchor, and the name is missing",
            "put a text in quotes, as in `\"*\"`",
        ),
        _ if message.contains("escape character") => (
            "unknown escape in double quotes",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        _ if message.starts_with("invalid trailing content") => (
            "nothing can follow the closing quote here",
            "put a `,` between the entries of `[ ]` and `{ }`, or all of the text in quotes",
        ),
        _ if message.starts_with("tab") => ("a tab cannot indent", "indent with spaces"),
        _ if spot.before.is_empty()
            && ["indentation", "'-' indicator", "block mapping"]
                .iter()
                .any(|words| message.contains(words)) =>
        {
            (
                "this line is not aligned with the ones above it",
                "keys of one map stand in one column, and so do the `-` of one list",
            )
        }
        _ => return Fault::new(plain(message)),
    };
    Fault::new(what).help(help)
}

/// A parser's message without its own place, on one line.
fn plain(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" at line ").next().unwrap_or(line);
    let line = line.trim_start_matches("error: ").trim_end_matches([':', '.', ' ']);
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "not valid YAML".to_owned(),
    }
}
