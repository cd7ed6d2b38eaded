//! Numbers with units, as the file takes them: bare or in quotes, to the last bit.

use crate::support::{command, gates, parse};
use pacegate::config::{self, BenchmarkKind, Quantity, Rule};
use pacegate::model::Unit;
use proptest::prelude::*;
use std::time::Duration;

fn max(written: &str) -> Quantity {
    let text = gates(&format!("  - {{ series: \"*\", limit: {{ max: {written} }} }}"));
    let plan = parse(&text).unwrap();
    let Rule::Limit { max: Some(max), .. } = plan.gates[0].rule.clone() else { panic!("a limit") };
    max
}

#[track_caller]
fn check(written: &str, value: f64, unit: Option<Unit>) {
    for form in [written.to_owned(), format!("\"{written}\""), format!("' {written} '")] {
        let max = max(&form);
        assert_eq!(
            (max.value.to_bits(), &max.unit),
            (value.to_bits(), &unit),
            "{form}: {}",
            max.value
        );
        assert_eq!(max.text, written);
    }
}

#[test]
fn as_documented() {
    check("250ms", 0.25, Some(Unit::Seconds));
    check("5%", 0.05, Some(Unit::Ratio));
    check("500/s", 500.0, Some(Unit::PerSecond));
    check("64MiB", 67_108_864.0, Some(Unit::Bytes));
    check("12", 12.0, None);
    check("0.5", 0.5, None);
    check("0", 0.0, None);
}

/// The nearest double of what is written, never of a rounded factor.
#[test]
fn no_bit_is_lost() {
    check("3ms", 0.003, Some(Unit::Seconds));
    check("1us", 1e-6, Some(Unit::Seconds));
    check("0.1%", 0.001, Some(Unit::Ratio));
    check("7ns", 7e-9, Some(Unit::Seconds));
    check("9007199254740993", 9_007_199_254_740_992.0, None);
    check("9007199254740992B", 9_007_199_254_740_992.0, Some(Unit::Bytes));
    check("0.1", 0.1, None);
    check("1e-300", 1e-300, None);
    check("1.7976931348623157e308", f64::MAX, None);
}

#[test]
fn beyond_what_a_double_holds() {
    let limit = |text: &str| {
        parse(&gates(&format!("  - {{ series: \"*\", limit: {{ max: {text} }} }}"))).map(|_| ())
    };
    for text in ["1e309", "1e308d", "1e300TiB", "99999999999999999999e999", "-0.1", "-1e-5ms", "+5"]
    {
        assert!(limit(text).is_err(), "{text}");
    }
    // Below the least double is 0, which is a limit like any other.
    check("1e-400", 0.0, None);
}

#[test]
fn times_keep_their_nanoseconds() {
    let timeout = |written: &str| {
        let plan = parse(&command(&format!("timeout: {written}"))).unwrap();
        let BenchmarkKind::Command(command) = &plan.benchmarks[0].kind else { panic!("a command") };
        command.timeout
    };
    assert_eq!(timeout("1ns"), Duration::from_nanos(1));
    assert_eq!(timeout("1.000000001s"), Duration::new(1, 1));
    assert_eq!(timeout("86400s"), Duration::from_secs(86_400));
    assert_eq!(timeout("24h"), Duration::from_secs(86_400));
    for bare in ["86400", "\"5\"", "0"] {
        assert!(parse(&command(&format!("timeout: {bare}"))).is_err(), "{bare}");
    }
    assert!(parse(&command("timeout: 86400.000000001s")).is_err());
    assert!(parse(&command("timeout: 0.1ns")).is_err(), "less than a nanosecond is no time");
}

proptest! {
    #[test]
    fn the_file_and_the_reader_agree(value in 0.0..1e12f64, unit in "(ns|us|ms|s|min|h|d|B|kB|MiB|%|/s|/min)?") {
        let written = format!("{value}{unit}");
        prop_assert_eq!(max(&written), config::quantity(&written).unwrap());
    }
}
