//! A first `gates.yaml` for a repository: what is there ([`look`]), and the text for it ([`init`]).
//!
//! What runs as it stands is written out; what needs a word of the reader first, such as the port of
//! a service, stands there as an example to uncomment.

mod cargo;
mod look;
mod node;
mod write;

pub use look::look;
pub use write::init;

/// What was found in a repository. Names are as found there: nothing is promised of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// Name of the package or, without one, of the directory.
    pub name: String,
    /// Criterion benches that `cargo bench` runs.
    pub benches: Vec<Bench>,
    /// Names of further files in `benches/`, for which cargo needs to be told `harness = false`.
    pub unready_benches: Vec<String>,
    /// Programs that cargo builds.
    pub programs: Vec<Program>,
    /// Scripts of `package.json` with a name that is known here, such as `bench` or `start`.
    pub scripts: Vec<&'static str>,
    /// What runs the scripts, such as `npm`.
    pub script_runner: &'static str,
    /// Paths of load tests for k6 and Locust.
    pub load_tests: Vec<String>,
}

/// A criterion bench.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bench {
    /// Its package, where that is a member of a workspace.
    pub package: Option<String>,
    /// Its name.
    pub name: String,
}

/// A program that cargo builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Whether it surely answers `--help`, since it is built with a known command-line parser.
    pub answers_help: bool,
}
