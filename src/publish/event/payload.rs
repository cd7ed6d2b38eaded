//! The event file, read loosely: only its leaves are looked at, and each may be anything.

use super::form;
use super::read::EventError;
use serde_json::Value;

/// The JSON object of an event file.
pub(super) struct Payload(Value);

impl Payload {
    /// The event file's object; an empty one where there is no file.
    ///
    /// # Errors
    ///
    /// When the text is too long, no JSON, or no object.
    pub(super) fn parse(text: Option<&str>) -> Result<Payload, EventError> {
        let Some(text) = text else { return Ok(Payload(Value::Null)) };
        if text.len() > super::MOST {
            return Err(EventError::Long { bytes: text.len() });
        }
        let value: Value =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(EventError::Json)?;
        if value.is_object() { Ok(Payload(value)) } else { Err(EventError::Shape) }
    }

    /// Whether there is an object at a JSON pointer.
    pub(super) fn has(&self, pointer: &str) -> bool {
        self.0.pointer(pointer).is_some_and(Value::is_object)
    }

    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// The positive number at a JSON pointer, which may be written as a text.
    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        match self.0.pointer(pointer)? {
            Value::String(text) => form::number(text),
            other => other.as_u64().filter(|number| *number > 0),
        }
    }

    /// The commit at a JSON pointer.
    pub(super) fn commit(&self, pointer: &str) -> Option<String> {
        self.text(pointer).and_then(form::commit)
    }
}
