//! What the writer of the format leaves out: totals, counts of skipped cases, properties, and line
//! breaks that make the document readable. One pass over its output.

use super::attribute;
use junit_report::{Error, TestSuite};
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

/// A name and a value, made harmless.
#[derive(Debug, Clone)]
pub(super) struct Property {
    name: &'static str,
    value: String,
}

impl Property {
    pub(super) fn new(name: &'static str, value: &str) -> Property {
        Property { name, value: attribute(value) }
    }
}

/// Completes a document of one suite; `cases` has the properties of each case, in order.
pub(super) fn finish(
    xml: &[u8],
    suite: &TestSuite,
    properties: &[Property],
    cases: &[Vec<Property>],
) -> Result<String, Error> {
    let mut reader = Reader::from_reader(xml);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let mut cases = cases.iter();
    loop {
        match reader.read_event()? {
            Event::Eof => break,
            Event::Start(start) => match start.name().as_ref() {
                b"testsuites" => {
                    let mut start = start;
                    start.extend_attributes([
                        ("name", "pacegate"),
                        ("tests", suite.tests().to_string().as_str()),
                        ("failures", suite.failures().to_string().as_str()),
                        ("errors", suite.errors().to_string().as_str()),
                        ("time", milliseconds(suite.time().as_seconds_f64()).as_str()),
                    ]);
                    writer.write_event(Event::Start(start))?;
                }
                b"testsuite" => {
                    let mut start = with_short_times(&start)?;
                    start.push_attribute(("skipped", suite.skipped().to_string().as_str()));
                    writer.write_event(Event::Start(start))?;
                    write(&mut writer, properties)?;
                }
                b"testcase" => {
                    writer.write_event(Event::Start(with_short_times(&start)?))?;
                    write(&mut writer, cases.next().map_or(&[], Vec::as_slice))?;
                }
                _ => writer.write_event(Event::Start(start))?,
            },
            event => writer.write_event(event)?,
        }
    }
    writer.write_event(Event::Text(BytesText::from_escaped("\n")))?;
    String::from_utf8(writer.into_inner())
        .map_err(|error| Error::Io(std::io::Error::other(error.to_string())))
}

/// A tag whose times have three decimals, the most that strict readers take.
fn with_short_times(start: &BytesStart<'_>) -> Result<BytesStart<'static>, Error> {
    let mut short = start.to_owned();
    short.clear_attributes();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(quick_xml::Error::from)?;
        let seconds = String::from_utf8_lossy(&attribute.value).parse();
        match (attribute.key.as_ref(), seconds) {
            (b"time", Ok(seconds)) => {
                short.push_attribute(("time", milliseconds(seconds).as_str()));
            }
            _ => short.push_attribute(attribute),
        }
    }
    Ok(short)
}

fn milliseconds(seconds: f64) -> String {
    format!("{seconds:.3}")
}

fn write(writer: &mut Writer<Vec<u8>>, properties: &[Property]) -> Result<(), Error> {
    if properties.is_empty() {
        return Ok(());
    }
    writer.write_event(Event::Start(BytesStart::new("properties")))?;
    for Property { name, value } in properties {
        let property = BytesStart::new("property")
            .with_attributes([("name", *name), ("value", value.as_str())]);
        writer.write_event(Event::Empty(property))?;
    }
    writer.write_event(Event::End(BytesEnd::new("properties")))?;
    Ok(())
}
