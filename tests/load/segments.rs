//! A load that several machines send together: child processes here, each with its segment.

use crate::histogram;
use crate::merging::segment;
use crate::server::{OK, Reply, Server};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pacegate::model::{Histogram, Segment};
use pacegate::pipeline::{read_run, read_segment};
use pacegate::report::json_document;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Where the command runs.
struct Place(TempDir);

impl Place {
    fn with(config: &str) -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        std::fs::write(place.path("gates.yaml"), config).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pacegate"));
        command.args(args.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("PACEGATE_CONFIG").env("NO_COLOR", "1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end, which its exit code and texts are checked of.
    #[track_caller]
    fn check(&self, args: &str, code: i32, texts: &[&str]) -> String {
        ended(&self.command(args).output().unwrap(), code, texts)
    }
}

#[track_caller]
fn ended(output: &Output, code: i32, texts: &[&str]) -> String {
    let both = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let said = both.concat().replace('\u{a0}', " ");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(code), "{said}");
    for text in texts {
        assert!(said.contains(text), "no `{text}` in {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn at(seconds: i64) -> String {
    (OffsetDateTime::now_utc() + Duration::seconds(seconds)).format(&Rfc3339).unwrap()
}

/// A load of 150 journeys, 120 of them measured, each of which takes a row of its own.
fn config(url: &str) -> String {
    format!(
        "version: 1
project: p
loads:
  l:
    url: {url}
    data: [ {{ file: rows.csv }} ]
    arrivals: {{ rate: 60/s, for: 2s, warmup: 500ms, threads: 2 }}
    journeys:
      one: {{ weight: 2, steps: [ {{ get: '/row/${{row}}' }} ] }}
      two: {{ steps: [ {{ get: '/row/${{row}}' , name: first }}, {{ get: /more }} ] }}
gates: [ {{ series: l/errors, limit: {{ max: 50% }} }}, {{ series: 'l/latency/p95', limit: {{ max: 60s }} }} ]
"
    )
}

#[test]
fn three_segments_are_the_whole_load() {
    let asked = Arc::new(Mutex::new(Vec::<String>::new()));
    let paths = Arc::clone(&asked);
    let server = Server::start(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        paths.lock().unwrap().push(path);
        Reply::keep(OK)
    });
    let place = Place::with(&config(&server.url()));
    let rows: String = (0..150).map(|row| format!("{row}\n")).collect();
    std::fs::write(place.path("rows.csv"), format!("row\n{rows}")).unwrap();
    let start = at(5);
    let children: Vec<_> = (1..=3)
        .map(|own| {
            let args = format!("load l --segment {own}/3 --start-at {start} --out {own}.json");
            place.command(&args).spawn().unwrap()
        })
        .collect();
    for child in children {
        ended(
            &child.wait_with_output().unwrap(),
            0,
            &["l: segment", "/3 sent;", "0 % of them failed"],
        );
    }
    let asked = asked.lock().unwrap();
    let mut rows: Vec<u32> =
        asked.iter().filter_map(|path| path.strip_prefix("/row/")?.parse().ok()).collect();
    rows.sort_unstable();
    assert_eq!(rows, (0..150).collect::<Vec<_>>(), "each arrival once, by its number of all");

    let said =
        place.check("merge 3.json 1.json 2.json --out run.json", 0, &["l: 3 of 3 segments merged"]);
    let parts = [1, 2, 3].map(|own| read_segment(&place.path(&format!("{own}.json"))).unwrap());
    let whole = read_run(&place.path("run.json")).unwrap();
    let load = &whole.targets[0];
    for metric in ["latency", "service", "first/latency", "get-more/service"] {
        let mut merged = Histogram::default();
        parts.iter().for_each(|part| merged.merge(histogram(&part.run.targets[0], metric)));
        assert_eq!(histogram(load, metric), &merged, "{metric}");
    }
    let timeline = load.course.timeline.as_ref().unwrap();
    let of_timeline: u64 =
        timeline.intervals.iter().filter_map(|i| Some(i.latency.as_ref()?.count())).sum();
    assert_eq!((timeline.intervals.len(), of_timeline), (2, histogram(load, "latency").count()));
    let measured: u64 = parts.iter().map(Segment::requests).sum();
    assert_eq!(histogram(load, "latency").count(), measured);
    // Of 150 journeys 30 warm up, and which of them make a second step depends on their number alone.
    let unmeasured = asked.len() as u64 - measured;
    assert!((30..=60).contains(&unmeasured) && measured > 120, "{measured} of {}", asked.len());
    let validity = load.validity.as_ref().unwrap();
    assert!((validity.asked_rate - 60.0).abs() < 1e-9, "{validity:?}");

    // The machine that runs this may be too busy for a valid load, and then that is told.
    let verdict = if validity.broken.is_empty() { "PASS" } else { "INCONCLUSIVE" };
    assert_eq!(said.contains("not valid"), verdict == "INCONCLUSIVE", "{said}");
    place.check("check --head run.json", 0, &[verdict, "l/latency/p95"]);
    place.check("check --head run.json --keep", 0, &[verdict]);
    place.check("check --head run.json --keep", 0, &[verdict]);
    place.check("check latest", 0, &[verdict, "l/latency/p95"]);

    place.check(
        "merge 1.json 3.json --out part.json",
        0,
        &["l: 2 of 3 segments merged", "not valid: segment 2/3 is missing", "merge every segment"],
    );
    place.check("check --head part.json", 0, &["INCONCLUSIVE", "segment 2/3 is missing"]);
    place.check("check --head part.json --strict", 3, &["INCONCLUSIVE"]);
}

#[test]
fn one_segment_is_a_load_of_its_own() {
    let server = Server::start(|_| Reply::keep(OK));
    let place = Place::with(&format!(
        "version: 1
project: p
loads: {{ l: {{ url: '{}', arrivals: {{ rate: 50/s, for: 1s, warmup: 0s }}, steps: [ {{ get: / }} ] }} }}
gates: [ {{ series: '*/p95', limit: {{ max: 60s }} }} ]
",
        server.url()
    ));
    place.check("load l --start-at +1s -o deep/one.json", 0, &["l: sent; 50 requests"]);
    place.check("merge deep/one.json -o run.json", 0, &["l: 1 of 1 segments merged; 50 requests"]);
    assert_eq!(server.requests(), 50);
    // It is defined as one that `run` sends.
    place.check("run", 0, &["l/latency/p95"]);
    let run = read_run(&place.path("run.json")).unwrap();
    let bundle = place.command("check latest --format json").output().unwrap().stdout;
    let bundle: serde_json::Value = serde_json::from_slice(&bundle).unwrap();
    assert_eq!(bundle["run"]["targets"][0]["definition"], run.targets[0].definition.as_str());
    place.check("check latest --baseline run.json", 0, &["l/latency/p95"]);
}

#[test]
fn a_merged_run_that_is_kept_serves_as_a_baseline() {
    let place = Place::with(
        "version: 1
project: p
loads: { l: { url: 'http://127.0.0.1:1', arrivals: { rate: 5/s, for: 2s }, steps: [ { get: / } ] } }
gates: [ { series: l/latency/p95, regression: { max: 10% } } ]
",
    );
    let merge = |run: u128, milliseconds: u64| {
        for number in [1, 2] {
            let mut part = segment(number, 2, milliseconds);
            part.run.id = Uuid::from_u128(run);
            std::fs::write(
                place.path(&format!("part{number}.json")),
                json_document(&part).unwrap(),
            )
            .unwrap();
        }
        place.check(
            &format!("merge part1.json part2.json --out {run}.json"),
            0,
            &["2 of 2 segments"],
        );
    };
    merge(1, 20);
    merge(2, 20);
    let baseline = |args: &str| {
        let output =
            place.command(&format!("check --head 2.json --format json{args}")).output().unwrap();
        let bundle: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        bundle["baseline_runs"].clone()
    };
    place.check(
        "check --head part1.json",
        2,
        &["a segment of a load; `pacegate merge` makes a run"],
    );
    place.check("merge part1.json --out ./part1.json", 2, &["it is one of the segments"]);
    std::fs::hard_link(place.path("part1.json"), place.path("other-name.json")).unwrap();
    place.check("merge part1.json --out other-name.json", 2, &["it is one of the segments"]);
    let written = std::fs::read(place.path("gates.yaml")).unwrap();
    place.check("load l --out ./gates.yaml", 2, &["the configuration lies there"]);
    assert_eq!(std::fs::read(place.path("gates.yaml")).unwrap(), written);
    assert_eq!(baseline(""), serde_json::json!([]));
    place.check("check --head 1.json", 0, &["NO-BASELINE"]);
    assert_eq!(baseline(""), serde_json::json!([]), "what is only checked is not kept");
    place.check("check --head 1.json --keep", 0, &["NO-BASELINE"]);
    let run: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place.path("1.json")).unwrap()).unwrap();
    assert_eq!(baseline(""), serde_json::json!([run["id"]]));
    assert_eq!(baseline(" --baseline 1.json"), serde_json::json!([run["id"]]));
    place.check("check --head 2.json --baseline 1.json --keep", 2, &["cannot be used with"]);
    place.check("check --keep", 2, &["--head"]);
}

#[test]
fn an_interrupt_while_waiting_leaves_nothing() {
    let server = Server::start(|_| Reply::keep(OK));
    let place = Place::with(&config(&server.url()));
    std::fs::write(place.path("rows.csv"), "row\n1\n").unwrap();
    let args = format!("load l --segment 2/3 --start-at {} --out 2.json", at(600));
    let mut child = place.command(&args).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let plan = told.find(|line| line.as_ref().unwrap().contains("segment 2/3 of 60/s for 2s"));
    assert!(plan.unwrap().unwrap().contains(", from 20"));
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(told.any(|line| line.unwrap().contains("interrupted before anything was measured")));
    assert_eq!((place.path("2.json").exists(), server.requests()), (false, 0));
}

#[test]
fn what_cannot_be_sent_is_told_before_anything_is() {
    let server = Server::start(|_| Reply::keep(OK));
    let place = Place::with(&format!(
        "version: 1
project: p
loads:
  l: {{ url: '{url}', arrivals: {{ rate: 50/s, for: 1s }}, steps: [ {{ get: / }} ] }}
  u: {{ url: '{url}', users: {{ count: 1, for: 1s }}, steps: [ {{ get: / }} ] }}
  c: {{ url: '{url}', mode: {{ capacity: {{ slo: 'p95 < 1s', from: 1/s, to: 2/s }} }}, steps: [ {{ get: / }} ] }}
gates: [ {{ series: '*', limit: {{ max: 1 }} }} ]
",
        url = server.url()
    ));
    let check = |args: &str, why: &str| {
        place.check(&format!("load {args} --out out.json"), 2, &[why]);
        assert!(!place.path("out.json").exists());
    };
    check("none", "has no load `none`; it has `l`, `u`, `c`");
    check("u", "load `u` is of `users`, and `pacegate load` sends `arrivals` only");
    check("c", "load `c` is of a search for capacity");
    check("l --segment 4/3", "such as `2/3`");
    check("l --segment 2/3", "every segment begins at the same time");
    check("l --segment 2/3 --start-at +10s", "segments begin at the same time");
    check("l --start-at yesterday", "write a time such as");
    check("l --start-at 2020-01-01T00:00:00Z", "has passed; agree on a later one");
    check("l --start-at 2999-01-01T00:00:00Z", "more than a day off");
    std::fs::create_dir(place.path("folder")).unwrap();
    place.check("load l --out folder", 2, &["failed to prepare `folder`, which `--out` names"]);
    place.check("merge none.json --out out.json", 2, &["failed to read `none.json`"]);
    place.check("merge none.json --out folder", 2, &["failed to prepare `folder`"]);
    assert_eq!(server.requests(), 0);
}
