//! The one module that touches the YAML crate: text in, typed values with their places out.
//!
//! Swapping the parser means rewriting this file: [`At`] is our own, and no error, option or
//! location type of the parser is seen outside.

mod fault;

use super::error::{Fault, Place};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The largest file of a configuration that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
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
        Ok(At { value: spanned.value, place: fault::place(&spanned.referenced) })
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
    serde_yaml::from_str_with_options(text, options).map_err(|error| fault::of(&error, text))
}

pub(crate) fn too_large() -> Fault {
    Fault::new(format!("the file is larger than {} KiB, the most that is read", MAX_BYTES / 1024))
}

/// A text of the file in a message: printable and short.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let escaped: String = text.chars().take(MOST).flat_map(printable).collect();
    if text.chars().nth(MOST).is_some() { escaped + "…" } else { escaped }
}

fn printable(c: char) -> Vec<char> {
    if acts_on_terminals(c) { c.escape_default().collect() } else { vec![c] }
}

/// Control characters, and those that turn the direction of a line around.
pub(crate) fn acts_on_terminals(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
