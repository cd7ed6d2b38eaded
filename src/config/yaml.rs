//! The one module that touches the YAML crate: text in, typed values with their places out.
//!
//! Swapping the parser means rewriting this file: [`At`] is our own, and no error, option or
//! location type of the parser is seen outside.

use super::error::{Fault, Place, did_you_mean};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_yaml::{Error, Location};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The largest file that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// The most scalars, lists and maps; some twenty times the largest configuration in sight, and
/// refused within 0.2 s.
const MAX_NODES: usize = 20_000;
const MAX_DEPTH: usize = 64;
const MAX_ANCHORS: usize = 100;
const MAX_ALIASES: usize = 200;

/// A value with the place where it is written.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T> At<T> {
    /// A complaint about this value.
    pub(crate) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(message).at(self.place)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_yaml::Spanned::<T>::deserialize(deserializer)?;
        Ok(At { value: spanned.value, place: place(&spanned.referenced) })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A map in the order of the file, with the place of each key.
#[derive(Debug, Clone)]
pub(crate) struct Entries<T>(pub(crate) Vec<(At<String>, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
            type Value = Entries<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Map_of_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

/// Reads one document of at most [`MAX_BYTES`], without duplicate keys or unknown tags.
///
/// # Errors
///
/// With the place, and the nearest known key where one was unknown.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    if text.len() > MAX_BYTES {
        return Err(too_large());
    }
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_anchors: MAX_ANCHORS,
            max_aliases: MAX_ALIASES,
            max_merge_keys: MAX_ALIASES,
            max_documents: 1,
            max_total_scalar_bytes: MAX_BYTES,
        },
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MAX_NODES },
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options).map_err(|error| fault(&error))
}

pub(crate) fn too_large() -> Fault {
    Fault::new(format!("the file is larger than {} KiB, the most that is read", MAX_BYTES / 1024))
}

fn place(location: &Location) -> Place {
    let span = location.span();
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Place {
        line: number(location.line()),
        column: number(location.column()),
        offset: span.byte_offset().map_or(0, number),
        len: span.byte_len().map_or(0, number),
    }
}

/// The parser's complaint in our words.
fn fault(error: &Error) -> Fault {
    let fault = describe(innermost(error));
    match error.location() {
        Some(location) if fault.place.is_none() => fault.at(place(&location)),
        _ => fault,
    }
}

fn innermost(mut error: &Error) -> &Error {
    while let Error::WithSnippet { error: inner, .. } | Error::AliasError { error: inner, .. } =
        error
    {
        error = inner;
    }
    error
}

fn describe(error: &Error) -> Fault {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown_key(field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => unknown_key(variant, expected),
        Error::SerdeMissingField { field, .. } => Fault::new(format!("key `{field}` is missing")),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            Fault::new(format!("key `{key}` is written twice")).help("keep one of the two")
        }
        Error::DuplicateMappingKey { key: None, .. } => Fault::new("a key is written twice"),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            Fault::new(format!("expected {expected}, found {unexpected}"))
        }
        Error::SerdeInvalidLength { len, expected, .. } => {
            Fault::new(format!("expected {expected}, found {len} elements"))
        }
        Error::Budget { breach, .. } => over_budget(breach),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            Fault::new("aliases expand to more than a configuration can need")
        }
        Error::MultipleDocuments { .. } => Fault::new("the file holds more than one YAML document")
            .help("remove `---` and everything below it"),
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            Fault::new("`<<` takes a map, or a list of maps")
        }
        Error::InvalidScalar { ty, .. } => Fault::new(format!("expected {}", scalar_kind(ty))),
        Error::InvalidBooleanStrict { .. } => Fault::new("expected `true` or `false`"),
        Error::NullIntoString { .. } => {
            Fault::new("a value is missing").help("write `\"\"` where an empty text is meant")
        }
        Error::Unexpected { expected, .. } => Fault::new(format!("expected {}", node(expected))),
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. } => {
            Fault::new("expected a map with one key")
        }
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            Fault::new("expected a map with one key, found more")
        }
        Error::UnknownAnchor { .. } => Fault::new("the alias names no anchor above it"),
        Error::UnsupportedTag { tag, .. } => Fault::new(format!("unknown YAML tag `{tag}`")),
        Error::NonFiniteFloat { .. } => Fault::new("not a finite number"),
        other => Fault::new(plain(&other.to_string())),
    }
}

fn unknown_key(key: &str, known: &[&'static str]) -> Fault {
    let list = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let nearest = did_you_mean(key, known.iter().copied());
    let help = match nearest {
        Some(nearest) if known.len() > 1 => format!("{nearest} (known here: {list})"),
        Some(nearest) => nearest,
        None => format!("known here: {list}"),
    };
    Fault::new(format!("unknown key `{}`", shown(key))).help(help)
}

fn over_budget(breach: &serde_yaml::budget::BudgetBreach) -> Fault {
    use serde_yaml::budget::BudgetBreach;
    let what = match breach {
        BudgetBreach::Depth { .. } => format!("nested deeper than {MAX_DEPTH} levels"),
        BudgetBreach::Anchors { .. } => format!("more than {MAX_ANCHORS} anchors"),
        BudgetBreach::Aliases { .. } => format!("more than {MAX_ALIASES} aliases"),
        BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
            format!("more than {MAX_NODES} values, aliases expanded")
        }
        BudgetBreach::Documents { .. } => "more than one YAML document".to_owned(),
        other => format!("over the limit: {other:?}"),
    };
    Fault::new(format!("the file is refused: {what}"))
}

fn scalar_kind(ty: &str) -> String {
    match ty {
        "bool" | "boolean" => "`true` or `false`".to_owned(),
        "f32" | "f64" | "float" => "a number".to_owned(),
        _ if ty.starts_with(['u', 'i']) => "a whole number".to_owned(),
        other => other.to_owned(),
    }
}

fn node(expected: &str) -> &str {
    match expected {
        "mapping" | "mapping start" => "a map of `key: value`",
        "sequence" | "sequence start" => "a list",
        "string scalar" => "a text, not a list or a map",
        "scalar" => "a single value, not a list or a map",
        other => other,
    }
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

/// A text of the file in a message: printable and short.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let escaped: String = text.chars().take(MOST).flat_map(printable).collect();
    if text.chars().nth(MOST).is_some() { escaped + "…" } else { escaped }
}

fn printable(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

/// One whole number or a list of them, as a list.
#[derive(Debug, Clone)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<'de, T: TryFrom<u64> + Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers<T>(PhantomData<T>);
        impl<'de, T: TryFrom<u64> + Deserialize<'de>> Visitor<'de> for Numbers<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or a list of them")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                let value = T::try_from(number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))?;
                Ok(OneOrMany(vec![value]))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(OneOrMany(values))
            }
        }
        deserializer.deserialize_any(Numbers(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("One_or_many_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}
