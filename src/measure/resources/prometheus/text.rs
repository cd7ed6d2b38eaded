//! Prometheus' text exposition format, as far as some metrics of a hostile body need it.
//!
//! Lines of other metrics are passed over without a look at what follows their name.

use std::collections::{BTreeMap, BTreeSet};

/// The most lines of a body, the longest line that is wanted, the most labels of a series and the most
/// series of a body.
const MAX_LINES: usize = 200_000;
const MAX_LINE: usize = 8 << 10;
const MAX_LABELS: usize = 32;
pub(super) const MAX_SERIES: usize = 64;

/// A series at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// Which.
    pub(super) series: Series,
    /// Any float, also one that is no number.
    pub(super) value: f64,
    /// Whether it counts.
    pub(super) counts: bool,
}

/// A metric and its labels in order of their names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    /// The metric's name.
    pub(super) name: String,
    /// Names and values.
    pub(super) labels: Vec<(String, String)>,
}

/// What a body holds of the metrics that are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scrape {
    /// In the body's order.
    pub(super) readings: Vec<Reading>,
    /// Whether there were more series.
    pub(super) more: bool,
}

/// Why a body is no such text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("not UTF-8")]
    NotUtf8,
    #[error("more than {MAX_LINES} lines")]
    TooManyLines,
    #[error("malformed line of `{0}`")]
    Line(String),
    #[error("a series of `{0}` twice")]
    Twice(String),
}

/// Reads the series of the metrics that are `wanted`.
///
/// # Errors
///
/// When the body is not UTF-8 or too long, or one of those series is malformed or there twice.
pub(super) fn parse(body: &[u8], wanted: &[String]) -> Result<Scrape, Malformed> {
    let body = std::str::from_utf8(body).map_err(|_| Malformed::NotUtf8)?;
    let mut types = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut scrape = Scrape::default();
    for (number, line) in body.lines().enumerate() {
        if number == MAX_LINES {
            return Err(Malformed::TooManyLines);
        }
        let line = line.trim_matches([' ', '\t', '\r']);
        if let Some(comment) = line.strip_prefix('#') {
            types.extend(
                kind_of(comment)
                    .filter(|(family, _)| wanted.iter().any(|name| name.starts_with(family))),
            );
            continue;
        }
        let end = line.find(['{', ' ', '\t']).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        let Some(name) = wanted.iter().find(|wanted| *wanted == name) else { continue };
        let malformed = || Malformed::Line(name.clone());
        let short = Some(rest).filter(|rest| rest.len() <= MAX_LINE).ok_or_else(malformed)?;
        let (labels, value) = sample(short).ok_or_else(malformed)?;
        let series = Series { name: name.clone(), labels };
        if scrape.readings.len() == MAX_SERIES {
            scrape.more = true;
        } else if seen.insert(series.clone()) {
            scrape.readings.push(Reading { series, value, counts: counts(name, &types) });
        } else {
            return Err(Malformed::Twice(name.clone()));
        }
    }
    Ok(scrape)
}

/// Family and type of a comment such as ` TYPE http_requests_total counter`.
fn kind_of(comment: &str) -> Option<(&str, &str)> {
    let mut words = comment.split_whitespace();
    (words.next()? == "TYPE").then_some(())?;
    Some((words.next()?, words.next()?))
}

/// Whether a metric only ever rises: by its type, and by its name where it has none.
fn counts(name: &str, types: &BTreeMap<&str, &str>) -> bool {
    let part = ["_count", "_sum", "_bucket"].iter().find_map(|end| name.strip_suffix(end));
    match types.get(name) {
        Some(&"counter") => true,
        Some(&"untyped") | None => {
            let family = part.and_then(|family| types.get(family));
            family.is_some_and(|kind| ["histogram", "summary"].contains(kind))
                || name.ends_with("_total")
        }
        Some(_) => false,
    }
}

/// Labels and value of what follows a name, such as `{code="200"} 17 1395066363000`.
fn sample(text: &str) -> Option<(Vec<(String, String)>, f64)> {
    let (labels, rest) = match text.trim_start().strip_prefix('{') {
        Some(inner) => labels(inner)?,
        None => (Vec::new(), text),
    };
    let mut words = rest.split_whitespace();
    let value = words.next()?.parse().ok()?;
    match (words.next().map(str::parse::<i64>), words.next()) {
        (None | Some(Ok(_)), None) => Some((labels, value)),
        _ => None,
    }
}

/// The labels up to `}`, in order of their names, and what follows it.
fn labels(mut text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = BTreeMap::new();
    loop {
        text = text.trim_start();
        if let Some(rest) = text.strip_prefix('}') {
            return Some((labels.into_iter().collect(), rest));
        }
        let (name, rest) = text.split_once('=')?;
        let name = name.trim_end();
        let (value, rest) = quoted(rest.trim_start().strip_prefix('"')?)?;
        let new = is_label(name) && labels.insert(name.to_owned(), value).is_none();
        if !new || labels.len() > MAX_LABELS {
            return None;
        }
        text = rest.trim_start();
        text = match text.strip_prefix(',') {
            Some(rest) => rest,
            None => text.starts_with('}').then_some(text)?,
        };
    }
}

fn is_label(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A value up to its closing quote, and what follows that.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            }),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted() -> Vec<String> {
        ["hits_total", "memory", "took_count", "took_bucket", "took"].map(str::to_owned).to_vec()
    }

    fn read(body: &str) -> Result<Vec<(String, f64, bool)>, Malformed> {
        let shown = |reading: Reading| {
            let labels =
                reading.series.labels.iter().map(|(name, value)| format!(";{name}={value}"));
            let labels: String = labels.collect();
            (format!("{}{labels}", reading.series.name), reading.value, reading.counts)
        };
        Ok(parse(body.as_bytes(), &wanted())?.readings.into_iter().map(shown).collect())
    }

    #[track_caller]
    fn check(body: &str, expected: &[(&str, f64, bool)]) {
        let found = read(body).unwrap();
        let found: Vec<_> =
            found.iter().map(|(name, value, counts)| (name.as_str(), *value, *counts)).collect();
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn wanted_series_are_read() {
        check("", &[]);
        check(
            "# HELP memory # of bytes\n# TYPE memory gauge\nmemory 1.5e3\nother{ nonsense\n",
            &[("memory", 1500.0, false)],
        );
        check(
            "hits_total{code=\"200\",a=\"\\\"x\\\\\\n\",} 7 1395066363000\r\n",
            &[("hits_total;a=\"x\\\n;code=200", 7.0, true)],
        );
        check(
            "  hits_total { b = \"}\" , a=\"1\" } +Inf",
            &[("hits_total;a=1;b=}", f64::INFINITY, true)],
        );
        check("memory{}\t-Inf\nmemory_more 3\n", &[("memory", f64::NEG_INFINITY, false)]);
        check(
            "memory{a=\"1\"} 1\nmemory{a=\"2\"} 2",
            &[("memory;a=1", 1.0, false), ("memory;a=2", 2.0, false)],
        );
        assert!(read("memory NaN").unwrap()[0].1.is_nan());
    }

    #[test]
    fn what_counts_is_told_by_type_then_by_name() {
        let check = |kind: &str, name: &str, expected: bool| {
            let found = read(&format!("{kind}\n{name} 1\n")).unwrap();
            assert_eq!(found[0].2, expected, "{kind} {name}");
        };
        check("", "hits_total", true);
        check("# TYPE hits_total gauge", "hits_total", false);
        check("# TYPE hits counter", "hits_total", true);
        check("# TYPE hits_total untyped", "hits_total", true);
        check("# TYPE memory counter", "memory", true);
        check("# TYPE took histogram", "took_count", true);
        check("# TYPE took summary", "took_count", true);
        check("# TYPE took histogram", "took_bucket{le=\"+Inf\"}", true);
        check("# TYPE took summary", "took{quantile=\"0.5\"}", false);
        check("", "took_count", false);
        check("# TYPE took_count gauge\n# TYPE took summary", "took_count", false);
    }

    #[test]
    fn malformed_lines_are_refused() {
        for line in [
            "memory",
            "memory ",
            "memory x",
            "memory 1 x",
            "memory 1 2 3",
            "memory 1 # {a=\"b\"} 2",
            "memory{",
            "memory{a",
            "memory{a=1} 1",
            "memory{a=\"1} 1",
            "memory{a=\"\\x\"} 1",
            "memory{a=\"1\" b=\"2\"} 1",
            "memory{a=\"1\",a=\"2\"} 1",
            "memory{,} 1",
            "memory{1a=\"1\"} 1",
            "memory{=\"1\"} 1",
            "memory{a=\"1\"}",
        ] {
            assert_eq!(read(line), Err(Malformed::Line("memory".to_owned())), "{line}");
        }
        assert_eq!(read("memory 1\nmemory{} 1"), Err(Malformed::Twice("memory".to_owned())));
        let swapped = "memory{a=\"1\",b=\"2\"} 1\nmemory{b=\"2\",a=\"1\"} 1";
        assert_eq!(read(swapped), Err(Malformed::Twice("memory".to_owned())));
        assert_eq!(parse(b"memory 1\n\xff", &wanted()), Err(Malformed::NotUtf8));
    }

    #[test]
    fn much_is_too_much() {
        let long = "x".repeat(MAX_LINE);
        assert_eq!(
            read(&format!("memory{{a=\"{long}\"}} 1")),
            Err(Malformed::Line("memory".to_owned()))
        );
        assert_eq!(read(&"\n".repeat(MAX_LINES + 1)), Err(Malformed::TooManyLines));
        let labels: String = (0..=MAX_LABELS).map(|label| format!("a{label}=\"\",")).collect();
        assert_eq!(
            read(&format!("memory{{{labels}}} 1")),
            Err(Malformed::Line("memory".to_owned()))
        );
        let series: String = (0..=MAX_SERIES).map(|n| format!("memory{{a=\"{n}\"}} 1\n")).collect();
        let scrape = parse(series.as_bytes(), &wanted()).unwrap();
        assert!(scrape.more && scrape.readings.len() == MAX_SERIES);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&body, &wanted());
        }

        #[test]
        fn almost_right_text_is_taken(
            body in "(memory|hits_total|# TYPE took)[{ ][a-c=\"\\\\,} \n0-9]{0,60}",
        ) {
            if let Ok(scrape) = parse(body.as_bytes(), &wanted()) {
                prop_assert!(scrape.readings.len() <= MAX_SERIES);
            }
        }

        #[test]
        fn labels_come_back(value in any::<String>(), number in any::<f64>()) {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            // A carriage return ends a line only where a line feed follows.
            let body = format!("memory{{a=\"{escaped}\"}} {number}");
            let scrape = parse(body.as_bytes(), &wanted()).unwrap();
            prop_assert_eq!(&scrape.readings[0].series.labels[0].1, &value);
            prop_assert_eq!(scrape.readings[0].value.to_bits() == number.to_bits(), !number.is_nan() || scrape.readings[0].value.to_bits() == number.to_bits());
        }
    }
}
