//! What this machine does not have enough of is no fault of the service.

use crate::server::{OK, Reply, Server};
use pacegate::model::{Bundle, ValidityFact, Verdict};
use std::process::{Command, Output};
use std::time::Duration;

/// Loads a slow service, from a shell that does `before` first.
fn run(before: &str, server: &Server) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let gates = format!(
        "version: 1
project: limits
loads:
  load:
    url: {}
    arrivals: {{ rate: 200/s, for: 500ms, warmup: 0s, connections: 200, threads: 1 }}
    steps: [ {{ get: / }} ]
gates:
  - {{ series: load/latency/p99, limit: {{ max: 1ms }} }}
",
        server.url()
    );
    std::fs::write(folder.path().join("gates.yaml"), gates).unwrap();
    let line = format!(
        "{before}; exec {} run --no-store --quiet --format json",
        env!("CARGO_BIN_EXE_pacegate")
    );
    Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output().unwrap()
}

#[test]
fn too_few_descriptors_make_a_load_inconclusive() {
    let server = Server::start(|_| Reply { after: Duration::from_secs(1), ..Reply::keep(OK) });
    let output = run("ulimit -n 64", &server);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let bundle: Bundle = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(bundle.verdict, Verdict::Inconclusive);
    let validity = bundle.run.targets[0].validity.as_ref().unwrap();
    let dropped =
        |fact: &ValidityFact| matches!(fact, ValidityFact::Dropped { count } if *count > 0);
    assert!(validity.broken.iter().any(dropped), "{validity:?}");
    assert!(server.requests() > 0, "some were sent");
}
