//! Loads as GitLab's load performance widget reads them.

use crate::{bundles, hostile};
use pacegate::model::*;
use pacegate::report::{Format, Options, Style, render};
use proptest::prelude::*;
use serde_json::{Value, json};

fn draw(bundle: &Bundle) -> Value {
    let options = Options { columns: 80, style: Style::Plain };
    let text = render(bundle, Format::LoadPerformance, &options).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A load of so many requests, each of which took so many milliseconds.
fn load(engine: Engine, latencies: &[u64], failed: u64, throughput: f64) -> Target {
    let measurement = |metric, data| Measurement { metric, data, quantum: 0.0 };
    Target {
        name: format!("{engine:?}"),
        engine,
        definition: String::new(),
        measurements: vec![
            measurement(
                Metric::lower("latency", Unit::Seconds),
                Data::Histogram(latencies.iter().map(|ms| ms * 1_000_000).collect()),
            ),
            measurement(
                Metric::lower("errors", Unit::Ratio),
                Data::Counts { events: failed, trials: latencies.len() as u64 },
            ),
            measurement(
                Metric::higher("throughput", Unit::PerSecond),
                Data::Sample(pacegate::model::Sample::of_processes([throughput]).unwrap()),
            ),
        ],
        validity: None,
        elapsed: 1.0,
        cut_short: false,
        course: Course::default(),
        warnings: Vec::new(),
    }
}

fn of(targets: Vec<Target>) -> Value {
    draw(&bundles::Build::new().with(|bundle| bundle.run.targets = targets).done())
}

#[test]
fn loads_are_told_as_one() {
    let latencies: Vec<u64> = (1..=100).collect();
    let one = load(Engine::Open, &latencies, 3, 50.0);
    assert_eq!(
        of(vec![one.clone()]),
        json!({"metrics": {
            "checks": {"fails": 3, "passes": 97, "value": 0.97},
            "http_req_waiting":
                {"avg": 50.5, "max": 100.0, "med": 50.0, "min": 1.0, "p(90)": 90.0, "p(95)": 95.0},
            "http_reqs": {"count": 100, "rate": 50.0},
        }})
    );
    // 100 requests in 2 s, then 100 in 1 s.
    let two = of(vec![one, load(Engine::K6, &[200; 100], 0, 100.0)]);
    assert_eq!(two["metrics"]["http_reqs"], json!({"count": 200, "rate": 66.7}));
    assert_eq!(two["metrics"]["http_req_waiting"]["p(90)"], 200.0);
    assert_eq!(two["metrics"]["checks"]["value"], 0.985);
}

#[test]
fn a_run_without_loads_gives_an_empty_document() {
    assert_eq!(of(vec![]), json!({"metrics": {}}));
    assert_eq!(of(vec![load(Engine::Import, &[1], 0, 1.0)]), json!({"metrics": {}}));
}

#[test]
fn foreign_text_is_nowhere() {
    let poisoned = hostile::Poisoned::new();
    let plain = draw(&poisoned.with("x"));
    for text in hostile::TEXTS {
        assert_eq!(draw(&poisoned.with(text)), plain);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn numbers_are_in_order(
        latencies in prop::collection::vec(1_u64..1_000_000, 1..50),
        others in prop::collection::vec(1_u64..1_000_000, 1..50),
        throughput in prop::num::f64::NORMAL,
    ) {
        let failed = latencies.len() as u64 / 2;
        let one = load(Engine::Open, &latencies, failed, throughput);
        let metrics = of(vec![one, load(Engine::Users, &others, 0, 1.0)])["metrics"].take();
        let waiting = ["min", "med", "p(90)", "p(95)", "max"]
            .map(|key| metrics["http_req_waiting"][key].as_f64().unwrap());
        prop_assert!(waiting.is_sorted(), "{:?}", waiting);
        let average = metrics["http_req_waiting"]["avg"].as_f64().unwrap();
        prop_assert!((waiting[0]..=waiting[4]).contains(&average), "{} {:?}", average, waiting);
        let total = (latencies.len() + others.len()) as u64;
        let checks = &metrics["checks"];
        prop_assert_eq!(checks["fails"].as_u64().unwrap() + checks["passes"].as_u64().unwrap(), total);
        if let Some(rate) = metrics["http_reqs"]["rate"].as_f64() {
            prop_assert!(rate >= 0.0);
        }
    }
}
