//! Foreign text that tries to be more than text, in every field of a bundle that holds any.

use crate::bundles;
use pacegate::model::*;
use serde_json::Value;
use std::collections::HashSet;

#[path = "../support/hostile.rs"]
mod corpus;
pub(crate) use corpus::TEXTS;

/// A bundle with every verdict and reason once, and with every kind of free text.
pub(crate) fn everything() -> Bundle {
    let none = (Verdict::NoBaseline, Reason::NoBaseline { why: NoBaselineWhy::NewSeries });
    let mut all = bundles::Build::new()
        .bare("a/time", GateKind::Regression, "max 1% worse", none)
        .bare("*/nothing", GateKind::Limit, "max 1s", (Verdict::Missing, nothing(Some("a/time"))))
        .bare("b/time", GateKind::Limit, "max 1s", (Verdict::Missing, nothing(None)))
        .bare("c/time", GateKind::Limit, "max 1s", (Verdict::Error, wrong_unit()))
        .bare("d/time", GateKind::Limit, "max 1s", (Verdict::Inconclusive, Reason::CutShort))
        .with(|bundle| {
            bundle.judgements[3].unit = Some(Unit::Other("widgets".into()));
            bundle.judgements[4].unit = Some(Unit::Other("widgets".into()));
            bundle.judgements[4].observed = Some(Estimate { value: 3.5, lo: None, hi: Some(4.0) });
            bundle.baseline = BaselineReason::OtherEnvironment {
                stored: 3,
                differences: vec!["cpu: A -> B".into(), "cores: 2 -> 4".into()],
            };
            bundle.run.cut_short = true;
            bundle.run.revision.dirty = true;
            bundle.run.warnings = vec![
                Warning::Governor { governor: "powersave".into() },
                Warning::UnknownRevision { error: "no such object".into() },
                Warning::UntrustedBranch { branch: "fork".into() },
                Warning::PolicyChanged { path: "gates.yaml".into() },
            ];
        })
        .done();
    for (name, bundle) in bundles::all() {
        if name != "many" {
            all.judgements.extend(bundle.judgements);
            all.comparisons.extend(bundle.comparisons);
            all.warnings.extend(bundle.warnings);
            all.run.targets.extend(bundle.run.targets);
            all.run.failures.extend(bundle.run.failures);
            all.release = bundle.release.or(all.release);
        }
    }
    let mut seen = HashSet::new();
    all.judgements.retain(|j| seen.insert((j.verdict, j.reason.code(), j.kind)));
    let kept: HashSet<_> = all.judgements.iter().map(|j| j.series.clone()).collect();
    let mut seen = HashSet::new();
    all.comparisons.retain(|c| kept.contains(&c.series) && seen.insert(c.series.clone()));
    let mut seen = HashSet::new();
    all.run.targets.retain(|t| {
        kept.iter().any(|series| series.target == t.name) && seen.insert(t.name.clone())
    });
    all.verdict = Verdict::Fail;
    all.exit_code = 1;
    all
}

fn nothing(nearest: Option<&str>) -> Reason {
    Reason::MatchesNothing { nearest: nearest.map(str::to_owned) }
}

fn wrong_unit() -> Reason {
    Reason::WrongUnit { quantity: "1MiB".into() }
}

/// The bundle with `text` in every field that may hold any text.
pub(crate) struct Poisoned {
    document: Value,
    fields: Vec<String>,
}

impl Poisoned {
    pub(crate) fn new() -> Poisoned {
        let mut all = everything();
        // Values say nothing here, and would be most of the document.
        for target in &mut all.run.targets {
            target.measurements.truncate(1);
            target.measurements[0].data = Data::Counts { events: 0, trials: 1 };
        }
        let document = serde_json::to_value(all).unwrap();
        let mut strings = Vec::new();
        collect(&document, String::new(), &mut strings);
        let mut probe = document.clone();
        let fields: Vec<String> = strings
            .into_iter()
            .filter(|field| {
                let whole = probe.pointer(field).cloned().unwrap();
                *probe.pointer_mut(field).unwrap() = "any text".into();
                let free = serde_json::from_value::<Bundle>(probe.clone()).is_ok();
                *probe.pointer_mut(field).unwrap() = whole;
                free
            })
            .collect();
        assert!(fields.len() > 100, "{}", fields.len());
        Poisoned { document, fields }
    }

    pub(crate) fn with(&self, text: &str) -> Bundle {
        let mut document = self.document.clone();
        for field in &self.fields {
            *document.pointer_mut(field).unwrap() = text.into();
        }
        serde_json::from_value(document).unwrap()
    }
}

/// The pointers of every string of a document.
fn collect(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{i}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                collect(member, format!("{at}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A bundle with texts of a megabyte in the fields that any contributor can fill.
pub(crate) fn huge(unit: &str) -> Bundle {
    let text = unit.repeat((1 << 20) / unit.len());
    let mut bundle = bundles::error();
    bundle.run.project = text.clone();
    bundle.run.revision.branch = Some(text.clone());
    bundle.run.failures[0].target = text.clone();
    bundle.run.failures[0].error = text.clone();
    bundle.policy.path = text.clone();
    for judgement in &mut bundle.judgements {
        judgement.rule = text.clone();
        judgement.series.target = text.clone();
        judgement.series.metric = text.clone();
        judgement.unit = Some(Unit::Other(text.clone()));
        judgement.reason = Reason::MeasuringFailed { error: text.clone() };
        judgement.waiver = Some(WaiverUse {
            reason: text.clone(),
            instead_of: Verdict::Fail,
            until: text.clone(),
        });
    }
    bundle
}
