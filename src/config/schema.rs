//! The JSON Schema of `gates.yaml`, for editors and other tools.

use super::file::{AcceptedFile, File};
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// The JSON Schema of `gates.yaml`, draft 2020-12.
///
/// It accepts whatever the reader accepts; the reader refuses more, such as an unknown service.
pub fn schema() -> Value {
    schema_of::<File>()
}

/// The JSON Schema of the file of accepted steps, `gates.accepted.yaml`.
pub fn accepted_schema() -> Value {
    schema_of::<AcceptedFile>()
}

fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(scalars_are_texts))
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// YAML needs no quotes around a text, and the reader takes `8080` or `true` for one.
fn scalars_are_texts(schema: &mut Schema) {
    let restricted = ["pattern", "enum", "const"].into_iter().any(|key| schema.get(key).is_some());
    let Some(types) = schema.get_mut("type").filter(|_| !restricted) else {
        return;
    };
    if *types == json!("string") {
        *types = json!(["string", "number", "boolean"]);
    } else if *types == json!(["string", "null"]) {
        *types = json!(["string", "number", "boolean", "null"]);
    }
}
