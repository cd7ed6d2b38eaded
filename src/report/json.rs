//! The bundle and the run as JSON documents, and the schemas they keep to.

use super::escape;
use crate::model::{Bundle, Diagnosis, Run, Segment};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use std::io::{self, Write};

/// A document with two spaces of indent and a newline at its end; lists of numbers, such as
/// samples, stay on one line.
///
/// # Errors
///
/// When the document cannot be written as JSON, such as a map whose keys are not texts.
pub fn pretty(document: &impl Serialize) -> Result<String, serde_json::Error> {
    written(document, Readable::default())
}

/// A document as one line, with its end.
///
/// # Errors
///
/// As [`pretty`].
pub fn line(document: &impl Serialize) -> Result<String, serde_json::Error> {
    written(document, OneLine)
}

fn written(document: &impl Serialize, form: impl Formatter) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, form))?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| serde::ser::Error::custom(error.to_string()))
}

/// The JSON Schema of a bundle.
pub fn bundle_schema() -> serde_json::Value {
    schemars::schema_for!(Bundle).to_value()
}

/// The JSON Schema of a run, the native format.
pub fn run_schema() -> serde_json::Value {
    schemars::schema_for!(Run).to_value()
}

/// The JSON Schema of a segment of a load.
pub fn segment_schema() -> serde_json::Value {
    schemars::schema_for!(Segment).to_value()
}

/// The JSON Schema of a diagnosis.
pub fn diagnosis_schema() -> serde_json::Value {
    schemars::schema_for!(Diagnosis).to_value()
}

/// As serde's pretty form, but an element of a list gets a line of its own only if it is an
/// object; and no text holds what a terminal or a CI log would act on.
#[derive(Default)]
struct Readable {
    indent: usize,
    /// For every open list: whether an element was put on a line of its own.
    lists: Vec<bool>,
    /// Whether the next value is an element of a list, and whether it is the first one.
    element: Option<bool>,
    /// Whether the object that was last open has a member.
    has_member: bool,
}

impl Readable {
    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.indent).try_for_each(|_| writer.write_all(b"  "))
    }

    /// Separates an element that is not an object from the one before.
    fn inline<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match self.element.take() {
            Some(false) => writer.write_all(b", "),
            Some(true) | None => Ok(()),
        }
    }
}

macro_rules! inline_scalars {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method<W: ?Sized + Write>(&mut self, writer: &mut W, value: $type) -> io::Result<()> {
            self.inline(writer)?;
            CompactFormatter.$method(writer, value)
        })*
    };
}

impl Formatter for Readable {
    inline_scalars! {
        write_bool: bool, write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64,
        write_i128: i128, write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64,
        write_u128: u128, write_f32: f32, write_f64: f64, write_number_str: &str,
        write_raw_fragment: &str,
    }

    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inline(writer)?;
        CompactFormatter.write_null(writer)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inline(writer)?;
        CompactFormatter.begin_string(writer)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        harmless(writer, fragment)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inline(writer)?;
        self.indent += 1;
        self.lists.push(false);
        writer.write_all(b"[")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        _writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.element = Some(first);
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.indent = self.indent.saturating_sub(1);
        if self.lists.pop() == Some(true) {
            self.new_line(writer)?;
        }
        writer.write_all(b"]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if let Some(first) = self.element.take() {
            if !first {
                writer.write_all(b",")?;
            }
            self.new_line(writer)?;
            if let Some(broken) = self.lists.last_mut() {
                *broken = true;
            }
        }
        self.indent += 1;
        self.has_member = false;
        writer.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.new_line(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_member = true;
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.indent = self.indent.saturating_sub(1);
        if self.has_member {
            self.new_line(writer)?;
        }
        writer.write_all(b"}")
    }
}

/// As serde's compact form, with texts as in [`Readable`].
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        harmless(writer, fragment)
    }
}

/// Writes a part of a text that serde leaves as it is, without what a terminal or a CI log acts on.
fn harmless<W: ?Sized + Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    let mut before = ' ';
    for c in fragment.chars() {
        if (c == '#' && before == '#') || c == '\x7f' || escape::is_deceptive(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        } else {
            writer.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
        }
        before = c;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{line, pretty};
    use serde_json::{Value, json};

    #[test]
    fn numbers_stay_on_one_line() {
        let document = json!({"a": [[1.5], [2.0, 3.0]], "b": [], "c": [{"d": 1}, {}], "e": {}});
        let expect = r#"{
  "a": [[1.5], [2.0, 3.0]],
  "b": [],
  "c": [
    {
      "d": 1
    },
    {}
  ],
  "e": {}
}
"#;
        assert_eq!(pretty(&document).unwrap(), expect);
        assert_eq!(serde_json::from_str::<Value>(expect).unwrap(), document);
    }

    #[test]
    fn texts_come_back_and_command_nobody() {
        let document =
            json!(["##vso[x]", "a\u{202e}\u{e0001}\u{9b}b", "\u{1b}[31m", "\"quoted\"\n"]);
        for text in [pretty(&document).unwrap(), line(&document).unwrap()] {
            assert!(!text.contains("##") && !text.contains(['\u{202e}', '\u{9b}', '\u{1b}']));
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        }
        assert_eq!(line(&document).unwrap().lines().count(), 1);
    }
}
