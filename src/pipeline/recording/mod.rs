//! Recorded pairs: JSON lines, the header of a series followed by its pairs in order.
//!
//! `docs/pairs.md` describes the format.

mod read;
mod write;

pub use read::read;
pub(super) use write::written;

use crate::config::Rule;
use crate::model::{Assumption, Better, Build, LeftOut, PairedSeries, Unit};
use serde::{Deserialize, Serialize};

/// The `format` field of a recording's headers.
const FORMAT: &str = "pacegate-pairs";
/// The version that is written, and the newest that is read.
const VERSION: u32 = 1;

/// A series of a recording, with the rules that it is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The pairs.
    pub series: PairedSeries,
    /// The regression rules; none where nothing depends on it.
    pub rules: Vec<Rule>,
    /// The most pairs that it was allowed.
    pub at_most: u32,
}

/// The line before the pairs of a series.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    series: String,
    unit: Unit,
    better: Better,
    /// The first rule's limit; without it the series has no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    strict: bool,
    /// Further rules, of a series that has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assumption: Option<Assumption>,
    #[serde(default, skip_serializing_if = "is_default")]
    quantum: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
}

/// A rule, its floor in the series' unit.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    max: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    strict: bool,
}

/// The line of a pair.
#[derive(Debug, Serialize, Deserialize)]
struct Numbered {
    /// From 1; numbers of pairs that were left out are missing.
    pair: u64,
    base: f64,
    head: f64,
    /// Which was measured first, where that is known.
    #[serde(default)]
    first: Option<Build>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Quantity;
    use crate::model::{Metric, Pair, SeriesId};
    use crate::pipeline::replay;
    use proptest::prelude::*;

    /// Names that somebody may give a benchmark to spoil a line.
    fn name() -> impl Strategy<Value = String> {
        const HOSTILE: [&str; 8] =
            ["\"format\"", "\\\"", "\n{\"pair\":1}", "##vso[x]", "\u{202e}", "日本", "", "\u{0}"];
        prop_oneof![any::<String>(), prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned)]
    }

    fn rule(unit: Unit) -> impl Strategy<Value = Rule> {
        let amount = || prop_oneof![Just(0.0), 0.0..2.0f64, Just(f64::MAX), Just(5e-324)];
        (amount(), prop::option::of(amount()), any::<bool>()).prop_map(
            move |(max, floor, strict)| {
                let unit = Some(unit.clone());
                let quantity = |value: f64| Quantity { value, unit, text: value.to_string() };
                Rule::Regression { max, floor: floor.map(quantity), strict }
            },
        )
    }

    /// A pair of values that a unit can have; times, sizes and shares are not below 0.
    fn pair(unit: &Unit) -> impl Strategy<Value = Pair> + use<> {
        let counted = unit.is_counted();
        let number = move || {
            prop_oneof![
                0.9..1.1f64,
                Just(-0.0),
                any::<f64>().prop_filter("no larger ones are read", |v| v.abs() <= 1e100)
            ]
            .prop_map(move |value| if counted { value.abs() } else { value })
        };
        let first = prop_oneof![Just(Build::Base), Just(Build::Head)];
        (number(), number(), first).prop_map(|(base, head, first)| Pair { base, head, first })
    }

    fn metric() -> impl Strategy<Value = Metric> {
        let unit = prop_oneof![Just(Unit::Seconds), Just(Unit::Ratio), name().prop_map(Unit::from)];
        let better = prop_oneof![Just(Better::Lower), Just(Better::Higher)];
        let assumption = prop_oneof![
            Just(Assumption::Nothing),
            Just(Assumption::Normal),
            Just(Assumption::Exact)
        ];
        (unit, better, assumption).prop_map(|(unit, better, assumption)| Metric {
            name: String::new(),
            unit,
            better,
            assumption,
        })
    }

    fn recorded() -> impl Strategy<Value = Recorded> {
        (name(), metric(), 1..=100_u32, prop_oneof![Just(0.0), 0.0..1.0f64]).prop_flat_map(
            |(target, metric, at_most, quantum)| {
                let left_out =
                    prop::option::of((0..9_u64, 0..9_u64, 0..9_u64, 0..90_u64).prop_map(
                        |(alone, others, both, kept)| {
                            let pairs = alone + others + both;
                            let (base, head) = (alone + both, others + both);
                            LeftOut { base, head, pairs, of: pairs + kept }
                        },
                    ));
                let rules = prop::collection::vec(rule(metric.unit.clone()), 0..4);
                let pairs = prop::collection::vec(pair(&metric.unit), 0..13);
                (rules, pairs, left_out).prop_map(move |(rules, pairs, left_out)| Recorded {
                    series: PairedSeries {
                        series: SeriesId {
                            target: target.clone(),
                            metric: String::new(),
                            statistic: None,
                        },
                        metric: metric.clone(),
                        quantum,
                        pairs,
                        left_out,
                    },
                    rules,
                    at_most,
                })
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_written_is_read_again_and_decided_alike(recorded in prop::collection::vec(recorded(), 1..4)) {
            let mut recorded = recorded;
            let mut names = std::collections::HashSet::new();
            recorded.retain(|recorded| names.insert(recorded.series.series.target.clone()));
            let again = read::parse(&written(&recorded).unwrap()).unwrap();
            prop_assert_eq!(&again, &recorded);
            for as_family in [false, true] {
                prop_assert_eq!(replay(&again, as_family), replay(&recorded, as_family));
            }
        }
    }
}
