//! What the JSON Schema says of values whose form Rust's types do not tell.
//!
//! The patterns are as wide as the reader in `quantity`, or wider: the schema never rejects what is
//! accepted, and bare numbers, where there may be any, may be YAML numbers.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

macro_rules! text_schema {
    ($name:ident, $title:literal, $schema:tt) => {
        #[doc = $title]
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

text_schema!(SchemaVersion, "The version of the format.", { "type": "integer", "const": 1 });

text_schema!(StoreText, "A store.", { "type": "string", "pattern": "^(sqlite:.+|git:.*)$" });

text_schema!(DurationText, "A time.", {
    "title": "a time with its unit, or 0",
    "anyOf": [
        { "type": "string", "pattern": r"^ *[0-9.]+([eE][-+]?[0-9]+)? *(ns|us|µs|μs|ms|s|min|h|d) *$" },
        { "type": "string", "pattern": r"^ *[0.]+([eE][-+]?[0-9]+)? *$" },
        { "type": "number", "const": 0 },
    ],
    "examples": ["250ms", "20s", "5min"],
});

text_schema!(RateText, "A rate.", {
    "title": "a rate",
    "anyOf": [
        { "type": "string", "pattern": r"^ *[0-9.]+([eE][-+]?[0-9]+)? *(/ *(s|min|h))? *$" },
        { "type": "number", "exclusiveMinimum": 0 },
    ],
    "examples": ["500/s", "30/min"],
});

text_schema!(ShareText, "A share.", {
    "title": "a share",
    "anyOf": [
        { "type": "string", "pattern": r"^ *[0-9.]+([eE][-+]?[0-9]+)? *%? *$" },
        { "type": "number", "minimum": 0 },
    ],
    "examples": ["5%"],
});

text_schema!(QuantityText, "A number with a unit.", {
    "title": "a number with a unit, or a bare number in base units",
    "anyOf": [
        {
            "type": "string",
            "pattern": r"^ *[0-9.]+([eE][-+]?[0-9]+)? *(ns|us|µs|μs|ms|s|min|h|d|%|B|kB|MB|GB|TB|KiB|MiB|GiB|TiB|/ *(s|min|h))? *$",
        },
        { "type": "number", "minimum": 0 },
    ],
    "examples": ["250ms", "5%", "500/s", "64MiB"],
});

text_schema!(DateText, "A day.", {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "examples": ["2027-01-31"],
});

text_schema!(CommitText, "A commit.", {
    "anyOf": [
        { "type": "string", "pattern": "^ *[0-9a-fA-F]{7,64} *$" },
        // Digits alone, without quotes.
        { "type": "number", "minimum": 0 },
    ],
});

text_schema!(MomentText, "A moment.", {
    "type": "string",
    "pattern": r"^ *[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[-+][0-9]{2}:[0-9]{2}) *$",
    "examples": ["2026-11-25T10:30:00Z"],
});

text_schema!(VariableText, "The name of an environment variable.", {
    "title": "the name of an environment variable, or its beginning and a `*`",
    "type": "string",
    "pattern": r"^[^=*\x00]+\*?$",
    "examples": ["RUST_LOG", "MYAPP_*"],
});

text_schema!(SizeText, "A size.", {
    "title": "a size",
    "anyOf": [
        { "type": "string", "pattern": r"^ *[0-9.]+([eE][-+]?[0-9]+)? *(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)? *$" },
        { "type": "number", "minimum": 0 },
    ],
    "examples": ["64KiB"],
});

text_schema!(ThinkText, "A time, or a range of times.", {
    "title": "a time, or a range of times",
    "anyOf": [
        { "type": "string", "pattern": r"^ *[0-9.]+([eE][-+]?[0-9]+)? *(ns|us|µs|μs|ms|s|min|h|d)? *(\.\. *[0-9.]+([eE][-+]?[0-9]+)? *(ns|us|µs|μs|ms|s|min|h|d)? *)?$" },
        { "type": "number", "minimum": 0 },
    ],
    "examples": ["1s", "1s..3s"],
});

text_schema!(Statuses, "One HTTP status, or a list of them.", {
    "anyOf": [
        { "type": "integer", "minimum": 100, "maximum": 599 },
        { "type": "array", "minItems": 1, "items": { "type": "integer", "minimum": 100, "maximum": 599 } },
    ],
    "examples": [201, [200, 404]],
});
