//! Runs with known contents, built from a few lines.

use pacegate::analyze::{Changes, Options};
use pacegate::config::defaults;
use pacegate::model::{
    Baseline, BaselineReason, Engine, Environment, Measurement, Noise, RUN_FORMAT, RUN_VERSION,
    Revision, Run, Target,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// What the pipeline compares with.
pub(crate) const OPTIONS: Options = Options {
    q: defaults::FALSE_DISCOVERY_RATE,
    power: defaults::POWER,
    min_runs: defaults::MIN_BASELINE_RUNS,
    changes: Some(Changes {
        error_rate: defaults::POINT_ERROR_RATE,
        least: defaults::LEAST_CHANGE,
    }),
    one_session: false,
};

/// A run of the given targets.
pub(crate) fn run(targets: Vec<Target>) -> Run {
    Run {
        format: RUN_FORMAT.to_owned(),
        version: RUN_VERSION,
        id: Uuid::nil(),
        project: "p".to_owned(),
        started: OffsetDateTime::UNIX_EPOCH,
        elapsed: 1.0,
        revision: Revision::default(),
        environment: Environment {
            cpu: "c".to_owned(),
            cores: 1,
            arch: "a".to_owned(),
            os: "o".to_owned(),
            image: "i".to_owned(),
            toolchain: String::new(),
        },
        noise: Noise::default(),
        targets,
        failures: vec![],
        cut_short: false,
        trusted: true,
        warnings: vec![],
    }
}

/// A target with the given measurements.
pub(crate) fn target(name: &str, measurements: Vec<Measurement>) -> Target {
    Target {
        name: name.to_owned(),
        engine: Engine::Command,
        definition: String::new(),
        measurements,
        validity: None,
        elapsed: 1.0,
        cut_short: false,
        course: Default::default(),
        warnings: vec![],
    }
}

/// Stored runs as a baseline, oldest first.
pub(crate) fn baseline(runs: Vec<Run>) -> Baseline {
    let reason = BaselineReason::Stored { runs: runs.len(), other_environments: 0 };
    Baseline { runs, reason, steps: vec![] }
}
