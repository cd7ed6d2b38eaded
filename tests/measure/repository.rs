//! A git repository with a history, whose head and base are measured side by side.

use crate::support::{Folder, launcher, run};
use pacegate::config::{BenchmarkKind, Command, CommandPlan, Plan};
use pacegate::measure::paired::{PairedError, PairedMeasured, Pairing, Progress, measure_paired};
use pacegate::measure::{Context, Event, Stop};
use pacegate::model::PairedSeries;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What is asked for in most tests.
pub(crate) const PARENT: &str = "HEAD~1";

/// A folder with a repository in `repo`, the cache beside it, and room for what benchmarks note.
pub(crate) struct Repository {
    pub(crate) folder: Folder,
}

/// A paired measurement with all that was told meanwhile.
pub(crate) struct Told {
    pub(crate) result: Result<PairedMeasured, PairedError>,
    pub(crate) events: Vec<Event>,
}

impl Repository {
    /// A repository without a commit.
    pub(crate) fn new() -> Self {
        let repository = Repository { folder: Folder::new() };
        std::fs::create_dir(repository.path()).unwrap();
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// A repository with two commits, in which the file has these two contents.
    pub(crate) fn of(file: &str, base: &str, head: &str) -> Self {
        let repository = Repository::new();
        repository.commit(&[(file, base)]);
        repository.commit(&[(file, head)]);
        repository
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// The base's tree, once there was one.
    #[track_caller]
    pub(crate) fn tree(&self) -> PathBuf {
        let mut places = std::fs::read_dir(self.cache()).unwrap();
        places.next().unwrap().unwrap().path().join("tree")
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        self.folder.write(&format!("repo/{file}"), text);
    }

    /// Commits files; gives the commit.
    pub(crate) fn commit(&self, files: &[(&str, &str)]) -> String {
        for (file, text) in files {
            self.write(file, text);
            self.git(&["add", file]);
        }
        let author = ["-c", "user.name=a", "-c", "user.email=a@b"];
        self.git(&[&author[..], &["commit", "-q", "--allow-empty", "-m", "x"]].concat());
        self.git(&["rev-parse", "HEAD"])
    }

    /// What git prints.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.path(), args)
    }

    /// A command in the repository.
    pub(crate) fn shell(&self, line: &str) -> Command {
        Command { cwd: self.path(), ..self.folder.shell(line) }
    }

    /// A benchmark in the repository, without warm-up.
    pub(crate) fn benchmark(&self, line: &str) -> BenchmarkKind {
        BenchmarkKind::Command(CommandPlan { ..self.folder.benchmark(self.shell(line)) })
    }

    pub(crate) fn plan(&self, benchmarks: Vec<(&str, BenchmarkKind)>) -> Plan {
        self.folder.plan(benchmarks)
    }

    /// Measures a plan against the head's parent, where no gate needs anything.
    pub(crate) fn measure(&self, plan: &Plan) -> Result<PairedMeasured, PairedError> {
        self.told(plan, PARENT, &|_| Progress::Ungated, |_, _| {}).result
    }

    /// Measures a plan, with an observer that may stop it.
    pub(crate) fn told(
        &self,
        plan: &Plan,
        reference: &str,
        decided: &dyn Fn(&PairedSeries) -> Progress,
        observer: impl Fn(&Event, &Stop) + Send + Sync,
    ) -> Told {
        let (directory, cache) = (self.path(), self.cache());
        let pairing =
            Pairing { reference, directory: &directory, cache: Some(&cache), seed: 7, decided };
        told(plan, &pairing, observer)
    }
}

/// Measures a plan as told, and keeps what is told.
pub(crate) fn told(
    plan: &Plan,
    pairing: &Pairing<'_>,
    observer: impl Fn(&Event, &Stop) + Send + Sync,
) -> Told {
    let (launcher, stop, events) = (launcher(), Stop::new(), Mutex::new(Vec::new()));
    let keep = |event: Event| {
        observer(&event, &stop);
        events.lock().unwrap().push(event);
    };
    let context = Context { launcher: &launcher, stop: &stop, observer: &keep };
    let result = run(measure_paired(plan, pairing, &|_| true, context));
    Told { result, events: events.into_inner().unwrap() }
}

/// What git prints, without anything that a person configured.
#[track_caller]
pub(crate) fn git(directory: &Path, args: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// An error with its causes.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
