//! JUnit documents as other programs read them.

use crate::{bundles, hostile};
use pacegate::model::*;
use pacegate::report::{Format, Options, Style, render};
use proptest::prelude::*;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};
use quick_xml::events::Event;
use std::collections::HashSet;

const DIALECTS: [Format; 2] = [Format::Junit, Format::JunitStrict];

fn draw(bundle: &Bundle, format: Format) -> String {
    render(bundle, format, &Options { columns: 80, style: Style::Plain }).unwrap()
}

fn parse(xml: &str) -> Report {
    Report::deserialize_from_str(xml).unwrap_or_else(|error| panic!("{error}\n{xml}"))
}

fn cases(report: &Report) -> &[TestCase] {
    &report.test_suites[0].test_cases
}

fn check_both(bundle: &Bundle) {
    for format in DIALECTS {
        check(bundle, format);
    }
}

/// What a document must be whatever the bundle holds.
fn check(bundle: &Bundle, format: Format) -> String {
    let xml = draw(bundle, format);
    structure(&xml, format);
    let report = parse(&xml);
    let suite = &report.test_suites[0];
    let count = |is: fn(&TestCaseStatus) -> bool| {
        suite.test_cases.iter().filter(|case| is(&case.status)).count()
    };
    let kind = |kind| move |s: &TestCaseStatus| matches!(s, TestCaseStatus::NonSuccess { kind: k, .. } if *k == kind);
    let failures =
        suite.test_cases.iter().filter(|c| kind(NonSuccessKind::Failure)(&c.status)).count();
    let errors = suite.test_cases.iter().filter(|c| kind(NonSuccessKind::Error)(&c.status)).count();
    assert_eq!(
        (suite.tests, suite.failures, suite.errors),
        (suite.test_cases.len(), failures, errors)
    );
    assert_eq!((report.tests, report.failures, report.errors), (suite.tests, failures, errors));
    let skipped = count(|status| matches!(status, TestCaseStatus::Skipped { .. }));
    assert!(xml.contains(&format!(" skipped=\"{skipped}\"")));
    assert!(suite.tests >= bundle.judgements.len() + bundle.run.failures.len());
    assert!(suite.tests > 0, "an empty suite looks like a pass");
    assert!(bundle.exit_code == 0 || failures + errors > 0, "a build that fails is not all green");
    let names: HashSet<_> = suite
        .test_cases
        .iter()
        .map(|case| (case.classname.as_ref().unwrap().as_str(), case.name.as_str()))
        .collect();
    assert_eq!(names.len(), suite.tests, "of two cases of one name readers keep the first");
    xml
}

/// Well-formed, only characters that XML allows, and of the strict dialect only what Jenkins'
/// schemas (junit-4 to junit-10) accept.
fn structure(xml: &str, format: Format) {
    assert!(
        xml.chars()
            .all(|c| matches!(c, '\n' | ' '..='\u{7e}' | '\u{a1}'..='\u{fffd}' | '\u{10000}'..))
    );
    assert!(
        xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n") && xml.ends_with(">\n")
    );
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_comments = true;
    let mut open: Vec<String> = Vec::new();
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error}\n{xml}"));
        match &event {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                let parent = open.last().map_or("", String::as_str);
                let attributes: Vec<(String, String)> = tag
                    .attributes()
                    .map(|attribute| {
                        let attribute = attribute.unwrap();
                        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                        let value = String::from_utf8(attribute.value.to_vec()).unwrap();
                        (key, quick_xml::escape::unescape(&value).unwrap().into_owned())
                    })
                    .collect();
                element(parent, &name, &attributes, format);
                if matches!(event, Event::Start(_)) {
                    open.push(name);
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => assert!(text.decode().unwrap().trim().is_empty()),
            Event::CData(_) => assert!(!matches!(
                open.last().unwrap().as_str(),
                "testsuites" | "testsuite" | "testcase"
            )),
            Event::Decl(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!(open.is_empty());
}

fn element(parent: &str, name: &str, attributes: &[(String, String)], format: Format) {
    let strict = format == Format::JunitStrict;
    let of = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    let (parents, required, optional): (&[&str], &[&str], &[&str]) = match name {
        "testsuites" => (&[""], &[], &["name", "time", "tests", "failures", "errors"]),
        "testsuite" => (
            &["testsuites"],
            &["name", "tests", "failures", "errors"],
            &["time", "skipped", "timestamp", "hostname", "id", "package"],
        ),
        "testcase" if strict => (&["testsuite"], &["name", "time", "classname"], &[]),
        "testcase" => (&["testsuite"], &["name", "time", "classname", "file"], &[]),
        "properties" if strict => (&["testsuite"], &[], &[]),
        "properties" => (&["testsuite", "testcase"], &[], &[]),
        "property" => (&["properties"], &["name", "value"], &[]),
        "failure" | "error" => (&["testcase"], &["type", "message"], &[]),
        "skipped" if strict => (&["testcase"], &[], &[]),
        "skipped" => (&["testcase"], &["type", "message"], &[]),
        "system-out" => (&["testsuite", "testcase"], &[], &[]),
        _ => panic!("element {name}"),
    };
    assert!(parents.contains(&parent), "{name} in {parent}");
    assert!(required.iter().all(|key| of(key).is_some()), "{name}: {attributes:?}");
    for (key, value) in attributes {
        assert!(
            required.contains(&key.as_str()) || optional.contains(&key.as_str()),
            "{name} {key}"
        );
        assert!(!value.contains(['\n', '\t']), "{name} {key}: {value:?}");
        match key.as_str() {
            "time" => {
                let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
                let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
                assert!(digits(whole) && digits(fraction) && fraction.len() <= 3, "{value}");
            }
            "timestamp" => {
                assert_eq!(
                    (value.len(), value.as_bytes()[10], value.ends_with('Z')),
                    (20, b'T', true)
                );
            }
            _ => {}
        }
    }
    for key in ["name", "classname", "message"].into_iter().filter(|_| name != "property") {
        assert!(of(key).is_none_or(|value| !value.trim().is_empty()), "{name} {key}");
        assert!(of(key).is_none_or(|value| value.chars().count() < 5000), "{name} {key}");
    }
}

#[test]
fn documents_of_every_bundle_are_read_by_others() {
    for (_, bundle) in bundles::all() {
        check_both(&bundle);
    }
    check_both(&hostile::everything());
}

#[test]
fn hostile_text_stays_text() {
    let poisoned = hostile::Poisoned::new();
    for text in hostile::TEXTS {
        let bundle = poisoned.with(text);
        check_both(&bundle);
    }
    for unit in ["x", "]]>", "\x1b[1m", "😀"] {
        let bundle = hostile::huge(unit);
        for format in DIALECTS {
            assert!(check(&bundle, format).len() < 200_000);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_gives_a_document(text in any::<String>(), bits in any::<[u64; 4]>()) {
        let [elapsed, value, lo, hi] = bits.map(f64::from_bits);
        let mut bundle = bundles::error();
        bundle.run.project = text.clone();
        bundle.run.failures[0].error = text.clone();
        for target in &mut bundle.run.targets {
            target.elapsed = elapsed;
        }
        for judgement in &mut bundle.judgements {
            judgement.rule = text.clone();
            judgement.series.target = "browse".into();
            judgement.series.metric = text.clone();
            judgement.observed = Some(Estimate { value, lo: Some(lo), hi: Some(hi) });
            judgement.waiver = None;
            judgement.reason = Reason::MeasuringFailed { error: text.clone() };
        }
        check_both(&bundle);
    }
}

/// Verdict, strictness of the policy, and what the case is in the lenient dialect.
#[test]
fn every_verdict_has_its_result() {
    use Verdict::*;
    let kind = |verdict, strict| {
        let mut bundle = bundles::first_run();
        bundle.judgements.truncate(1);
        bundle.judgements[0].verdict = verdict;
        bundle.policy.strict = strict;
        let report = parse(&draw(&bundle, Format::Junit));
        match &cases(&report)[0].status {
            TestCaseStatus::Success { .. } => "success",
            TestCaseStatus::Skipped { .. } => "skipped",
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => "failure",
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => "error",
        }
    };
    for (verdict, lenient, strict) in [
        (Improved, "success", "success"),
        (Pass, "success", "success"),
        (Warn, "success", "success"),
        (NoBaseline, "skipped", "failure"),
        (Inconclusive, "skipped", "failure"),
        (Error, "error", "error"),
        (Missing, "failure", "failure"),
        (Fail, "failure", "failure"),
    ] {
        assert_eq!((kind(verdict, false), kind(verdict, true)), (lenient, strict), "{verdict}");
    }
}

#[test]
fn a_failure_says_all_that_is_known() {
    let report = parse(&draw(&bundles::fail(), Format::Junit));
    let case =
        cases(&report).iter().find(|case| case.name.as_str() == "latency/p95: max 10%").unwrap();
    assert_eq!(case.classname.as_ref().unwrap().as_str(), "shop.checkout");
    let TestCaseStatus::NonSuccess { message, ty, description, .. } = &case.status else {
        panic!("{:?}", case.status)
    };
    assert_eq!(ty.as_ref().unwrap().as_str(), "worse-beyond-limit");
    assert_eq!(
        message.as_ref().unwrap().as_str(),
        "checkout/latency/p95 is 38 % slower (between 31 % and 46 %), over the limit of 10%."
    );
    insta::assert_snapshot!("junit_failure_body", description.as_ref().unwrap().as_str());
    let effect = case.properties.iter().find(|p| p.name.as_str() == "effect").unwrap();
    assert_eq!(effect.value.as_str(), "0.381");
}

#[test]
fn names_and_order_do_not_depend_on_the_outcome() {
    let names = |bundle: &Bundle| -> Vec<String> {
        let report = parse(&draw(bundle, Format::Junit));
        cases(&report).iter().map(|case| case.name.as_str().to_owned()).collect()
    };
    let before = bundles::all_pass();
    let mut after = before.clone();
    after.judgements[2].verdict = Verdict::Fail;
    after.judgements[2].reason = Reason::WorseBeyondLimit;
    assert_eq!(names(&before), names(&after));
}

#[test]
fn a_targets_time_is_shared_by_its_cases() {
    let report = parse(&draw(&bundles::all_pass(), Format::Junit));
    let browse: Vec<_> = cases(&report)
        .iter()
        .filter(|case| case.classname.as_ref().unwrap().as_str() == "shop.browse")
        .map(|case| case.time.unwrap().as_millis())
        .collect();
    assert_eq!(browse, [5031; 4]);
}

#[test]
fn nothing_judged_is_not_green() {
    let bundle = bundles::Build::new().done();
    let report = parse(&draw(&bundle, Format::Junit));
    assert_eq!(cases(&report)[0].name.as_str(), "verdict");
    assert_eq!(report.errors, 1);
}
