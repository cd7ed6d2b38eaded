//! Runs to store: arbitrary ones, and ones that a seed determines.

use pacegate::model::{
    Assumption, Better, Data, Engine, Environment, Failure, Histogram, HistogramRecorder,
    Measurement, Metric, Noise, RUN_FORMAT, RUN_VERSION, Revision, Run, Sample, Stage, Target,
    Unit, Validity, ValidityFact, Warning,
};
use proptest::collection::vec;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use time::OffsetDateTime;
use uuid::Uuid;

/// Fails unless two runs are equal in every bit.
#[track_caller]
pub(crate) fn assert_same(found: &Run, expected: &Run) {
    assert_eq!(floats(found), floats(expected));
    assert!(found == expected);
}

/// A run as JSON, which tells -0.0 from 0.0 as `==` does not; without histograms, which hold whole
/// numbers only.
fn floats(run: &Run) -> String {
    let mut run = run.clone();
    for target in &mut run.targets {
        target.measurements.retain(|m| !matches!(m.data, Data::Histogram(_)));
    }
    serde_json::to_string(&run).unwrap()
}

/// A small run: the same seed gives the same run, other seeds give others.
pub(crate) fn seeded(seed: u64, project: &str) -> Run {
    let mut rng = Pcg64::seed_from_u64(seed);
    let targets = 3 + rng.random_range(0..3);
    let targets = (0..targets).map(|n| seeded_target(&mut rng, n)).collect();
    Run {
        format: RUN_FORMAT.into(),
        version: RUN_VERSION,
        id: Uuid::from_u128(u128::from(seed)),
        project: project.into(),
        started: OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(seed as i64),
        elapsed: rng.random(),
        revision: Revision {
            commit: Some(format!("{:040x}", rng.random::<u64>())),
            branch: Some("main".into()),
            dirty: false,
        },
        environment: environment(),
        noise: Noise { load_per_core: Some(rng.random()), ..Noise::default() },
        targets,
        failures: vec![Failure {
            target: "gone".into(),
            stage: Stage::Measure,
            error: format!("exit status {}", rng.random_range(1..100)),
        }],
        cut_short: false,
        trusted: true,
        warnings: vec![Warning::BusyMachine { load_per_core: rng.random() }],
    }
}

fn seeded_target(rng: &mut Pcg64, n: usize) -> Target {
    let values = |rng: &mut Pcg64| (0..200).map(|_| rng.random::<f64>()).collect();
    let histogram = (0..500).map(|_| rng.random_range(1000..1 << 30)).collect();
    let data = [
        Data::Sample(Sample::new((0..5).map(|_| values(rng)).collect()).unwrap()),
        Data::Histogram(histogram),
        Data::Counts { events: rng.random_range(0..9), trials: 500 },
    ];
    let metric = |n: usize| Metric::lower(["wall", "latency", "errors"][n], Unit::Seconds);
    Target {
        name: format!("target/{n}"),
        engine: Engine::Open,
        definition: format!("{:x}", rng.random::<u64>()),
        measurements: data
            .into_iter()
            .enumerate()
            .map(|(n, data)| Measurement { metric: metric(n), data, quantum: 1e-9 })
            .collect(),
        validity: None,
        elapsed: rng.random(),
        cut_short: false,
        course: Default::default(),
        warnings: Vec::new(),
    }
}

/// A machine class.
pub(crate) fn environment() -> Environment {
    Environment {
        cpu: "a CPU".into(),
        cores: 2,
        arch: "x86_64".into(),
        os: "linux".into(),
        image: "debian 12".into(),
        toolchain: "rustc 1.95.0".into(),
    }
}

/// Any run at all that may be stored, of one project.
pub(crate) fn any(project: &'static str) -> impl Strategy<Value = Run> {
    let head = (any_moment(), any_float(), any_revision(), any_environment(), any_noise());
    let body = (vec(any_target(), 0..4), vec(any_failure(), 0..3), vec(any_warning(), 0..3));
    (prop::num::u128::ANY, head, body, prop::bool::ANY, prop::bool::ANY).prop_map(
        move |(id, head, (targets, failures, warnings), cut_short, trusted)| {
            let (started, elapsed, revision, environment, noise) = head;
            Run {
                format: RUN_FORMAT.into(),
                version: RUN_VERSION,
                id: Uuid::from_u128(id),
                project: project.into(),
                started,
                elapsed,
                revision,
                environment,
                noise,
                targets,
                failures,
                cut_short,
                trusted,
                warnings,
            }
        },
    )
}

fn any_moment() -> impl Strategy<Value = OffsetDateTime> {
    (-377_705_116_800_000_000_000i128..=253_402_300_799_999_999_999)
        .prop_map(|nanos| OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap())
        // JSON, which the comparison goes through, has no years before 0.
        .prop_filter("a year of four digits", |moment| moment.year() >= 0)
}

/// Every finite float: -0.0 and subnormal ones too.
fn any_float() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![Just(-0.0), Just(3.0), NORMAL | SUBNORMAL | ZERO | POSITIVE | NEGATIVE]
}

/// Text with everything that SQL, JSON or C could stumble over.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("a\0b'; DROP TABLE run; --\u{1F980}\n\u{feff}".to_owned()),
        vec(prop::char::any(), 0..12).prop_map(String::from_iter),
    ]
}

fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(i64::MAX as u64), 0..=i64::MAX as u64]
}

fn any_revision() -> impl Strategy<Value = Revision> {
    (prop::option::of(any_text()), prop::option::of(any_text()), prop::bool::ANY)
        .prop_map(|(commit, branch, dirty)| Revision { commit, branch, dirty })
}

fn any_environment() -> impl Strategy<Value = Environment> {
    (vec(any_text(), 5), prop::num::u32::ANY).prop_map(|(texts, cores)| {
        let [cpu, arch, os, image, toolchain] = texts.try_into().unwrap();
        Environment { cpu, cores, arch, os, image, toolchain }
    })
}

fn any_noise() -> impl Strategy<Value = Noise> {
    let float = || prop::option::of(any_float());
    let words = (prop::option::of(any_text()), prop::option::of(prop::bool::ANY));
    (words, float(), float(), float()).prop_map(
        |((governor, turbo), load_per_core, steal, cpu_pressure)| Noise {
            governor,
            turbo,
            load_per_core,
            steal,
            cpu_pressure,
        },
    )
}

fn any_failure() -> impl Strategy<Value = Failure> {
    let stage = prop::sample::select(vec![Stage::Service, Stage::Measure, Stage::Read]);
    (any_text(), stage, any_text()).prop_map(|(target, stage, error)| Failure {
        target,
        stage,
        error,
    })
}

fn any_warning() -> impl Strategy<Value = Warning> {
    prop_oneof![
        Just(Warning::Bimodal),
        any_float().prop_map(|lag1| Warning::Autocorrelated { lag1 }),
        (any_float(), any_float()).prop_map(|(min, max)| Warning::NotExact { min, max }),
        any_text().prop_map(|branch| Warning::UntrustedBranch { branch }),
        prop::num::usize::ANY.prop_map(|count| Warning::LeftBehind { count }),
    ]
}

fn any_validity() -> impl Strategy<Value = Validity> {
    let fact = prop_oneof![
        prop::num::u64::ANY.prop_map(|count| ValidityFact::Dropped { count }),
        any_float().prop_map(|share| ValidityFact::GeneratorBusy { share }),
    ];
    let rates = (any_float(), any_float(), prop::num::u64::ANY);
    let lateness = (any_float(), prop::option::of(any_histogram()));
    (rates, lateness, prop::option::of(any_float()), vec(fact, 0..3)).prop_map(
        |((asked_rate, achieved_rate, dropped), lateness, generator_cpu, broken)| Validity {
            asked_rate,
            achieved_rate,
            dropped,
            lateness_p99: lateness.0,
            lateness: lateness.1,
            generator_cpu,
            under_counts: dropped % 2 == 1,
            broken,
        },
    )
}

fn any_target() -> impl Strategy<Value = Target> {
    let engines = vec![
        Engine::Command,
        Engine::Criterion,
        Engine::Open,
        Engine::Distributed,
        Engine::K6,
        Engine::Import,
    ];
    let words = (any_text(), prop::sample::select(engines), any_text());
    let validity = prop::option::of(any_validity());
    let rest = (any_float(), prop::bool::ANY, vec(any_warning(), 0..2));
    (words, vec(any_measurement(), 0..4), validity, rest).prop_map(
        |((name, engine, definition), measurements, validity, (elapsed, cut_short, warnings))| {
            Target {
                name,
                engine,
                definition,
                measurements,
                validity,
                elapsed,
                cut_short,
                course: Default::default(),
                warnings,
            }
        },
    )
}

fn any_measurement() -> impl Strategy<Value = Measurement> {
    let better = prop::sample::select(vec![Better::Lower, Better::Higher]);
    let assumptions = vec![Assumption::Nothing, Assumption::Normal, Assumption::Exact];
    let unit = prop_oneof![
        prop::sample::select(vec!["s", "B", "ratio", "1/s", "count"]).prop_map(str::to_owned),
        any_text(),
    ];
    (any_text(), unit, better, prop::sample::select(assumptions), any_data(), any_float()).prop_map(
        |(name, unit, better, assumption, data, quantum)| Measurement {
            metric: Metric { name, unit: Unit::from(unit), better, assumption },
            data,
            quantum,
        },
    )
}

fn any_data() -> impl Strategy<Value = Data> {
    prop_oneof![
        vec(vec(any_float(), 1..8), 1..8)
            .prop_map(|processes| Data::Sample(Sample::new(processes).unwrap())),
        any_histogram().prop_map(Data::Histogram),
        (any_count(), any_count()).prop_map(|(events, trials)| Data::Counts { events, trials }),
    ]
}

fn any_histogram() -> impl Strategy<Value = Histogram> {
    vec((prop::num::u64::ANY, 1u64..1 << 40), 1..20).prop_map(|values| {
        let mut histogram = HistogramRecorder::new();
        values.into_iter().for_each(|(value, count)| histogram.record_n(value, count));
        histogram.histogram()
    })
}

/// A target under another name.
pub(crate) fn renamed(target: &Target, n: usize) -> Target {
    Target { name: format!("target/{n}"), ..target.clone() }
}
