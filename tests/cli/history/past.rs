//! A project with a past: runs in its store, measured on the commits of a repository or of none.

use crate::dir::Dir;
use pacegate::model::{
    Data, Engine, Environment, Measurement, Metric, Noise, RUN_FORMAT, RUN_VERSION, Revision, Run,
    Sample, Target, Unit, Verdict,
};
use pacegate::store::{SqliteStore, Store};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A configuration that measures nothing.
pub(super) const CONFIG: &str = "version: 1
project: p
reports: [ { json: bundle.json } ]
gates: [ { series: 'parse/*', regression: { max: 10% } } ]
";

/// Noise within 1 %, in an order that shows no trend.
const NOISE: [f64; 12] = [0.0, 3.0, -2.0, 5.0, -4.0, 1.0, 2.0, -5.0, 4.0, -1.0, -3.0, 0.5];

/// The machine class of every run that says nothing else.
pub(super) fn machine(cpu: &str) -> Environment {
    Environment {
        cpu: cpu.to_owned(),
        cores: 2,
        arch: "x86_64".to_owned(),
        os: "linux".to_owned(),
        image: "debian 12".to_owned(),
        toolchain: String::new(),
    }
}

/// Run `n` of a project: on `main`, begun in minute `n` of 2026, of one series `parse/time` around
/// `level` seconds.
pub(super) fn run(n: u32, level: f64) -> Run {
    let noise = 1.0 + NOISE[n as usize % NOISE.len()] * 1e-3;
    let start = OffsetDateTime::from_unix_timestamp(1_767_225_600).expect("2026-01-01");
    Run {
        format: RUN_FORMAT.to_owned(),
        version: RUN_VERSION,
        id: id(n),
        project: "p".to_owned(),
        started: start + Duration::minutes(n.into()),
        elapsed: 1.0,
        revision: Revision {
            commit: Some(format!("{n:040x}")),
            branch: Some("main".to_owned()),
            dirty: false,
        },
        environment: machine("a cpu"),
        noise: Noise::default(),
        targets: vec![target("parse", "time", level * noise)],
        failures: vec![],
        cut_short: false,
        trusted: true,
        warnings: vec![],
    }
}

/// An id whose start tells runs apart, as that of a time-ordered one does.
pub(super) fn id(n: u32) -> Uuid {
    Uuid::from_u128((u128::from(n) << 80) | 0x7000_8000_0000_0000_0000)
}

/// A target that was measured by one process.
pub(super) fn target(name: &str, metric: &str, value: f64) -> Target {
    Target {
        name: name.to_owned(),
        engine: Engine::Import,
        definition: String::new(),
        measurements: vec![Measurement {
            metric: Metric::lower(metric, Unit::Seconds),
            data: Data::Sample(Sample::of_processes([value]).expect("a sample")),
            quantum: 0.0,
        }],
        validity: None,
        elapsed: 1.0,
        cut_short: false,
        course: Default::default(),
        warnings: vec![],
    }
}

/// Puts runs into the store of a directory's project.
pub(super) fn put(dir: &Dir, runs: impl IntoIterator<Item = (Run, Verdict)>) {
    let store = SqliteStore::open(&dir.path(".pacegate/history.db")).expect("a store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for (run, verdict) in runs {
        runtime.block_on(store.put(&run, verdict)).expect("a stored run");
    }
}

/// A project with these runs, all of which passed.
pub(super) fn past(runs: impl IntoIterator<Item = Run>) -> Dir {
    let dir = Dir::with(CONFIG);
    put(&dir, runs.into_iter().map(|run| (run, Verdict::Pass)));
    dir
}

/// The lines of an output, each a JSON object.
pub(super) fn objects(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

/// Makes a directory a repository, and commits what is in it.
pub(super) fn repository(dir: &Dir) {
    git(dir, "init -q -b main");
    git(dir, "add gates.yaml");
    commit(dir);
}

/// Makes a commit, and gives its hash.
pub(super) fn commit(dir: &Dir) -> String {
    git(dir, "-c user.name=a -c user.email=a@b commit -q --allow-empty -m x");
    git(dir, "rev-parse HEAD")
}

/// What git prints in a directory; `args` are split at spaces.
pub(super) fn git(dir: &Dir, args: &str) -> String {
    let mut command = std::process::Command::new("git");
    let output = command.args(args.split(' ')).current_dir(dir.root()).output().expect("run git");
    assert!(output.status.success(), "git {args}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

/// A run at a commit.
pub(super) fn at(commit: &str, run: Run) -> Run {
    let revision = Revision { commit: Some(commit.to_owned()), ..run.revision };
    Run { revision, ..run }
}
