//! What goes wrong in real pipelines: a clear message, the right exit code, nothing lost.

use std::path::Path;

use crate::dir::{Dir, Ended, free_port};

/// A configuration with one command benchmark `job` of the given shell line.
fn job(line: &str) -> String {
    format!(
        "version: 1
project: p
benchmarks:
  job: {{ command: {{ run: [sh, -c, {line:?}], warmup: 0, samples: 3, timeout: 2s }} }}
gates: [ {{ series: 'job/wall', limit: {{ max: 10s }} }} ]
reports: [ {{ json: bundle.json }} ]
"
    )
}

/// A configuration with one load on a service of the given shell line.
fn load(line: &str, ready: &str) -> String {
    format!(
        "version: 1
project: p
services:
  api: {{ command: [sh, -c, {line:?}], ready: '{ready}', ready_within: 2s }}
loads:
  browse: {{ service: api, arrivals: {{ rate: 20/s, for: 1s, warmup: 0s }}, steps: [ {{ get: / }} ] }}
gates: [ {{ series: 'browse/*', limit: {{ max: 10 }} }} ]
"
    )
}

#[test]
fn configurations_that_cannot_be_used_say_where_and_what_to_do() {
    let check = |config: &str, texts: &[&str]| {
        Dir::with(config).run("run").check(2, texts);
    };
    Dir::new().run("run").check(2, &["gates.yaml: failed to read", "pacegate init"]);
    let valid = job("true");
    check(
        &valid.replace("samples", "sampels"),
        &["4:", "unknown key `sampels`", "did you mean `samples`?"],
    );
    check(&valid.replace("warmup: 0", "samples: 3"), &["key `samples` is written twice"]);
    check(&valid.replace("10s", "250 parsecs"), &["5:", "parsecs"]);
    check(&valid.replace("job/wall", "jbo/wall"), &["can match no series", "did you mean `job`?"]);
    check(
        "version: 1\nproject: p\ngates: [ { series: '*', regression: {} } ]\n",
        &["nothing to measure"],
    );
}

#[test]
fn a_gate_that_matches_nothing_fails_with_the_nearest_series() {
    let dir = Dir::with(&job("true").replace("job/wall", "job/wal"));
    dir.run("run").check(1, &["MISSING", "job/wal", "job/wall"]);
}

#[test]
fn commands_that_are_missing_hang_or_die_are_errors_and_the_others_still_measured() {
    let check = |line: &str, texts: &[&str]| {
        let dir = Dir::with(&job(line).replace(
            "gates:",
            "  fine: { command: { run: ['true'], warmup: 0, samples: 3 } }\ngates:",
        ));
        dir.run("run").check(5, &["ERROR"]).check(5, texts);
        let bundle = dir.json("bundle.json");
        assert_eq!(bundle["run"]["failures"][0]["target"], "job");
        assert_eq!(bundle["run"]["targets"][0]["name"], "fine");
    };
    check("echo why >&2; exit 3", &["exit", "3", "why"]);
    check("sleep 60", &["longer than 2s"]);
    check("kill -9 $$", &["SIGKILL"]);
    let dir = Dir::with(&job("true").replace("[sh, -c, \"true\"]", "[no-such-program]"));
    dir.run("run").check(5, &["no-such-program"]);
}

#[test]
fn a_service_that_never_gets_ready_dies_or_is_not_alone_is_an_error_with_its_log() {
    let port = free_port();
    let ready = format!("http://127.0.0.1:{port}/");
    let check = |line: &str, texts: &[&str]| {
        Dir::with(&load(line, &ready)).run("run").check(5, texts);
    };
    check("echo starting; sleep 60", &["ERROR", "not ready within 2s", "starting"]);
    check("echo no database >&2; exit 4", &["no database", "4"]);
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).expect("take the port");
    check("sleep 60", &["ERROR"]);
}

#[test]
fn a_service_that_dies_during_the_load_is_not_a_pass() {
    let port = free_port();
    let server = format!(
        "import http.server, os, threading
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header('content-length', '0'); self.end_headers()
    def log_message(self, *a): pass
threading.Timer(1.0, lambda: os._exit(7)).start()
http.server.ThreadingHTTPServer(('127.0.0.1', {port}), H).serve_forever()
"
    );
    let dir = Dir::with(
        &load("exec python3 server.py", &format!("http://127.0.0.1:{port}/"))
            .replace("for: 1s", "for: 3s"),
    );
    dir.write("server.py", server);
    let ended = dir.run("run");
    assert!(matches!(ended.code, Some(1 | 5)), "{ended:?}");
}

#[test]
fn a_service_that_fails_every_request_is_not_a_fast_one() {
    let port = free_port();
    let server = "import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/ready' else 500)
        self.send_header('content-length', '0'); self.end_headers()
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever()
";
    let ready = format!("http://127.0.0.1:{port}/ready");
    let dir = Dir::with(&load(&format!("exec python3 server.py {port}"), &ready));
    dir.write("server.py", server);
    dir.run("run").check(5, &["ERROR", "every one of 20 requests failed (20 × status 500)"]);
}

#[test]
fn children_that_a_service_leaves_behind_are_ended() {
    let port = free_port();
    let server = format!(
        "setsid sleep 300 & echo $! > child.pid; exec python3 -m http.server {port} --bind 127.0.0.1"
    );
    let dir = Dir::with(&load(&server, &format!("http://127.0.0.1:{port}/")));
    dir.run("run");
    let id = dir.read("child.pid");
    assert!(!Path::new("/proc").join(id.trim()).exists(), "process {id} is still there");
}

#[test]
fn criterion_output_that_is_empty_or_half_written_is_an_error() {
    let check = |line: &str, texts: &[&str]| {
        let config = job("true").replace(
            "job: { command: { run: [sh, -c, \"true\"], warmup: 0, samples: 3, timeout: 2s } }",
            &format!("job: {{ criterion: {{ command: [sh, -c, {line:?}], output: out }} }}"),
        );
        Dir::with(&config).run("run").check(5, texts);
    };
    check("true", &["ERROR", "job"]);
    let half = "mkdir -p out/a/new; echo '{\"group_id\":\"a\",\"function_id\":null,\"value_str\":null,\"throughput\":null,\"full_id\":\"a\",\"directory_name\":\"a\",\"title\":\"a\"}' > out/a/new/benchmark.json; printf '{\"sampling_mode\":\"Flat\",\"iters\":[1.0,' > out/a/new/sample.json";
    check(half, &["ERROR", "sample.json"]);
}

#[test]
fn databases_that_cannot_be_used_are_left_as_they_are() {
    let check = |prepare: &dyn Fn(&Path), texts: &[&str]| {
        let dir = Dir::with(&job("touch measured"));
        let path = dir.path(".pacegate/history.db");
        std::fs::create_dir_all(dir.path(".pacegate")).unwrap();
        prepare(&path);
        let before = std::fs::read(&path).ok();
        dir.run("run").check(5, &["history.db"]).check(5, texts);
        assert_eq!(std::fs::read(&path).ok(), before, "the file was touched");
        assert!(!dir.path("measured").exists(), "found before measuring");
    };
    check(&|path| std::fs::write(path, "not a database, by far").unwrap(), &["not"]);
    check(&|path| std::fs::create_dir(path).unwrap(), &["directory"]);
    check(
        &|path| {
            let other = rusqlite::Connection::open(path).unwrap();
            other.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").unwrap();
        },
        &["another program"],
    );
}

#[test]
fn an_empty_history_is_told_and_judges_nothing() {
    let dir = Dir::with(&job("true"));
    dir.run("run").check(0, &[]);
    let run = dir.run("history export").check(0, &[]).out;
    dir.write("run.json", run);
    let path = dir.write(".pacegate/history.db", "");
    for verb in ["check", "check --head run.json", "history list", "history export"] {
        dir.run(verb).check(5, &["failed to open store", "history.db", "it is empty"]);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0, "{verb}");
    }
    let told = "history.db` was there and empty, so this run begins a new one";
    dir.run("run").check(0, &[told]);
    assert!(!dir.run("run").check(0, &[]).out.contains("begins a new one"));
    dir.run("check").check(0, &[]);
}

#[test]
fn a_damaged_history_is_found_before_measuring() {
    let dir = Dir::with(&job("true"));
    dir.run("run").check(0, &[]);
    let database = rusqlite::Connection::open(dir.path(".pacegate/history.db")).unwrap();
    let damaged = database.execute("UPDATE measurement SET sample = x'00'", []).unwrap();
    assert!(damaged > 0);
    drop(database);
    let config = dir.read("gates.yaml").replace("\"true\"", "\"touch measured\"");
    dir.write("gates.yaml", config);
    dir.run("run").check(5, &["history.db"]);
    assert!(!dir.path("measured").exists());
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let dir = Dir::with(&job("true"));
    dir.run("run").check(0, &[]);
    let path = dir.path(".pacegate/history.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    dir.run("run").check(5, &["history.db", "version 99", "update pacegate"]);
}

#[test]
fn a_locked_database_loses_nothing_that_was_measured() {
    let dir = Dir::with(&job("true"));
    dir.run("run").check(0, &[]);
    // Readers do not mind the lock; the run cannot be written, and is kept beside the database.
    let database = rusqlite::Connection::open(dir.path(".pacegate/history.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ended = dir.run("run").check(5, &["failed to lock store", "it is kept in"]);
    database.execute_batch("ROLLBACK").unwrap();
    let kept = ended.err.split('`').find(|part| part.ends_with(".json")).expect("the file's name");
    dir.run(&format!("check --head {kept}")).check(0, &["PASS"]);
}

#[test]
fn a_full_disk_loses_nothing_that_was_stored() {
    let dir = Dir::with(&job("true"));
    dir.run("run").check(0, &[]);
    let before = dir.run("check latest --format json").check(0, &[]).out;
    // The largest file that may be written is smaller than the database with one more run.
    let size = std::fs::metadata(dir.path(".pacegate/history.db")).unwrap().len();
    let limited = format!(
        "trap '' XFSZ; ulimit -f {}; exec {} run",
        size / 512 / 2,
        env!("CARGO_BIN_EXE_pacegate")
    );
    let ended = std::process::Command::new("sh")
        .args(["-c", &limited])
        .current_dir(dir.root())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    Ended::new(ended).check(5, &["history.db"]);
    let after = dir.run("check latest --format json").check(0, &[]).out;
    assert_eq!(before, after, "the stored run is as it was");
}

#[test]
fn a_history_that_the_measured_command_takes_away_is_told_and_the_run_kept() {
    let check = |line: &str| {
        let dir = Dir::with(&job("true"));
        dir.run("run").check(0, &[]);
        dir.write("gates.yaml", job(line));
        let ended = dir.run("run").check(5, &["removed or replaced", "it is kept in"]);
        let kept = ended.err.split('`').find(|part| part.ends_with(".json")).expect("its name");
        assert!(Path::new(kept).is_file(), "{kept}");
    };
    check("rm -rf .pacegate");
    check("mv .pacegate old && cp -r old .pacegate");
}

#[test]
fn a_file_size_limit_is_an_error_and_not_the_end() {
    let dir = Dir::with(&job("true"));
    let limited = format!("ulimit -f 1; exec {} run", env!("CARGO_BIN_EXE_pacegate"));
    let mut command = std::process::Command::new("sh");
    let output = command.args(["-c", &limited]).current_dir(dir.root()).output().unwrap();
    Ended::new(output).check(5, &["history.db"]);
}

#[test]
fn reports_replace_neither_the_configuration_nor_the_history() {
    let check = |path: &str| {
        let dir = Dir::with(&job("true").replace("bundle.json", path));
        dir.run("run").check(2, &["failed to prepare the report", "lies there"]);
        assert!(dir.read("gates.yaml").contains("version: 1"));
    };
    check("gates.yaml");
    check("x/../gates.yaml");
    check("x/../.pacegate/history.db");
    check(".pacegate/history.db-wal");
}

#[test]
fn pipes_that_nobody_serves_are_not_waited_for() {
    let fifo = |dir: &Dir, name: &str| {
        let made = std::process::Command::new("mkfifo").arg(dir.path(name)).status().unwrap();
        assert!(made.success());
    };
    let dir = Dir::with(&job("true").replace("bundle.json", "pipe"));
    fifo(&dir, "pipe");
    dir.run("run").check(0, &["PASS", "failed to write the report"]);
    // A configuration may come through a pipe; waiting for it ends with the first signal.
    let dir = Dir::new();
    fifo(&dir, "gates.yaml");
    let child = dir.start("run");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let id = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
    Ended::new(child.wait_with_output().unwrap()).check(130, &["interrupted"]);
}

#[test]
fn a_report_path_that_cannot_be_written_is_found_before_measuring() {
    let check = |path: &str| {
        let dir = Dir::with(&job("touch measured").replace("bundle.json", path));
        dir.write("file", "");
        dir.run("run").check(2, &["failed to prepare the report", "reports"]);
        assert!(!dir.path("measured").exists());
    };
    check("file/bundle.json");
    check(".");
    check("/proc/bundle.json");
}

#[test]
fn a_report_that_fails_at_the_end_is_told_and_changes_no_verdict() {
    // The command takes the directory of the report away while it is measured.
    let dir = Dir::with(
        &job("rm -rf reports; echo > reports").replace("bundle.json", "reports/bundle.json"),
    );
    dir.run("run").check(0, &["PASS", "failed to write the report"]);
    std::fs::remove_file(dir.path("reports")).unwrap();
    dir.run("run --require-report").check(6, &["failed to write the report"]);
}

#[test]
fn stdout_that_closes_early_changes_no_verdict() {
    let dir = Dir::with(&job("exit 1"));
    let mut child = dir.start("run");
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(5));
}

#[test]
fn stdout_that_cannot_be_written_changes_no_verdict() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let check = |line: &str, args: &str, code: i32| {
        let dir = Dir::with(&job(line));
        let output = dir.command(args).stdout(full()).output().unwrap();
        Ended::new(output).check(code, &["failed to write to stdout"]);
    };
    check("exit 1", "run", 5);
    check("true", "run", 0);
    check("true", "run --require-report", 6);
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let dir = Dir::with(&job("true"));
    dir.run("").check(2, &["Usage"]);
    dir.run("rnu").check(2, &["unrecognized subcommand"]);
    dir.run("run --only nothing").check(2, &["matches no benchmark or load", "`job`"]);
    dir.run("run --only [").check(2, &["not a glob"]);
    dir.run("check 0123").check(2, &["no run of project `p` is stored in"]);
    dir.run("run").check(0, &[]);
    dir.run("check ffff").check(2, &["begins with `ffff`"]);
    dir.run("report nowhere.json").check(2, &["nowhere.json"]);
}

#[test]
fn init_replaces_nothing_unasked() {
    let dir = Dir::new();
    dir.run("init").check(0, &["Wrote gates.yaml"]);
    let first = dir.read("gates.yaml");
    dir.run("init").check(2, &["exists already", "--force"]);
    dir.run("init --force").check(0, &[]);
    assert_eq!(first, dir.read("gates.yaml"));
    dir.run("run").check(0, &["NO-BASELINE"]);
    dir.run("init --config new/gates.yaml").check(0, &["Wrote new/gates.yaml"]);
    dir.run("init --config gates.yaml/x").check(2, &["failed to write `gates.yaml/x`"]);
}
