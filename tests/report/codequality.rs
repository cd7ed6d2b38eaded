//! Code quality reports as GitLab reads them.

use crate::{bundles, hostile};
use pacegate::model::*;
use pacegate::report::{Format, Options, Style, render};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn draw(bundle: &Bundle) -> String {
    render(bundle, Format::Codequality, &Options { columns: 80, style: Style::Plain }).unwrap()
}

/// What a report must be whatever the bundle holds: the fields that GitLab asks for and no other, and
/// every fingerprint once.
fn check(bundle: &Bundle) -> Vec<Value> {
    let text = draw(bundle);
    assert!(
        !text.contains(|c: char| c != '\n' && c.is_control()) && !text.contains("##"),
        "{text}"
    );
    let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut fingerprints = BTreeSet::new();
    for issue in &issues {
        let fields: Vec<&String> = issue.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["check_name", "description", "fingerprint", "location", "severity"]);
        let description = issue["description"].as_str().unwrap();
        assert!(description.chars().count() < 10_000 && !description.contains('\n'));
        let fingerprint = issue["fingerprint"].as_str().unwrap();
        assert!(fingerprint.len() == 64 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(fingerprints.insert(fingerprint.to_owned()), "{fingerprint} is there twice");
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        let line = issue["location"]["lines"]["begin"].as_u64().unwrap();
        let lines = &bundle.policy.gate_lines;
        assert!(line == 1 || lines.contains(&(line as usize)), "{line} is no gate's");
        let path = issue["location"]["path"].as_str().unwrap();
        assert!(!path.is_empty() && !path.starts_with("./"), "{path}");
    }
    let well = |v| matches!(v, Verdict::Pass | Verdict::Improved);
    let ill = bundle.judgements.iter().filter(|j| !well(j.verdict)).count();
    let least = (ill + bundle.run.failures.len()).max((bundle.exit_code != 0).into());
    assert_eq!(issues.len(), least, "{text}");
    issues
}

#[test]
fn every_bundle_gives_a_report() {
    for (_, bundle) in bundles::all() {
        check(&bundle);
    }
    check(&hostile::everything());
}

#[test]
fn a_build_that_fails_has_an_issue() {
    let bundle = bundles::Build::new().with(|bundle| bundle.exit_code = 5).done();
    let nothing = Bundle { exit_code: 5, ..bundle };
    assert_eq!(check(&nothing)[0]["check_name"], "verdict");
}

#[test]
fn hostile_text_stays_text() {
    let poisoned = hostile::Poisoned::new();
    for text in hostile::TEXTS {
        check(&poisoned.with(text));
    }
    for unit in ["x", "\x1b[1m", "😀", "\u{202e}"] {
        check(&hostile::huge(unit));
        assert!(draw(&hostile::huge(unit)).len() < 100_000);
    }
}

/// What is measured moves from run to run; what an issue is known by does not.
#[test]
fn fingerprints_hold_no_number_that_was_measured() {
    let fingerprints = |bundle: &Bundle| -> BTreeMap<String, String> {
        let text = |issue: &Value, field: &str| issue[field].as_str().unwrap().to_owned();
        check(bundle)
            .iter()
            .map(|issue| (text(issue, "fingerprint"), text(issue, "description")))
            .collect()
    };
    let first = bundles::fail();
    let mut again = first.clone();
    again.run.id = uuid::Uuid::from_u128(7);
    again.judgements.reverse();
    for judgement in &mut again.judgements {
        judgement.gate += 3;
        judgement.observed = judgement.observed.map(|o| Estimate { value: o.value * 1.01, ..o });
    }
    for comparison in &mut again.comparisons {
        comparison.head.value *= 1.01;
        comparison.effect = comparison.effect.map(|e| Effect { estimate: e.estimate + 0.01, ..e });
    }
    let (first_seen, seen_again) = (fingerprints(&first), fingerprints(&again));
    assert!(first_seen.keys().eq(seen_again.keys()));
    assert!(first_seen != seen_again, "the descriptions hold other numbers");

    let mut worse = first.clone();
    let at = worse.judgements.iter().position(|j| j.verdict == Verdict::Fail).unwrap();
    worse.judgements[at].verdict = Verdict::Inconclusive;
    assert!(!fingerprints(&worse).keys().eq(first_seen.keys()), "a fail is news after a doubt");
}

#[test]
fn equal_judgements_are_told_apart() {
    let mut bundle = bundles::fail();
    let copy = bundle.judgements.iter().find(|j| j.verdict == Verdict::Fail).unwrap().clone();
    bundle.judgements.extend([copy.clone(), copy]);
    check(&bundle);
}
