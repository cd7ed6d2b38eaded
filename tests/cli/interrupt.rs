//! Ctrl-C and SIGTERM, at any time: exit 130, nothing left running, what was measured kept and marked.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::dir::{Dir, Ended};
use crate::shop_binary;

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("signal the command");
}

/// Waits until stderr says `text`, sends the signal, and gives how it ended.
fn interrupt(dir: &Dir, args: &str, text: &str, signal: Signal) -> Ended {
    let mut child = dir.start(args);
    let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
    let mut seen = String::new();
    loop {
        let Some(line) = lines.next() else { panic!("never said `{text}`:\n{seen}") };
        let line = line.expect("a line of stderr");
        seen = seen + &line + "\n";
        if line.contains(text) {
            break;
        }
    }
    send(&child, signal);
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let mut ended = Ended::new(child.wait_with_output().expect("wait for the command"));
    ended.err = seen + &rest.join("\n");
    ended
}

fn stored_runs(dir: &Dir) -> Ended {
    dir.run("check latest --format json")
}

#[test]
fn a_command_benchmark_keeps_the_samples_it_has() {
    let dir = Dir::with(
        "version: 1
project: p
benchmarks:
  quick: { command: { run: [sh, -c, 'exit 0'], warmup: 0, samples: 3 } }
  slow: { command: { run: [sh, -c, 'echo $$ > slow.pid; sleep 60'], warmup: 0, samples: 3 } }
  never: { command: { run: [touch, never], warmup: 0, samples: 3 } }
gates: [ { series: '*/wall', limit: { max: 10s } } ]
",
    );
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        interrupt(&dir, "run", "slow", signal).check(130, &["INCONCLUSIVE", "quick/wall"]);
        assert!(!dir.path("never").exists(), "nothing is begun after the interrupt");
        let bundle: serde_json::Value = serde_json::from_str(&stored_runs(&dir).out).unwrap();
        assert_eq!(bundle["run"]["cut_short"], true);
        assert_eq!(bundle["run"]["targets"][0]["name"], "quick");
    }
}

#[test]
fn a_load_is_kept_as_far_as_it_came_and_its_service_is_ended() {
    let port = free_port();
    let dir = Dir::with(&format!(
        "version: 1
project: p
services:
  shop: {{ command: [{:?}, --port, '{port}', --products, '60'], ready: 'http://127.0.0.1:{port}/health' }}
loads:
  browse:
    service: shop
    arrivals: {{ rate: 100/s, for: 60s, warmup: 0s }}
    steps: [ {{ get: /products }} ]
gates: [ {{ series: '*', regression: {{}} }} ]
",
        shop_binary::path()
    ));
    interrupt(&dir, "run", "browse", Signal::SIGINT).check(130, &[]);
    std::net::TcpListener::bind(("127.0.0.1", port)).expect("the shop has left its port");
    let bundle: serde_json::Value = serde_json::from_str(&stored_runs(&dir).out).unwrap();
    assert_eq!(bundle["run"]["cut_short"], true);
}

#[test]
fn a_service_that_is_not_ready_yet_is_ended() {
    let port = free_port();
    let dir = Dir::with(&format!(
        "version: 1
project: p
services:
  lazy: {{ command: [sh, -c, 'echo $$ > lazy.pid; exec sleep 60'], ready: 'http://127.0.0.1:{port}/' }}
loads:
  browse:
    service: lazy
    arrivals: {{ rate: 10/s, for: 1s }}
    steps: [ {{ get: / }} ]
gates: [ {{ series: '*', regression: {{}} }} ]
"
    ));
    interrupt(&dir, "run", "lazy", Signal::SIGINT).check(130, &[]);
    if let Ok(id) = std::fs::read_to_string(dir.path("lazy.pid")) {
        let id = Pid::from_raw(id.trim().parse().expect("a process id"));
        assert!(kill(id, None).is_err(), "the service has ended");
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("find a free port");
    listener.local_addr().expect("its address").port()
}
