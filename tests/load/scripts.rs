//! Scripts of the user's own: locustfiles run by the real Locust, and k6 by what it writes.
//!
//! k6 itself is not run here: a stand-in writes samples in the documented format.

use crate::locust;
use crate::server::{OK, Reply, Server};
use crate::{broken, errors, histogram, kinds, plan, run_with};
use pacegate::config::{K6Plan, LoadPlan, LocustPlan, Traffic};
use pacegate::measure::Stop;
use pacegate::measure::load::LoadError;
use pacegate::model::{Data, Engine, Target, ValidityFact};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A program that stands in for another one.
fn stand_in(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn k6(url: String, folder: &Path) -> LoadPlan {
    let k6 = K6Plan {
        script: folder.join("load.js"),
        args: vec!["--vus".to_owned(), "2".to_owned()],
        env: BTreeMap::from([("PATH".to_owned(), format!("{}:/usr/bin:/bin", folder.display()))]),
        pass_env: vec![],
        cwd: folder.to_owned(),
        within: Duration::from_secs(20),
        gate_latency: false,
    };
    LoadPlan { traffic: Traffic::K6(k6), journeys: vec![], ..plan(url, 1.0, 1.0) }
}

fn run(plan: &LoadPlan) -> Result<Target, LoadError> {
    run_with(plan, &Stop::new(), &|_| ())
}

const URL: &str = "http://127.0.0.1:1";

/// Writes samples: two of `GET /a`, and of `POST /b` one that failed; `more` is added.
fn writes(more: &str) -> String {
    let point = |at: &str, metric: &str, value: f64, tags: &str| {
        format!(
            r#"{{"metric":"{metric}","type":"Point","data":{{"time":"2026-11-25T09:00:{at}Z","value":{value},"tags":{{{tags},"scenario":"default","group":""}}}}}}"#
        )
    };
    let good = r#""name":"/a","method":"GET","status":"200","expected_response":"true""#;
    let bad = r#""name":"/b","method":"POST","status":"500","expected_response":"false""#;
    let lines = [
        r#"{"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":[],"submetrics":null},"metric":"http_req_duration"}"#.to_owned(),
        point("00.02", "http_req_duration", 20.0, good),
        point("01.00", "http_req_duration", 40.0, good),
        point("02.00", "http_req_duration", 10.0, bad),
        point("02.00", "http_reqs", 1.0, bad),
        more.to_owned(),
    ];
    format!(
        "for argument; do case $argument in json=*) out=${{argument#json=}};; esac; done\n\
         echo \"$PACEGATE_URL $*\" > asked\ncat > \"$out\" <<'END'\n{}\nEND",
        lines.join("\n").trim_end()
    )
}

#[test]
fn samples_of_k6_are_read() {
    let folder = tempfile::tempdir().unwrap();
    stand_in(folder.path(), "k6", &writes(""));
    let target = run(&k6(URL.to_owned(), folder.path())).unwrap();
    assert_eq!((target.engine, broken(&target)), (Engine::K6, &[][..]), "{target:?}");
    assert!(target.validity.as_ref().unwrap().under_counts);
    assert_eq!(errors(&target, "errors"), (1, 3));
    assert_eq!(errors(&target, "get-a/errors"), (0, 2));
    assert_eq!(kinds(&target), BTreeMap::from([("status 500".to_owned(), 1)]));
    let slowest = histogram(&target, "get-a/latency").quantile(1.0);
    assert!((slowest - 0.04).abs() < 1e-4, "{slowest}");
    let Data::Sample(throughput) = &target.measurement("throughput").unwrap().data else {
        panic!()
    };
    // From the first request's begin to the last one's end.
    assert!((throughput.values().next().unwrap() - 1.0).abs() < 1e-6, "{throughput:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    let script = folder.path().join("load.js");
    assert!(asked.starts_with("http://127.0.0.1:1 run --quiet --out json="), "{asked}");
    assert!(asked.trim_end().ends_with(&format!("--vus 2 {}", script.display())), "{asked}");
}

#[test]
fn arrivals_that_k6_dropped_break_validity() {
    let folder = tempfile::tempdir().unwrap();
    let dropped = r#"{"metric":"dropped_iterations","type":"Point","data":{"time":"2026-11-25T09:00:01Z","value":7,"tags":{"scenario":"default"}}}"#;
    stand_in(folder.path(), "k6", &writes(dropped));
    let target = run(&k6(URL.to_owned(), folder.path())).unwrap();
    assert_eq!(broken(&target), [ValidityFact::Dropped { count: 7 }]);
}

#[test]
fn what_k6_cannot_do_is_told() {
    let check = |script: Option<&str>, expected: &str| {
        let folder = tempfile::tempdir().unwrap();
        if let Some(script) = script {
            stand_in(folder.path(), "k6", script);
        }
        let error = run(&k6(URL.to_owned(), folder.path())).unwrap_err().to_string();
        assert!(error.contains("load engine `k6`") && error.contains(expected), "{error}");
    };
    check(None, "failed to run `k6`: it is not in PATH");
    check(Some("echo no such script >&2; exit 107"), "it exited with code 107");
    check(Some("echo no such script >&2; exit 107"), "no such script");
    check(Some("exit 99"), "a threshold of the script was crossed");
    check(Some("exit 0"), "failed to read its result");
    check(Some(&writes("nonsense\nmore")), "line 6");
    let cut_off = format!("{}\nprintf '{{\"metric\":\"http_req_du' >> \"$out\"", writes(""));
    check(Some(&cut_off), "its result ends in the middle of a line");
    let nothing =
        "for argument; do case $argument in json=*) : > \"${argument#json=}\";; esac; done";
    check(Some(nothing), "its script made no HTTP request");
    let folder = tempfile::tempdir().unwrap();
    stand_in(folder.path(), "k6", &writes(""));
    let error = run(&k6("http://192.0.2.1".to_owned(), folder.path())).unwrap_err();
    assert!(matches!(error, LoadError::Forbidden { .. }), "{error}");
}

#[test]
fn a_locustfile_is_run_by_locust() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap_or_default() {
        "/bad" => Reply::keep(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        _ => Reply { after: Duration::from_millis(20), ..Reply::keep(OK) },
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("locustfile.py");
    let text = "import os\nfrom locust import FastHttpUser, constant, tag, task\n\
        class Visitor(FastHttpUser):\n    wait_time = constant(0.02)\n    @task\n    def look(self):\n        \
        self.client.get(os.environ[\"LOOK\"] + \"?secret=s\")\n        self.client.get(\"/bad\")\n    \
        @tag(\"never\")\n    @task\n    def never(self):\n        self.client.get(\"/never\")\n";
    std::fs::write(&file, text).unwrap();
    let traffic = Traffic::Locust(LocustPlan {
        file,
        args: ["--exclude-tags", "never"].map(str::to_owned).to_vec(),
        env: [("LOOK".to_owned(), "/good".to_owned())].into(),
        pass_env: vec![],
        users: 2,
        duration: Duration::from_secs(3),
        ramp_up: Duration::ZERO,
        cwd: folder.path().to_owned(),
        gate_latency: true,
    });
    let plan = LoadPlan { traffic, journeys: vec![], ..plan(server.url(), 1.0, 1.0) };
    let target = locust::run(&plan).unwrap();
    assert_eq!(target.engine, Engine::Locust);
    assert!(!target.validity.as_ref().unwrap().under_counts);
    let busy = |fact: &ValidityFact| matches!(fact, ValidityFact::GeneratorBusy { .. });
    assert!(broken(&target).iter().all(busy), "{target:?}");
    let (failed, requests) = errors(&target, "errors");
    // What is under way when Locust ends is not told by it.
    assert!(server.requests() - requests <= 2, "{} for {requests}", server.requests());
    assert_eq!(errors(&target, "get-bad/errors"), (failed, failed));
    assert!(failed > 0 && errors(&target, "get-good/errors").0 == 0);
    assert!(target.measurement("get-never/errors").is_none());
    let latency = histogram(&target, "get-good/latency");
    let least = latency.quantile(0.0);
    assert!((0.0199..0.025).contains(&least), "{least}");
    // Told by the microsecond: no two values are the same whole millisecond.
    let values: Vec<f64> = (1..=5).map(|rank| latency.value_at_rank(rank)).collect();
    assert!(values.iter().any(|value| (value * 1e3).fract() > 1e-3), "{values:?}");
}

#[test]
fn a_locustfile_that_ends_before_its_time_cuts_the_load_short() {
    let server = Server::start(|_| Reply::keep(OK));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("locustfile.py");
    let text = "import gevent\nfrom locust import FastHttpUser, constant, events, task\n\
        class Visitor(FastHttpUser):\n    wait_time = constant(0.02)\n    @task\n    def look(self):\n        \
        self.client.get(\"/\")\n\
        @events.test_start.add_listener\ndef start(environment, **_):\n    \
        gevent.spawn_later(1, lambda: environment.runner.quit())\n";
    std::fs::write(&file, text).unwrap();
    let plan = LoadPlan {
        traffic: Traffic::Locust(LocustPlan {
            file,
            args: vec![],
            env: Default::default(),
            pass_env: vec![],
            users: 1,
            duration: Duration::from_secs(3),
            ramp_up: Duration::ZERO,
            cwd: folder.path().to_owned(),
            gate_latency: true,
        }),
        journeys: vec![],
        ..plan(server.url(), 1.0, 1.0)
    };
    let target = locust::run(&plan).unwrap();
    assert!(target.cut_short && errors(&target, "errors").1 > 0, "{target:?}");
    let cut = |fact: &ValidityFact| matches!(fact, ValidityFact::CutShort { .. });
    assert!(broken(&target).iter().any(cut), "{:?}", target.validity);
}

/// Runs a load by the command line, with that Locust.
fn told_with(locust: &str, load: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("gates.yaml");
    let text = format!(
        "version: 1\nproject: x\nloads: {{ load: {{ url: \"{URL}\", {load} }} }}\n\
         gates: [ {{ series: \"load/errors\", limit: {{ max: 1% }} }} ]\n"
    );
    std::fs::write(&config, text).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_pacegate"))
        .args(["run", "--config"])
        .arg(config)
        .env("PACEGATE_LOCUST", locust)
        .output()
        .unwrap();
    let said = [run.stdout, run.stderr].concat();
    // Reports are broken into lines.
    let said = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    (run.status.code(), said)
}

#[test]
fn a_locust_that_cannot_be_used_is_told() {
    let folder = tempfile::tempdir().unwrap();
    stand_in(folder.path(), "old", "echo locust 2.32.1 from /usr");
    stand_in(folder.path(), "other", "echo not me");
    let distributed = "distributed: { users: 1, for: 1s }, steps: [ { get: / } ]";
    let own = "locust: { file: locustfile.py, users: 1, for: 1s }";
    for load in [distributed, own] {
        for (program, expected) in [
            ("absent", "pip install locust"),
            ("old", "is Locust 2.32, and 2.44 or newer is needed"),
            ("other", "does not tell a version of Locust"),
        ] {
            let path = folder.path().join(program);
            let (code, said) = told_with(&path.to_string_lossy(), load);
            assert!(code == Some(5) && said.contains(expected), "{code:?}: {said}");
        }
    }
}
