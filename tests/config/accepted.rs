//! What is accepted, and what it means.

use crate::support::{GATES, HEAD, benchmarks, command, gates, load, parse, step, today};
use pacegate::config::{
    self, BenchmarkKind, BodyPlan, Command, ExpectPlan, ExtractPlan, ExtractSource, Plan, Protocol,
    ReportFormat, Rule, Spacing, StoreLocation, ThinkPlan, Traffic,
};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

const EVERYTHING: &str = r#"
version: 1
project: everything
store: sqlite:/var/lib/pacegate.db
services:
  shop:
    command: [./shop, --port, 7878]
    ready: http://LOCALHOST:7878/health
    url: http://127.0.0.1:7878/
    ready_within: 1min
    cwd: server
    env: { LEVEL: warn, WORKERS: 2, QUIET: true }
    pass_env: [HOME, "SHOP_*"]
benchmarks:
  parse/large:
    command:
      run: [./parse, "large file"]
      warmup: 0
      samples: 10
      prepare: [sync]
      cleanup: [rm, -f, out]
      timeout: 1.5 s
      cwd: ..
      env: { RUST_LOG: "" }
      pass_env: ["CARGO_*"]
      ok_exit: [0, 3]
  stats:
    criterion:
      command: [cargo, bench]
      output: target/elsewhere
      timeout: 5min
      cwd: crates/stats
      env: { A: b }
      pass_env: [CARGO_HOME]
loads:
  browse:
    service: shop
    arrivals: { rate: 30/min, for: 20s, connections: 8, warmup: 0s, spacing: poisson, seed: 7 }
    timeout: 250ms
    steps:
      - get: /products?page=2
      - { name: cart, post: /cart, json: { id: 42, tags: [a, ~, 1.5] }, expect: { status: 201 } }
      - { put: /a, form: { a b: c&d }, headers: { X-Trace: 1 }, expect: { status: [200, 204] } }
      - { patch: /b, body: "text" }
      - { head: /c }
      - { delete: /d }
      - { options: /e }
gates:
  - { series: browse/latency/p95, limit: { max: 250ms } }
  - { series: "*", limit: { min: 5, max: 1e3 } }
  - { series: "*/rate", limit: { min: 500 / s }, severity: fail }
  - { series: "*", regression: { max: 5%, floor: 1ms, strict: true }, severity: warn }
  - { series: "stats/*", regression: {} }
  - { series: "stats/*", regression: { max: 10%, against: release } }
  - { series: "stats/*", regression: { against: baseline } }
waivers:
  - { series: "parse/large/*", reason: "new index, see #12", ceiling: 12%, until: 2027-01-31 }
  - { series: "gone/*", reason: removed, until: 2026-11-23 }
reports:
  - json: out/bundle.json
  - junit: out/junit.xml
  - junit-strict: out/strict.xml
  - markdown: out/report.md
  - text: out/report.txt
  - codequality: out/codequality.json
  - openmetrics: out/metrics.txt
  - load-performance: out/load.json
baseline: { branches: [main, "release/*"], runs: 5, release: v1.2 }
base: origin/main
build:
  - [cargo, build, --release]
  - [./assets.sh, "all of them"]
paired: { pairs: 40, time: 5min, segment: 500ms }
"#;

const JOURNEYS: &str = r#"version: 1
project: x
loads:
  shop:
    url: https://shop.example
    ca: certs/ca.pem
    arrivals:
      stages: [ { to: 100/s, for: 10s }, { rate: 100/s, for: 20s }, { from: 50/s, to: 0/s, for: 5s } ]
      protocol: http2
      threads: 2
    cookies: false
    redirects: 3
    data: [ { file: users.csv }, { file: /data/items.json, order: random } ]
    setup: [ { post: /login, json: { user: "${user}" }, extract: { token: "header:X-Token" } } ]
    teardown: [ { post: /logout } ]
    journeys:
      browse:
        weight: 3
        steps:
          - { get: "/products?q=${word}", extract: { id: "$.items[0].id", csrf: "regex:csrf=([0-9]+)" }, think: 1s..3s }
          - { get: "/products/${id}", think: 2s, expect: { status: [200, 304], headers: { Content-Type: json },
              json: { "$.id": "${id}", $.price: 12.5 }, body: oak, size: 64KiB, within: 500ms } }
      buy:
        steps: [ { post: /cart, file: cart.bin, headers: { x-token: "${token}" } } ]
gates: [ { series: "*", regression: {} } ]
"#;

const ELSEWHERE: &str = r#"version: 1
project: x
loads:
  spread:
    url: https://shop.example
    distributed: { users: 200, for: 60s, ramp_up: 10s, workers: 2, expect_workers: 3, listen: "0.0.0.0:5557",
      join_within: 2min, gate_latency: true }
    steps: [ { get: /, extract: { id: "$.items[0]['a b']" } } ]
  script:
    url: http://127.0.0.1:80
    k6: { script: load/k6.js, args: [--vus, 10], env: { SIZE: 3 }, pass_env: [SHOP_*], within: 5min }
  file:
    url: http://127.0.0.1:80
    locust: { file: locustfile.py, users: 20, for: 60s, ramp_up: 10s }
gates: [ { series: "*", regression: {} } ]
"#;

/// Files that are accepted; the schema must accept them too.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("everything", EVERYTHING.to_owned()),
        ("example", include_str!("../../gates.example.yaml").to_owned()),
        ("least", format!("{HEAD}{GATES}")),
        (
            "keys without values",
            format!(
                "{HEAD}store:\nservices:\nbenchmarks:\nloads:\nwaivers:\nreports:\nbaseline:\nbase:\nbuild:\npaired:\n{GATES}"
            ),
        ),
        (
            "JSON",
            r#"{"version":1,"project":"x","gates":[{"series":"*","limit":{"max":0.5}}],}"#
                .to_owned(),
        ),
        ("one document with its marks", format!("%YAML 1.2\n---\n{HEAD}{GATES}...\n")),
        (
            "byte order mark and Windows lines",
            format!("\u{feff}{HEAD}{GATES}").replace('\n', "\r\n"),
        ),
        ("numbers and truth as texts", format!("version: 1\nproject: 2048\n{GATES}")),
        ("numbers as names", benchmarks("  1: { command: { run: [true, 7, 0x1f, 1e3] } }")),
        (
            "aliases",
            benchmarks(
                "  a: &a { command: &c { run: &r [x], samples: 5 } }\n  b: *a\n  c: { command: { run: *r } }",
            ),
        ),
        (
            "merges",
            benchmarks(
                "  a: { command: &c { run: [x], samples: 5 } }\n  b: { command: { <<: *c, samples: 7 } }",
            ),
        ),
        ("lone values", load("{ rate: 5, for: 1s }", "[ { get: / } ]")),
        ("no time, whatever its unit", format!("version: 1\nproject: shop\nagain: 0\n{GATES}")),
        ("folded text", format!("version: 1\nproject: >-\n  a long\n  name\n{GATES}")),
        ("any JSON body", step("{ post: /, json: [1, -1, 1.5, x, true, null, {}] }")),
        ("journeys", JOURNEYS.to_owned()),
        ("elsewhere", ELSEWHERE.to_owned()),
        ("empty lists", command("pass_env: [], env: {}")),
    ]
}

#[track_caller]
fn plan(name: &str) -> Plan {
    let (_, text) = all().into_iter().find(|(other, _)| *other == name).unwrap();
    parse(&text).unwrap()
}

#[test]
fn every_file_is_accepted() {
    for (name, text) in all() {
        if let Err(error) = parse(&text) {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn loads_of_other_tools_reach_the_plan() {
    let plan = plan("elsewhere");
    let Traffic::Distributed(spread) = &plan.loads[0].traffic else { panic!("distributed") };
    assert_eq!((spread.team(), spread.users.count, spread.users.gate_latency), (5, 200, true));
    assert_eq!(spread.users.warmup, Duration::from_secs(2));
    assert_eq!((spread.listen.port(), spread.join_within), (5557, Duration::from_secs(120)));
    let Traffic::K6(k6) = &plan.loads[1].traffic else { panic!("k6") };
    assert_eq!(k6.script, Path::new("/repo/load/k6.js"));
    assert_eq!(
        (&k6.args[..], k6.cwd.as_path()),
        (&["--vus", "10"].map(str::to_owned)[..], Path::new("/repo"))
    );
    assert_eq!((k6.env["SIZE"].as_str(), k6.pass_env[0].as_str()), ("3", "SHOP_*"));
    assert!(plan.loads[1].journeys.is_empty() && plan.loads[1].planned().is_none());
    let Traffic::Locust(locust) = &plan.loads[2].traffic else { panic!("locust") };
    assert_eq!((locust.file.as_path(), locust.users), (Path::new("/repo/locustfile.py"), 20));
}

#[test]
fn journeys_reach_the_plan() {
    let plan = plan("journeys");
    let shop = &plan.loads[0];
    assert_eq!(
        (shop.url.as_str(), shop.cookies, shop.redirects),
        ("https://shop.example", false, 3)
    );
    assert_eq!(shop.ca.as_deref(), Some(Path::new("/repo/certs/ca.pem")));
    let Traffic::Arrivals(arrivals) = &shop.traffic else { panic!("arrivals") };
    let stages: Vec<_> =
        arrivals.stages.iter().map(|s| (s.from, s.to, s.duration.as_secs())).collect();
    assert_eq!(stages, [(0.0, 100.0, 10), (100.0, 100.0, 20), (50.0, 0.0, 5)]);
    assert_eq!((arrivals.protocol, arrivals.threads), (Protocol::Http2, Some(2)));
    let feeds: Vec<_> = shop.feeds.iter().map(|f| (f.path.to_str().unwrap(), f.random)).collect();
    assert_eq!(feeds, [("/repo/users.csv", false), ("/data/items.json", true)]);
    assert_eq!((shop.setup.len(), shop.teardown.len()), (1, 1));
    let source = ExtractSource::Header("x-token".to_owned());
    assert_eq!(shop.setup[0].extract, [ExtractPlan { variable: "token".to_owned(), source }]);
    let [browse, buy] = &shop.journeys[..] else { panic!("{:?}", shop.journeys) };
    assert_eq!((browse.name.as_str(), browse.weight, buy.weight), ("browse", 3, 1));
    let think =
        |from, to| Some(ThinkPlan { from: Duration::from_secs(from), to: Duration::from_secs(to) });
    assert_eq!([browse.steps[0].think, browse.steps[1].think], [think(1, 3), think(2, 2)]);
    let text = str::to_owned;
    assert_eq!(
        browse.steps[1].expect,
        ExpectPlan {
            status: vec![200, 304],
            headers: vec![(text("content-type"), text("json"))],
            json: vec![(text("$.id"), json!("${id}")), (text("$.price"), json!(12.5))],
            body: Some(text("oak")),
            size: Some(65_536),
            within: Some(Duration::from_millis(500)),
        }
    );
    assert_eq!(buy.steps[0].body, Some(BodyPlan::File("/repo/cart.bin".into())));
}

#[test]
fn every_key_reaches_the_plan() {
    let plan = plan("everything");
    assert_eq!(plan.store, StoreLocation::Sqlite("/var/lib/pacegate.db".into()));
    let shop = &plan.services["shop"];
    assert_eq!(shop.command.argv, ["./shop", "--port", "7878"]);
    assert_eq!(shop.command.cwd, Path::new("/repo/server"));
    assert_eq!(shop.command.env["WORKERS"], "2");
    assert_eq!(shop.command.pass_env, ["HOME", "SHOP_*"]);
    assert_eq!(
        (shop.ready.as_str(), shop.url.as_str()),
        ("http://LOCALHOST:7878/health", "http://127.0.0.1:7878")
    );
    assert_eq!(shop.ready_within, Duration::from_secs(60));

    let BenchmarkKind::Command(parse) = &plan.benchmarks[0].kind else { panic!("a command") };
    let passed = |command: &Option<Command>| command.as_ref().unwrap().pass_env.clone();
    assert_eq!(parse.run.argv, ["./parse", "large file"]);
    assert_eq!(parse.run.pass_env, ["CARGO_*"]);
    assert_eq!(
        (passed(&parse.prepare), passed(&parse.cleanup)),
        (vec!["CARGO_*".to_owned()], vec!["CARGO_*".to_owned()])
    );
    assert_eq!((parse.warmup, parse.samples, &parse.ok_exit), (0, 10, &vec![0, 3]));
    assert_eq!(parse.timeout, Duration::from_millis(1500));
    let BenchmarkKind::Criterion(stats) = &plan.benchmarks[1].kind else { panic!("criterion") };
    assert_eq!(stats.output.as_deref(), Some(Path::new("/repo/target/elsewhere")));
    assert_eq!(stats.command.pass_env, ["CARGO_HOME"]);

    let browse = &plan.loads[0];
    assert_eq!(
        (browse.url.as_str(), browse.service.as_deref()),
        ("http://127.0.0.1:7878", Some("shop"))
    );
    let Traffic::Arrivals(arrivals) = &browse.traffic else { panic!("arrivals") };
    assert!((arrivals.mean_rate() - 0.5).abs() < 1e-15);
    assert_eq!((arrivals.connections, arrivals.warmup), (8, Duration::ZERO));
    assert_eq!(arrivals.spacing, Spacing::Poisson { seed: 7 });
    let planned: Vec<_> = browse.steps().collect();
    let steps: Vec<(&str, &str, &str)> = planned
        .iter()
        .map(|step| (step.name.as_str(), step.method.as_str(), step.path.as_str()))
        .collect();
    assert_eq!(steps[0], ("GET /products?page=2", "GET", "/products?page=2"));
    assert_eq!(steps[1], ("cart", "POST", "/cart"));
    assert_eq!(planned[1].body, Some(BodyPlan::Json(json!({"id": 42, "tags": ["a", null, 1.5]}))));
    assert_eq!(planned[1].expect.status, [201]);
    assert_eq!(planned[2].body, Some(BodyPlan::Form(vec![("a b".to_owned(), "c&d".to_owned())])));
    assert_eq!(planned[2].expect.status, [200, 204]);
    assert_eq!(planned[2].headers[0], ("x-trace".to_owned(), "1".to_owned()));

    let warn_only: Vec<bool> = plan.gates.iter().map(|gate| gate.warn_only).collect();
    assert_eq!(warn_only, [false, false, false, true, false, false, false]);
    assert_eq!(plan.gates[4].rule, Rule::Regression { max: 0.03, floor: None, strict: false });
    let release = "v1.2".to_owned();
    assert_eq!(plan.gates[5].rule, Rule::Creep { release, max: 0.1, floor: None, strict: false });
    assert_eq!(plan.gates[6].rule, plan.gates[4].rule);
    assert_eq!(plan.waivers.len(), 2, "a waiver holds on its last day");
    assert_eq!(plan.reports[2].format, ReportFormat::JunitStrict);
    let gitlab: Vec<ReportFormat> = plan.reports[5..].iter().map(|report| report.format).collect();
    assert_eq!(
        gitlab,
        [ReportFormat::Codequality, ReportFormat::Openmetrics, ReportFormat::LoadPerformance]
    );
    assert_eq!(plan.baseline.runs, 5);

    assert_eq!(plan.base.as_deref(), Some("origin/main"));
    let built: Vec<&[String]> = plan.build.iter().map(|command| &command.argv[..]).collect();
    assert_eq!(built, [&["cargo", "build", "--release"][..], &["./assets.sh", "all of them"]]);
    assert_eq!(plan.build[0].cwd, Path::new("/repo"));
    assert_eq!((plan.paired.pairs, plan.paired.time), (40, Duration::from_secs(300)));
    assert_eq!(plan.paired.segment, Duration::from_millis(500));
}

#[test]
fn merged_keys_yield_to_written_ones() {
    let plan = plan("merges");
    let samples: Vec<u32> = plan
        .benchmarks
        .iter()
        .map(|benchmark| match &benchmark.kind {
            BenchmarkKind::Command(command) => command.samples,
            BenchmarkKind::Criterion(_) => 0,
        })
        .collect();
    assert_eq!(samples, [5, 7]);
}

/// A pattern is refused only when it surely matches nothing.
#[test]
fn gates_that_may_match_are_accepted() {
    for series in ["parse/wall", "parse/*", "*", "p?rse/wall", "{parse,lex}/wall", "par*", "*/wall"]
    {
        assert!(
            parse(&gates(&format!("  - {{ series: \"{series}\", regression: {{}} }}"))).is_ok(),
            "{series}"
        );
    }
}

#[test]
fn the_example_says_what_the_demo_needs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("gates.example.yaml");
    let (plan, _) = config::load(&path, today()).unwrap();
    let names: Vec<&str> =
        plan.benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
    assert_eq!(names, ["stats", "start"]);
    let load = &plan.loads[0];
    assert!(config::host_of(&load.url).is_some_and(|host| config::is_loopback(&host)));
    assert!(load.planned().unwrap() <= Duration::from_secs(30));
    assert!(load.steps().any(|step| step.name == "checkout" && step.path == "/checkout"));
    let rules = |wanted: fn(&Rule) -> bool| plan.gates.iter().any(|gate| wanted(&gate.rule));
    assert!(rules(|rule| matches!(rule, Rule::Limit { .. })));
    assert!(rules(|rule| matches!(rule, Rule::Regression { .. })));
    let ignored = std::fs::read_to_string(path.with_file_name(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == ".pacegate/"), "what a run writes is not committed");
}
