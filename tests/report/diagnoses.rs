//! What `doctor` tells: as people see it, as JSON, and with foreign text in it.

use crate::hostile::TEXTS;
use pacegate::model::*;
use pacegate::report::{self, Options, Style, diagnosis};
use serde_json::Value;
use time::OffsetDateTime;

const PLAIN: Options = Options { columns: 80, style: Style::Plain };

/// What 5 % and 10 % take, and what the budget finds.
fn examined(finds: [Option<u32>; 2], found: f64) -> Examined {
    Examined {
        series: "workload/wall".into(),
        unit: Unit::Seconds,
        value: 0.0523,
        pairs: 412,
        seconds_per_pair: 0.131,
        limit: 0.03,
        verdict: Verdict::Pass,
        effect: Some(Effect { estimate: 0.001, lo: Some(-0.008), hi: Some(0.011) }),
        decided_after: 25,
        noise: Some(NoiseLevel {
            within_pairs: 0.031,
            between_processes: 0.042,
            autocorrelation: Some(0.31),
            drift: -0.004,
        }),
        false_alarms: Some(FalseAlarms {
            experiments: 1000,
            pairs: 100,
            alarms: 3,
            lo: 0.000_619,
            hi: 0.008_742,
        }),
        simple_rules: vec![
            SimpleAlarms { rule: SimpleRule::TenPercent, comparisons: 678_152, alarms: 89_000 },
            SimpleAlarms { rule: SimpleRule::MannWhitney, comparisons: 1610, alarms: 161 },
        ],
        budgets: [(8, None), (20, Some(2.0 * found)), (50, Some(1.3 * found)), (100, Some(found))]
            .map(|(pairs, detectable)| Budget {
                pairs,
                seconds: f64::from(pairs) * 0.131,
                detectable,
                configured: pairs == 100,
            })
            .to_vec(),
        finds: [0.05, 0.1]
            .into_iter()
            .zip(finds)
            .map(|(slowdown, pairs)| Find { slowdown, pairs })
            .collect(),
        grade: Some(match finds[0] {
            Some(30..) => Grade::Usable,
            Some(_) => Grade::Quiet,
            None => Grade::Noisy,
        }),
    }
}

fn diagnosis(examined: Vec<Examined>) -> Diagnosis {
    Diagnosis {
        format: DIAGNOSIS_FORMAT.into(),
        version: DIAGNOSIS_VERSION,
        started: OffsetDateTime::from_unix_timestamp(1_793_700_000).expect("a time"),
        elapsed: 54.0,
        cut_short: false,
        environment: Environment {
            cpu: "AMD EPYC 7763".into(),
            cores: 4,
            arch: "x86_64".into(),
            os: "linux".into(),
            image: "ubuntu24 20261101.1".into(),
            toolchain: String::new(),
        },
        surroundings: Surroundings { cores: 4, ..Surroundings::default() },
        causes: vec![],
        seed: 7,
        grade: examined.iter().filter_map(|examined| examined.grade).max(),
        examined,
        failures: vec![],
    }
}

/// A machine with every cause of noise.
fn every_cause() -> Diagnosis {
    let mut all =
        diagnosis(vec![examined([Some(20), Some(8)], 0.036), examined([None, None], 0.13)]);
    all.examined[1].series = "parse/wall".into();
    all.cut_short = true;
    all.causes = Cause::ALL.to_vec();
    all.surroundings = Surroundings {
        noise: Noise {
            governor: Some("powersave".into()),
            turbo: Some(true),
            load_per_core: Some(1.5),
            steal: Some(0.034),
            cpu_pressure: Some(0.4),
        },
        cores: 1,
        shared_cores: Some(true),
        quota: Some(CpuQuota::Cores(1.5)),
        throttled: Some(0.12),
        virtual_machine: Some(true),
        product: Some("Amazon EC2 m5.large".into()),
    };
    all.failures = vec![Failure {
        target: "render".into(),
        stage: Stage::Measure,
        error: "run 1 exited with code 3\nlast lines of its output:\nno such file".into(),
    }];
    all
}

/// A machine on which a few pairs were measured.
fn few_pairs() -> Diagnosis {
    let mut few = examined([None, None], 0.13);
    few.pairs = 3;
    (few.noise, few.false_alarms, few.grade) = (None, None, None);
    (few.budgets, few.finds) = (vec![], vec![]);
    few.simple_rules.truncate(1);
    (few.verdict, few.decided_after) = (Verdict::Inconclusive, 3);
    few.effect = Some(Effect { estimate: 0.04, lo: None, hi: None });
    diagnosis(vec![few])
}

fn all() -> [(&'static str, Diagnosis); 6] {
    [
        ("quiet", diagnosis(vec![examined([Some(20), Some(8)], 0.036)])),
        ("usable", diagnosis(vec![examined([Some(100), Some(20)], 0.048)])),
        ("noisy", diagnosis(vec![examined([None, Some(60)], 0.078)])),
        ("every_cause", every_cause()),
        ("few_pairs", few_pairs()),
        ("nothing", diagnosis(vec![])),
    ]
}

#[test]
fn diagnoses_as_people_see_them() {
    for (name, all) in all() {
        insta::assert_snapshot!(format!("diagnosis__{name}"), diagnosis::text(&all, &PLAIN));
    }
    let colour = Options { columns: 200, style: Style::Colour };
    insta::assert_snapshot!("diagnosis__colour", diagnosis::text(&every_cause(), &colour));
}

#[test]
fn diagnoses_keep_to_their_schema_and_come_back() {
    let schema = jsonschema::validator_for(&report::diagnosis_schema()).unwrap();
    for (name, diagnosis) in all() {
        let text = diagnosis::json(&diagnosis).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        if let Err(error) = schema.validate(&document) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
        assert_eq!(serde_json::from_str::<Diagnosis>(&text).unwrap(), diagnosis, "{name}");
    }
    assert!(!schema.is_valid(&serde_json::json!({ "format": DIAGNOSIS_FORMAT })));
}

#[test]
fn foreign_text_commands_nobody() {
    for text in TEXTS {
        let mut all = every_cause();
        let foreign = || (*text).to_owned();
        all.surroundings.product = Some(foreign());
        all.surroundings.noise.governor = Some(foreign());
        all.environment.cpu = foreign();
        all.examined[1].series = foreign();
        all.failures[0] = Failure { target: foreign(), stage: Stage::Build, error: foreign() };
        let drawn = diagnosis::text(&all, &PLAIN);
        let bad = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2066}\u{200b}".contains(c);
        assert!(!drawn.contains(bad), "{text:?}: {drawn}");
        let commands = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
        assert!(!drawn.lines().any(commands), "{text:?}: {drawn}");
    }
}
