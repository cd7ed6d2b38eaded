//! The launcher child on its own, as whoever holds its lifeline sees it.

use crate::support::{DAEMON, Folder, NOTE_PID, launcher};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{Child, Command, Stdio};

fn launch(stdin: Stdio) -> Child {
    let mut command = Command::new(launcher());
    command.arg("__exec").stdin(stdin).stdout(Stdio::piped()).spawn().unwrap()
}

/// A process that asks a launcher to run `line`, and then holds the lifeline until it is killed.
fn holder(folder: &Folder, line: &str) -> Child {
    let request = serde_json::json!({
        "program": "/bin/sh",
        "argv": ["sh", "-c", line],
        "cwd": folder.path(),
        "env": { "PATH": std::env::var("PATH").unwrap() },
        "keep_stdout": true,
        "timeout": null,
        "grace": { "secs": 0, "nanos": 300_000_000 },
    });
    Command::new("sh")
        .args(["-c", "printf '%s\\n' \"$0\"; exec sleep 1000", &request.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap())
}

/// Waits until the command has noted that it runs.
fn wait_for_notes(folder: &Folder, count: usize) {
    let begun = std::time::Instant::now();
    while folder.read("pids").lines().count() < count {
        assert!(begun.elapsed().as_secs() < 60, "the command did not start");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[track_caller]
fn check(end: impl FnOnce(&mut Child, &Child)) {
    let folder = Folder::new();
    let line = format!("trap '' HUP; {DAEMON}; {NOTE_PID}; sleep 1000");
    let mut holder = holder(&folder, &line);
    let launcher = launch(holder.stdout.take().unwrap().into());
    wait_for_notes(&folder, 2);
    end(&mut holder, &launcher);
    let output = launcher.wait_with_output().unwrap();
    assert_eq!(folder.wait_until_gone(), 2);
    let _ = (holder.kill(), holder.wait());
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains(r#""cut":"Stopped""#), "{report}");
}

#[test]
fn the_tree_ends_when_the_parent_is_killed() {
    check(|holder, _| holder.kill().unwrap());
}

#[test]
fn the_tree_ends_when_the_launcher_is_told_to_end() {
    check(|_, launcher| kill(pid(launcher), Signal::SIGTERM).unwrap());
}

#[test]
fn what_is_no_request_starts_nothing() {
    for text in ["", "{}", "nonsense\n", "{\"program\":\"/bin/sh\"}\n"] {
        let folder = Folder::new();
        folder.write("request", text);
        let file = std::fs::File::open(folder.path().join("request")).unwrap();
        let output = launch(file.into()).wait_with_output().unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{text}: {output:?}");
    }
}
