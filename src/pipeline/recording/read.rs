//! A recording from text, read with care since anybody may have written it.

use super::super::document::{refused, text};
use super::{FORMAT, Header, Held, Numbered, Recorded, VERSION};
use crate::Error;
use crate::config::{Quantity, Rule, defaults};
use crate::model::{Assumption, Build, LeftOut, Metric, Pair, PairedSeries, SeriesId, Unit};
use crate::report::escape;
use std::collections::HashSet;
use std::path::Path;

/// The most series of a recording: more than a build has, and they fit the memory of a small machine.
const MOST_SERIES: usize = 100_000;
/// The largest size of a value: a recording with larger ones is damaged, and sums of them have no end.
const LARGEST: f64 = 1e100;
/// The most pairs that were tried.
const MOST_TRIED: u64 = 1_000_000;
/// The most rules of a series.
const MOST_RULES: usize = 100;

/// Reads a recording; `-` is stdin.
///
/// # Errors
///
/// When it cannot be read, or a line is not as it should be: which, and why.
pub fn read(path: &Path) -> Result<Vec<Recorded>, Error> {
    let text = text(path).map_err(|error| refused(path, error.to_string()))?;
    parse(&text).map_err(|(line, why)| refused(path, format!("line {line}: {why}")))
}

/// The series of a text, or the number of the first bad line and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Recorded>, (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut all: Vec<Recorded> = Vec::new();
    let mut names = HashSet::new();
    let mut number = 0;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = |why: String| (index + 1, why);
        // Serde would take a list for the fields in their order.
        if line.trim_start().starts_with('[') {
            return Err(at("not an object, as headers and pairs are".to_owned()));
        }
        // Only headers name a format, and a line that is neither is best told as a pair.
        if line.contains("\"format\"") {
            let recorded = header(line).map_err(at)?;
            let name = &recorded.series.series.target;
            if !names.insert(name.clone()) {
                let name = escape::name(name);
                return Err(at(format!("series `{name}` is there already; name it otherwise")));
            }
            if names.len() > MOST_SERIES {
                return Err(at(format!("at most {MOST_SERIES} series are read")));
            }
            all.push(recorded);
            number = 0;
        } else {
            let Some(recorded) = all.last_mut() else {
                return Err(at(format!("a header with `\"format\":\"{FORMAT}\"` comes first")));
            };
            let (own, pair) = pair(line, number).map_err(at)?;
            let unit = &recorded.series.metric.unit;
            if unit.is_counted() && (pair.base < 0.0 || pair.head < 0.0) {
                return Err(at(format!("a value is below 0, which none in `{unit}` can be")));
            }
            number = own;
            recorded.series.pairs.push(pair);
        }
    }
    if all.is_empty() {
        return Err((1, format!("no header with `\"format\":\"{FORMAT}\"` is there")));
    }
    Ok(all)
}

/// A pair and its number, which is above that of the pair before.
fn pair(line: &str, before: u64) -> Result<(u64, Pair), String> {
    let Numbered { pair, base, head, first } =
        serde_json::from_str(line).map_err(|error| said(&error))?;
    if pair == 0 {
        return Err("pair 0: the first pair is number 1".to_owned());
    }
    if base.abs().max(head.abs()) > LARGEST {
        return Err(format!(
            "a value is beyond {LARGEST:e}, which nothing that is measured can be"
        ));
    }
    if pair <= before {
        return Err(format!("pair {pair} comes after pair {before}; number them from 1 upwards"));
    }
    Ok((pair, Pair { base, head, first: first.unwrap_or(Build::Base) }))
}

/// An error without the line, which is always 1 here.
fn said(error: &serde_json::Error) -> String {
    let (text, column) = (error.to_string(), error.column());
    match text.rsplit_once(" at line ") {
        Some((why, _)) => format!("{why} at column {column}"),
        None => text,
    }
}

/// A series without pairs yet.
fn header(line: &str) -> Result<Recorded, String> {
    let header: Header = serde_json::from_str(line).map_err(|error| said(&error))?;
    if header.format != FORMAT {
        return Err(format!("its format is `{}`, not `{FORMAT}`", escape::name(&header.format)));
    }
    if header.version == 0 {
        return Err("its version is 0, and the first one is 1".to_owned());
    }
    if header.version > VERSION {
        return Err(format!(
            "its version is {}, and this pacegate reads versions up to {VERSION}; use a newer pacegate",
            header.version
        ));
    }
    let at_most = header.at_most.unwrap_or(defaults::PAIRS);
    if !(1..=defaults::MAX_PAIRS).contains(&at_most) {
        return Err(format!("`at_most` is {at_most}, and 1 to {} can be", defaults::MAX_PAIRS));
    }
    if header.max.is_none() && (header.floor.is_some() || !header.also.is_empty()) {
        return Err("`floor` and `also` need a `max`".to_owned());
    }
    let left_out = header.left_out.map(left_out).transpose()?;
    let first = header.max.map(|max| Held { max, floor: header.floor, strict: header.strict });
    let rules: Vec<Held> = first.into_iter().chain(header.also).collect();
    if rules.len() > MOST_RULES {
        return Err(format!("at most {MOST_RULES} rules can be"));
    }
    let amounts = rules.iter().flat_map(|rule| [Some(rule.max), rule.floor]).flatten();
    if let Some(bad) = amounts.chain([header.quantum]).find(|amount| *amount < 0.0) {
        return Err(format!("{bad} is below 0; limits, floors and quanta are not"));
    }
    Ok(Recorded {
        rules: rules.into_iter().map(|held| rule(held, &header.unit)).collect(),
        series: PairedSeries {
            // Written forms are not taken apart again.
            series: SeriesId { target: header.series, metric: String::new(), statistic: None },
            metric: Metric {
                name: String::new(),
                unit: header.unit,
                better: header.better,
                assumption: header.assumption.unwrap_or(Assumption::Nothing),
            },
            quantum: header.quantum,
            pairs: Vec::new(),
            left_out,
        },
        at_most,
    })
}

/// What was left out, where the numbers can be.
fn left_out(written: LeftOut) -> Result<LeftOut, String> {
    let LeftOut { base, head, pairs, of } = written;
    let fits = base <= pairs && head <= pairs && pairs <= of && of <= MOST_TRIED;
    if !fits || pairs - base > head {
        return Err(format!(
            "`left_out` contradicts itself: {pairs} of {of} pairs, {base} for the base and {head} for the \
             head"
        ));
    }
    Ok(written)
}

fn rule(held: Held, unit: &Unit) -> Rule {
    let quantity =
        |value: f64| Quantity { value, unit: Some(unit.clone()), text: value.to_string() };
    Rule::Regression { max: held.max, floor: held.floor.map(quantity), strict: held.strict }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"format":"pacegate-pairs","version":1,"series":"parse/time","unit":"s","better":"lower","max":0.03}"#;
    const PAIR: &str = r#"{"pair":1,"base":1.02,"head":1.05,"first":"base"}"#;

    #[track_caller]
    fn refuses(text: &str, line: usize, why: &str) {
        let (found, said) = parse(text).unwrap_err();
        assert!(found == line && said.contains(why), "line {found}: {said}");
    }

    /// A recording of one header, in which a text stands for another.
    fn header(text: &str, other: &str) -> String {
        assert!(HEADER.contains(text), "{text}");
        HEADER.replace(text, other)
    }

    #[track_caller]
    fn refuses_header(text: &str, other: &str, why: &str) {
        refuses(&header(text, other), 1, why);
    }

    #[track_caller]
    fn refuses_pair(pair: &str, why: &str) {
        refuses(&format!("{HEADER}\n{PAIR}\n\n{pair}\n"), 4, why);
    }

    #[test]
    fn headers_and_pairs_are_read_as_written() {
        let found = parse(&format!("{HEADER}\n{PAIR}\n")).unwrap();
        let [Recorded { series, rules, at_most }] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((series.series.to_string().as_str(), *at_most), ("parse/time", 100));
        assert_eq!(series.pairs, [Pair { base: 1.02, head: 1.05, first: Build::Base }]);
        assert_eq!(rules, &[Rule::Regression { max: 0.03, floor: None, strict: false }]);
    }

    #[test]
    fn line_ends_blank_lines_and_a_byte_order_mark_do_not_matter() {
        let plain = parse(&format!("{HEADER}\n{PAIR}\n")).unwrap();
        for text in [
            format!("\u{feff}{HEADER}\n{PAIR}\n"),
            format!("{HEADER}\r\n{PAIR}\r\n"),
            format!("\n  {HEADER}\n\n\t{PAIR}"),
        ] {
            assert_eq!(parse(&text).unwrap(), plain, "{text:?}");
        }
    }

    #[test]
    fn what_a_later_version_may_add_is_passed_over() {
        let header = header("\"max\"", "\"host\":\"a\",\"max\"");
        let pair = PAIR.replace("\"first\":\"base\"", "\"at\":[1]");
        assert!(parse(&format!("{header}\n{pair}")).is_ok());
        refuses_header("\"max\"", "\"max\":1,\"max\"", "duplicate field `max`");
    }

    #[test]
    fn a_header_that_cannot_be_used_is_told_by_its_line() {
        refuses_header("pacegate-pairs", "junit", "its format is `junit`, not `pacegate-pairs`");
        refuses_header("\"version\":1", "\"version\":2", "use a newer pacegate");
        refuses_header("\"version\":1", "\"version\":0", "its version is 0");
        refuses_header("\"version\":1", "\"version\":-1", "-1");
        refuses_header("\"lower\"", "\"less\"", "unknown variant `less`");
        refuses_header("\"unit\":\"s\",", "", "missing field `unit`");
        refuses_header("0.03", "-0.03", "-0.03 is below 0");
        refuses_header("0.03", "\"3%\"", "expected f64");
        refuses_header("0.03", "1e999", "out of range");
        refuses_header("0.03", "NaN", "expected value at column");
        refuses_header("0.03", "0.03,\"floor\":-1", "-1 is below 0");
        refuses_header("0.03", "0.03,\"quantum\":-1", "-1 is below 0");
        refuses_header("0.03", "0.03,\"also\":[{\"max\":-1}]", "-1 is below 0");
        refuses_header("0.03", "0.03,\"at_most\":0", "`at_most` is 0, and 1 to 100 can be");
        refuses_header("0.03", "0.03,\"at_most\":101", "`at_most` is 101");
        refuses_header("\"max\":0.03", "\"floor\":1", "`floor` and `also` need a `max`");
        refuses_header("\"max\":0.03", "\"also\":[{\"max\":1}]", "need a `max`");
        let rules = vec!["{\"max\":1}"; 100].join(",");
        refuses_header("0.03", &format!("0.03,\"also\":[{rules}]"), "at most 100 rules");
        refuses(&format!("{HEADER}\n{PAIR}\n{HEADER}"), 3, "series `parse/time` is there already");
        refuses(&format!("\u{feff}\n{}", header("0.03", "x")), 2, "at column 96");
    }

    #[test]
    fn a_pair_that_cannot_be_used_is_told_by_its_line() {
        refuses_pair(r#"{"pair":2,"base":1,"head":-1}"#, "below 0, which none in `s` can be");
        refuses_pair("[2,1,1]", "not an object");
        refuses_pair(PAIR, "pair 1 comes after pair 1; number them from 1 upwards");
        let zeroth = PAIR.replace("\"pair\":1", "\"pair\":0");
        refuses_pair(&zeroth, "the first pair is number 1");
        refuses(&format!("{HEADER}\n{zeroth}"), 2, "the first pair is number 1");
        let large = |value: &str| PAIR.replace("\"pair\":1", "\"pair\":2").replace("1.05", value);
        refuses_pair(&large("1.8e308"), "out of range");
        refuses_pair(&large("1.7e308"), "a value is beyond 1e100");
        refuses_pair(&large("1.1e100"), "a value is beyond 1e100");
        refuses_pair("{\"pair\":2,\"base\":1.0,\"he", "EOF");
        refuses_pair("pair 2", "expected value");
        refuses_pair(r#"{"pair":2,"base":1,"head":1}x"#, "trailing characters");
        refuses_pair("\0\0\0", "expected value");
        let second = PAIR.replace("\"pair\":1", "\"pair\":2");
        for value in ["NaN", "Infinity", "-Infinity", "null", "1e999", "\"1\"", ""] {
            let pair = second.replace("1.05", value);
            assert!(parse(&format!("{HEADER}\n{pair}")).is_err(), "{value}");
            refuses_pair(&pair, "at column");
        }
        refuses_pair(&second.replace("\"base\"}", "\"both\"}"), "unknown variant `both`");
        refuses(PAIR, 1, "a header with `\"format\":\"pacegate-pairs\"` comes first");
        refuses(&format!("{HEADER}\n{}", second.replace('2', "1.5")), 2, "expected u64");
    }

    #[test]
    fn a_recording_without_a_header_is_none() {
        for text in ["", "\n\n", "\u{feff}"] {
            refuses(text, 1, "no header");
        }
    }

    #[test]
    fn pairs_that_were_left_out_leave_a_gap() {
        let later = PAIR.replace("\"pair\":1", "\"pair\":7");
        assert_eq!(parse(&format!("{HEADER}\n{later}")).unwrap()[0].series.pairs.len(), 1);
    }

    #[test]
    fn there_is_an_end_to_the_number_of_series() {
        let one = |i: usize| format!("{}\n", HEADER.replace("parse", &i.to_string()));
        let text: String = (0..=MOST_SERIES).map(one).collect();
        refuses(&text, MOST_SERIES + 1, "at most 100000 series are read");
    }
}
