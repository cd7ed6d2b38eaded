//! OpenMetrics text as its specification and GitLab read it.

use crate::{bundles, hostile};
use pacegate::model::*;
use pacegate::report::{Format, Options, Style, render};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn draw(bundle: &Bundle) -> String {
    render(bundle, Format::Openmetrics, &Options { columns: 80, style: Style::Plain }).unwrap()
}

/// One sample: its name, its labels and its value as a text.
type Sample = (String, BTreeMap<String, String>, String);

/// Reads a document by the grammar, and checks what it does not say.
fn check(bundle: &Bundle) -> Vec<Sample> {
    let text = draw(bundle);
    let body = text.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("no end: {text}"));
    let (mut families, mut samples) = (BTreeSet::new(), Vec::new());
    let mut family = String::new();
    for line in body.lines() {
        if let Some(name) = line.strip_prefix("# TYPE ") {
            family = name.strip_suffix(" gauge").unwrap().to_owned();
            assert!(families.insert(family.clone()), "{family} is there twice");
        } else if let Some(unit) = line.strip_prefix(&format!("# UNIT {family} ")) {
            assert!(family.ends_with(&format!("_{unit}")), "{line}");
        } else if line.starts_with('#') {
            assert!(line.starts_with(&format!("# HELP {family} ")), "{line}");
        } else {
            assert!(!line.contains('#'), "GitLab cuts {line}");
            let sample = sample(line);
            assert_eq!(sample.0, family);
            assert!(sample.2.parse::<f64>().unwrap().is_finite(), "{line}");
            samples.push(sample);
        }
    }
    let names: BTreeSet<_> = samples.iter().map(|(name, labels, _)| (name, labels)).collect();
    assert_eq!(names.len(), samples.len(), "a sample is there twice: {text}");
    samples
}

fn sample(line: &str) -> Sample {
    let (name, mut rest) = line.split_once('{').unwrap_or_else(|| panic!("{line}"));
    let mut labels = BTreeMap::new();
    loop {
        let (label, value) = rest.split_once("=\"").unwrap();
        let mut text = String::new();
        let mut chars = value.char_indices();
        let end = loop {
            match chars.next().unwrap_or_else(|| panic!("open: {line}")) {
                (at, '"') => break at,
                (_, '\\') => match chars.next().unwrap().1 {
                    'n' => text.push('\n'),
                    c @ ('\\' | '"') => text.push(c),
                    c => panic!("\\{c} in {line}"),
                },
                (_, c) => text.push(c),
            }
        };
        assert!(labels.insert(label.to_owned(), text).is_none(), "{label} twice: {line}");
        rest = &value[end + 1..];
        match rest.strip_prefix("} ") {
            Some(value) => return (name.to_owned(), labels, value.to_owned()),
            None => rest = rest.strip_prefix(',').unwrap_or_else(|| panic!("{line}")),
        }
    }
}

#[test]
fn every_series_that_was_judged_has_a_value() {
    for (name, bundle) in bundles::all() {
        let judged: BTreeSet<_> =
            bundle.judgements.iter().filter(|j| j.observed.is_some()).map(|j| &j.series).collect();
        let there = bundle.run.series().filter(|series| judged.contains(&series.id)).count();
        assert!(check(&bundle).len() >= there, "{name}");
    }
}

#[test]
fn hostile_text_stays_text() {
    check(&hostile::everything());
    let poisoned = hostile::Poisoned::new();
    for text in hostile::TEXTS {
        let samples = check(&poisoned.with(text));
        assert!(!samples.is_empty());
    }
    let mut huge = bundles::all_pass();
    let name = "\u{202e}#\"".repeat(1 << 18);
    huge.run.targets[0].name.clone_from(&name);
    huge.judgements[0].series = huge.run.targets[0].series().next().unwrap().id;
    assert!(check(&huge).iter().any(|(_, labels, _)| labels["target"].starts_with("‹U+202E›＃\"")));
    assert!(draw(&huge).len() < 10_000);
}

#[test]
fn noise_is_rounded_and_what_has_none_is_not() {
    let shows = |assumption: Assumption, value: f64, text: &str| {
        let mut bundle = bundles::all_pass();
        let target = &mut bundle.run.targets[0];
        target.measurements.truncate(1);
        target.measurements[0].metric.assumption = assumption;
        target.measurements[0].data = Data::Counts { events: 0, trials: 1 };
        let id = target.series().next().unwrap().id;
        bundle.run.targets.truncate(1);
        bundle.comparisons.truncate(1);
        bundle.comparisons[0].series = id;
        bundle.comparisons[0].head.value = value;
        assert_eq!(check(&bundle)[0].2, text);
    };
    shows(Assumption::Nothing, 0.012_345_6, "0.0123");
    shows(Assumption::Normal, 123_456.0, "123000");
    shows(Assumption::Exact, 123_456.0, "123456");
    shows(Assumption::Nothing, 1.234e-9, "1.23e-9");
    shows(Assumption::Nothing, -0.0, "0");
    shows(Assumption::Exact, 1e300, "1e300");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_and_number_gives_a_document(
        names in prop::collection::vec(any::<String>(), 1..6),
        unit in any::<String>(),
        bits in any::<u64>(),
    ) {
        let mut bundle = bundles::all_pass();
        let template = bundle.run.targets[0].clone();
        let comparison = bundle.comparisons[0].clone();
        bundle.run.targets.clear();
        for name in names {
            let mut target = template.clone();
            target.name = name;
            target.measurements.truncate(1);
            target.measurements[0].metric.unit = Unit::Other(unit.clone());
            for series in target.series() {
                let mut comparison = comparison.clone();
                comparison.series = series.id;
                comparison.head.value = f64::from_bits(bits);
                bundle.comparisons.push(comparison);
            }
            bundle.run.targets.push(target);
        }
        check(&bundle);
    }
}
