//! The scripts of the action, run as the action runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A copy of the action's scripts beside a table of checksums, and a folder for what a runner gives a job.
pub(crate) struct Action(TempDir);

impl Action {
    pub(crate) fn new(checksums: &str) -> Self {
        let action = Self(tempfile::tempdir().expect("make a directory"));
        let scripts = action.path("action/.github/action");
        std::fs::create_dir_all(&scripts).expect("make a directory");
        for name in ["install.sh", "run.sh", "surroundings.sh"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/action").join(name);
            std::fs::copy(from, scripts.join(name)).expect("copy a script");
        }
        std::fs::write(action.path("action/checksums.txt"), checksums).expect("write a file");
        std::fs::create_dir(action.path("temp")).expect("make a directory");
        action
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// One of the scripts, with no variables but these and what every program needs.
    pub(crate) fn script(&self, name: &str, variables: &[(&str, &str)]) -> Output {
        let mut bash = Command::new("bash");
        bash.arg("-p")
            .arg(self.path("action/.github/action").join(name))
            .current_dir(self.0.path());
        bash.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        bash.env("RUNNER_TEMP", self.path("temp")).env("GITHUB_PATH", self.path("github_path"));
        bash.envs(variables.iter().copied()).output().expect("run bash")
    }
}
