//! Ctrl-C and SIGTERM, at any time: exit 130, nothing left running, what was measured kept and marked.

use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::dir::{Dir, Ended, free_port};
use crate::shop_binary;

pub(crate) fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("signal the command");
}

/// Waits until something is there.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{what} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The process id that a file comes to hold.
pub(crate) fn pid(dir: &Dir, name: &str) -> Pid {
    wait_for(name, || {
        let text = std::fs::read_to_string(dir.path(name)).ok()?;
        text.strip_suffix('\n')?.parse().ok().map(Pid::from_raw)
    })
}

pub(crate) fn is_gone(id: Pid) -> bool {
    kill(id, None).is_err()
}

/// Sends the signal once `ready`, and gives how the command ended.
fn interrupt(dir: &Dir, signal: Signal, ready: impl FnOnce()) -> Ended {
    let child = dir.start("run");
    ready();
    send(&child, signal);
    Ended::new(child.wait_with_output().expect("wait for the command"))
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
        let mut slow = None;
        let ended = interrupt(&dir, signal, || slow = Some(pid(&dir, "slow.pid")));
        ended.check(130, &["INCONCLUSIVE", "quick/wall"]);
        assert!(slow.is_some_and(is_gone), "the command has ended");
        std::fs::remove_file(dir.path("slow.pid")).unwrap();
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
    // Ready is when the shop answers; the load's own requests follow at once.
    let answers =
        || wait_for("the shop", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    interrupt(&dir, Signal::SIGINT, || drop(answers())).check(130, &[]);
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
    let mut lazy = None;
    interrupt(&dir, Signal::SIGINT, || lazy = Some(pid(&dir, "lazy.pid"))).check(130, &[]);
    assert!(lazy.is_some_and(is_gone), "the service has ended");
}

#[test]
fn waiting_for_a_locked_history_can_be_interrupted() {
    let dir = Dir::with(
        "version: 1
project: p
benchmarks: { job: { command: { run: ['true'], warmup: 0, samples: 3 } } }
gates: [ { series: '*', regression: {} } ]
",
    );
    dir.run("run").check(0, &[]);
    let database = rusqlite::Connection::open(dir.path(".pacegate/history.db")).unwrap();
    database.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    database.execute_batch("BEGIN EXCLUSIVE; DELETE FROM failure").unwrap();
    let start = Instant::now();
    // There is no sign of waiting to wait for: a signal before it is no less an interrupt.
    let settled = || std::thread::sleep(Duration::from_secs(1));
    interrupt(&dir, Signal::SIGINT, settled).check(130, &["interrupted"]);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn a_diagnosis_tells_of_the_pairs_that_it_has() {
    let dir = Dir::with(
        "version: 1
project: p
benchmarks:
  slow: { command: { run: [sh, -c, 'echo >> runs; [ $(wc -l < runs) -lt 6 ] && exit; echo $$ > slow.pid; sleep 60'], warmup: 0 } }
gates: [ { series: '*/wall', limit: { max: 10s } } ]
",
    );
    let child = dir.start("doctor --target slow --format json");
    let slow = pid(&dir, "slow.pid");
    send(&child, Signal::SIGINT);
    let ended = Ended::new(child.wait_with_output().expect("wait for the command")).check(130, &[]);
    let diagnosis: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(diagnosis["cut_short"], true);
    assert_eq!(diagnosis["examined"][0]["pairs"], 2);
    assert!(is_gone(slow), "the command has ended");
}
