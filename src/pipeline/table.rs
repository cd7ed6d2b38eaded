//! Series in a table of comma-separated values, a row a run.

use crate::model::{Series, Unit};
use crate::report::escape;
use csv::{Error, ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const COLUMNS: [&str; 5] = ["series", "unit", "commit", "time", "value"];
/// The longest name of a series, a unit or a commit, in bytes.
const LONGEST_NAME: usize = 1000;

/// A run's part in a series.
struct Row {
    time: f64,
    commit: String,
    value: f64,
}

/// A series in the order of the file.
struct Unordered {
    name: String,
    unit: String,
    rows: Vec<Row>,
}

/// The series of a table, in the order in which they begin, each in the order of time; or what is
/// wrong, with the line.
pub(super) fn parse(text: &str) -> Result<Vec<Series>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
    let places = places(reader.headers().map_err(|error| told(text, &error))?)?;
    let mut all: Vec<Unordered> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| told(text, &error))?;
        add(&record, places, &mut all, &mut known)
            .map_err(|why| at(text, record.position(), &why))?;
    }
    if all.is_empty() {
        return Err("it has no row below its header".to_owned());
    }
    Ok(all.into_iter().map(ordered).collect())
}

/// Where each of the columns is.
fn places(header: &StringRecord) -> Result<[usize; COLUMNS.len()], String> {
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let mut named = header.iter().enumerate().filter(|(_, name)| *name == column);
        *place = match (named.next(), named.next()) {
            (Some((place, _)), None) => place,
            (None, _) => {
                let all = COLUMNS.join(", ");
                return Err(format!("line 1: no column `{column}`; the header must name {all}"));
            }
            (Some(_), Some(_)) => return Err(format!("line 1: column `{column}` is there twice")),
        };
    }
    Ok(places)
}

fn add(
    record: &StringRecord,
    places: [usize; COLUMNS.len()],
    all: &mut Vec<Unordered>,
    known: &mut HashMap<String, usize>,
) -> Result<(), String> {
    let [name, unit, commit, time, value] = places.map(|place| record.get(place).unwrap_or(""));
    if name.is_empty() {
        return Err("the series has no name".to_owned());
    }
    if let Some(long) = [name, unit, commit].iter().find(|text| text.len() > LONGEST_NAME) {
        return Err(format!("`{}` is longer than {LONGEST_NAME} bytes", escape::name(long)));
    }
    let row = Row { time: moment(time)?, commit: commit.to_owned(), value: number(value)? };
    let index = match known.entry(name.to_owned()) {
        Entry::Occupied(index) => *index.get(),
        Entry::Vacant(free) => {
            all.push(Unordered { name: name.to_owned(), unit: unit.to_owned(), rows: vec![] });
            *free.insert(all.len() - 1)
        }
    };
    let series = &mut all[index];
    if series.unit != unit {
        let [name, unit, before] = [name, unit, &series.unit].map(escape::name);
        return Err(format!("series `{name}` is in `{unit}` here, and in `{before}` above"));
    }
    series.rows.push(row);
    Ok(())
}

/// A number as it is, or a date and time in Unix seconds.
fn moment(text: &str) -> Result<f64, String> {
    if text.is_empty() {
        return Err("the time is empty".to_owned());
    }
    if let Some(number) = text.parse().ok().filter(|number: &f64| number.is_finite()) {
        return Ok(number);
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        let text = escape::name(text);
        format!("time `{text}` is neither a number nor a moment such as 2026-07-31T12:00:00Z")
    })?;
    Ok(moment.unix_timestamp_nanos() as f64 / 1e9)
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| match text {
        "" => "the value is empty".to_owned(),
        text => format!("value `{}` is not a finite number", escape::name(text)),
    })
}

fn ordered(mut series: Unordered) -> Series {
    // Stable: repeated runs of one time keep their order.
    series.rows.sort_by(|a, b| a.time.total_cmp(&b.time));
    let values = series.rows.iter().map(|row| row.value).collect();
    let commits = series.rows.into_iter().map(|row| row.commit).collect();
    Series { name: series.name, unit: Unit::from(series.unit), values, commits }
}

/// What the reader found wrong.
fn told(text: &str, error: &Error) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            at(text, pos.as_ref(), &format!("{len} fields, and the header has {expected_len}"))
        }
        _ => error.to_string(),
    }
}

/// What is wrong with a record, with the line that it begins in.
fn at(text: &str, position: Option<&Position>, why: &str) -> String {
    let start = position.and_then(|position| usize::try_from(position.byte()).ok());
    let Some((before, rest)) = start.and_then(|start| text.split_at_checked(start)) else {
        return why.to_owned();
    };
    // The reader's place of a record lies before the ends of lines that it skips.
    let skipped = &rest[..rest.len() - rest.trim_start_matches(['\r', '\n']).len()];
    let line = 1 + before.matches('\n').count() + skipped.matches('\n').count();
    format!("line {line}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = "series,unit,commit,time,value\n";

    #[test]
    fn series_come_in_order_of_time() {
        let text = "\u{feff}value, time,more,commit,unit,series\r\n\
            3,2,x,c,s,\"a,\"\"b\"\"\"\r\n\
            1.5,1,x,a,s,\"a,\"\"b\"\"\"\n\
            -2e3,1970-01-01T00:00:01.5Z,x,b,s,\"a,\"\"b\"\"\"\n\
            \n\
            7,1,x,,,other\n\
            2.5,1,x,a,s,\"a,\"\"b\"\"\"";
        let series = parse(text).unwrap();
        assert_eq!(series.len(), 2);
        assert_eq!(series[0].name, "a,\"b\"");
        assert_eq!(series[0].values, [1.5, 2.5, -2e3, 3.0]);
        assert_eq!(series[0].commits, ["a", "a", "b", "c"]);
        assert_eq!((series[1].name.as_str(), &series[1].values[..]), ("other", &[7.0][..]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let check = |text: &str, expected: &str| {
            let found = parse(text).unwrap_err();
            assert!(found.contains(expected), "{found}\n{expected}");
        };
        check("", "line 1: no column `series`");
        check("series,unit,commit,time\n", "line 1: no column `value`; the header must name");
        check("series,unit,commit,time,value,time\n", "line 1: column `time` is there twice");
        check(HEADER, "no row");
        let row =
            |row: &str| format!("{HEADER}a,s,c,1,1.0\n\"b\nb\",s,c,1,1.0\n{row}\na,s,c,2,1.0\n");
        check(&row("a,s,c,1"), "line 5: 4 fields, and the header has 5");
        check(&row("a,s,c,1,"), "line 5: the value is empty");
        check(&row("a,s,c,1,").replace('\n', "\r\n"), "line 5: the value is empty");
        check(&row("\n\na,s,c,1,"), "line 7: the value is empty");
        for value in ["NaN", "inf", "-inf", "1e999", "12ms", "1,5"] {
            check(
                &row(&format!("a,s,c,1,\"{value}\"")),
                &format!("line 5: value `{value}` is not"),
            );
        }
        check(&row("a,s,c,,1"), "line 5: the time is empty");
        check(&row("a,s,c,yesterday,1"), "line 5: time `yesterday` is neither");
        check(&row("a,ms,c,1,1"), "line 5: series `a` is in `ms` here, and in `s` above");
        check(&row(",s,c,1,1"), "line 5: the series has no name");
        check(&row(&format!("{},s,c,1,1", "x".repeat(1001))), "longer than 1000 bytes");
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "(series|unit|commit|time|value|[-0-9.,\"\n e])*") {
            let with_header = format!("{HEADER}{text}");
            for text in [&text, &with_header] {
                if let Ok(all) = parse(text) {
                    prop_assert!(all.iter().all(|series| series.values.len() == series.commits.len()));
                }
            }
        }
    }
}
