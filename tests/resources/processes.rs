//! A real tree behind a real launcher.

use pacegate::measure::resources::{Gathered, Root, Sampler, Watched};
use pacegate::model::{Data, Warning};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A launcher that runs a script, which writes lines into a pipe that we read.
fn launch(script: &str, pipe: &std::path::Path) -> Child {
    let request = serde_json::json!({
        "program": "/bin/sh",
        "argv": ["sh", "-c", script],
        "cwd": pipe.parent().unwrap(),
        "env": { "PATH": std::env::var("PATH").unwrap() },
        "keep_stdout": true,
        "timeout": null,
        "grace": { "secs": 0, "nanos": 300_000_000 },
    });
    let mut launcher = Command::new(env!("CARGO_BIN_EXE_pacegate"))
        .arg("__exec")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(launcher.stdin.as_mut().unwrap(), "{request}").unwrap();
    launcher
}

fn values(gathered: &Gathered, name: &str) -> Vec<f64> {
    let found = gathered.measurements.iter().find(|found| found.metric.name == name);
    match found.map(|found| &found.data) {
        Some(Data::Sample(sample)) => sample.processes()[0].clone(),
        other => panic!("{name} is {other:?} of {:?}", gathered.warnings),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_service_that_works_in_short_lived_children_is_seen_to_work() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let burn = "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done";
    let script = format!("while :; do ({burn}); times; done > pipe");
    let mut launcher = launch(&script, &pipe);
    let mut lines = BufReader::new(std::fs::File::open(&pipe).unwrap()).lines();
    // What its ended children used so far, in user mode and in the kernel.
    let mut burnt = || {
        let line = lines.nth(1).unwrap().unwrap();
        let seconds = line.split_whitespace().map(|word| {
            let (minutes, seconds) = word.trim_end_matches('s').split_once('m').unwrap();
            minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
        });
        seconds.sum::<f64>()
    };
    let watched = Watched { service: Some(Root::Launcher(launcher.id())), ..Watched::default() };
    let sampler = Sampler::start(watched, Duration::from_millis(100));
    let (before, start) = (burnt(), Instant::now());
    let mut after = before;
    while after < before + 1.5 || start.elapsed().as_secs_f64() < 3.0 {
        after = burnt();
    }
    let window = start..Instant::now();
    let cores = (after - before) / (window.end - window.start).as_secs_f64();
    let gathered = sampler.finish(window);
    drop(launcher.stdin.take());
    let _ = launcher.wait();

    let cpu = values(&gathered, "service/cpu");
    let mean = cpu.iter().sum::<f64>() / cpu.len() as f64;
    assert!((0.5..2.0).contains(&(mean / cores)), "{cpu:?} of {cores} cores");
    for name in ["memory", "memory-pss", "peak-memory", "threads", "descriptors"] {
        let values = values(&gathered, &format!("service/{name}"));
        assert!(values.iter().all(|value| *value >= 1.0), "{name}: {values:?}");
    }
    for name in ["service/cpu-user", "service/switches", "service/read", "service/written"] {
        assert!(values(&gathered, name).iter().all(|value| *value >= 0.0));
    }
    assert!(values(&gathered, "generator/memory")[0] > 0.0);
    assert!(!values(&gathered, "generator/cpu").is_empty());
    assert_eq!(gathered.warnings, []);
    let names: std::collections::BTreeSet<_> =
        gathered.measurements.iter().map(|found| &found.metric.name).collect();
    assert_eq!(names.len(), gathered.measurements.len());
}

#[test]
fn what_is_not_there_is_a_warning() {
    let watched = Watched { service: Some(Root::Process(u32::MAX)), ..Watched::default() };
    let start = Instant::now();
    let gathered = Sampler::start(watched, Duration::ZERO).finish(start..Instant::now());
    let service = |warning: &Warning| matches!(warning, Warning::ResourcesUnread { what, .. } if what == "service");
    assert!(gathered.warnings.iter().any(service), "{:?}", gathered.warnings);
    let watched = Watched { cgroup: Some("/absent".into()), ..Watched::default() };
    let gathered = Sampler::start(watched, Duration::ZERO).finish(start..Instant::now());
    assert!(gathered.warnings.iter().any(service), "{:?}", gathered.warnings);
}
