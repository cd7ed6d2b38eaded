//! A folder to work in, plans to measure in it, and a look at which processes are left.

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use pacegate::config::{
    BaselinePlan, BenchmarkKind, BenchmarkPlan, Command, CommandPlan, PairedPlan, Plan,
    StoreLocation,
};
use pacegate::measure::{Context, Event, Measured, Stop, measure};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Appends the shell's own id to the file `pids`.
pub(crate) const NOTE_PID: &str = "echo $$ >> pids";
/// Leaves a grandchild in a session of its own, whose parent ends at once, and waits for its note.
pub(crate) const DAEMON: &str = "(setsid sh -c 'echo $$ >> pids; exec sleep 1000' &); \
                                 until [ -s pids ]; do sleep 0.01; done";
/// The longest that a test waits for something that should happen.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap_or_default()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn command(&self, argv: &[&str]) -> Command {
        Command {
            argv: argv.iter().map(|part| (*part).to_owned()).collect(),
            cwd: self.path().to_owned(),
            env: Default::default(),
            pass_env: vec![],
        }
    }

    pub(crate) fn shell(&self, line: &str) -> Command {
        self.command(&["sh", "-c", line])
    }

    /// A command benchmark of three runs without warm-up.
    pub(crate) fn benchmark(&self, run: Command) -> CommandPlan {
        CommandPlan {
            run,
            prepare: None,
            cleanup: None,
            warmup: 0,
            samples: 3,
            timeout: Duration::from_secs(60),
            ok_exit: vec![0],
        }
    }

    pub(crate) fn plan(&self, benchmarks: Vec<(&str, BenchmarkKind)>) -> Plan {
        let benchmark =
            |(name, kind): (&str, BenchmarkKind)| BenchmarkPlan { name: name.to_owned(), kind };
        Plan {
            project: "test".into(),
            store: StoreLocation::Sqlite(self.path().join("history.db")),
            services: Default::default(),
            benchmarks: benchmarks.into_iter().map(benchmark).collect(),
            loads: vec![],
            gates: vec![],
            waivers: vec![],
            accepted: vec![],
            reports: vec![],
            baseline: BaselinePlan { branches: vec![], runs: 1, release: None },
            base: None,
            build: vec![],
            again: Duration::ZERO,
            paired: PairedPlan {
                pairs: 8,
                time: Duration::from_secs(600),
                segment: Duration::from_millis(200),
            },
        }
    }

    /// Waits until every process noted in `pids` is gone; gives how many there were.
    #[track_caller]
    pub(crate) fn wait_until_gone(&self) -> usize {
        let pids: Vec<i32> = self.read("pids").lines().map(|pid| pid.parse().unwrap()).collect();
        let begun = Instant::now();
        for pid in &pids {
            while kill(Pid::from_raw(*pid), None) != Err(Errno::ESRCH) {
                assert!(begun.elapsed() < PATIENCE, "process {pid} is left");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        pids.len()
    }
}

pub(crate) fn launcher() -> PathBuf {
    env!("CARGO_BIN_EXE_pacegate").into()
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Measures all of a plan.
pub(crate) fn measured(plan: &Plan) -> Measured {
    observed(plan, |_, _| {})
}

/// Measures all of a plan, with an observer that may stop it.
pub(crate) fn observed(plan: &Plan, observer: impl Fn(&Event, &Stop) + Send + Sync) -> Measured {
    let (launcher, stop) = (launcher(), Stop::new());
    let observer = |event: Event| observer(&event, &stop);
    let context = Context { launcher: &launcher, stop: &stop, observer: &observer };
    run(measure(plan, &|_| true, context))
}

/// The one failure of a run that gave nothing else.
#[track_caller]
pub(crate) fn only_failure(measured: &Measured) -> &str {
    let [failure] = &measured.failures[..] else { panic!("one failure: {measured:?}") };
    assert!(measured.targets.is_empty(), "{measured:?}");
    &failure.error
}
