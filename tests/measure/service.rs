//! Services: started before the loads that need them, and gone after every way out.

use crate::shop::{self, Shop};
use crate::support::{Folder, NOTE_PID, launcher, measured, observed, only_failure, run};
use nix::sys::signal::Signal;
use pacegate::config::{
    Arrivals, JourneyPlan, LoadPlan, Plan, Protocol, RateStage, ServicePlan, Spacing, StepPlan,
    Traffic,
};
use pacegate::measure::{Context, Event, Stop, measure};
use pacegate::model::{Stage, Warning};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

/// A plan with one load on the service that `line` starts; `SHOP` stands for the demo service on a
/// free port.
pub(crate) fn plan_of(folder: &Folder, line: &str, load: Duration) -> Plan {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    plan_on(folder, port, line, load)
}

fn plan_on(folder: &Folder, port: u16, line: &str, load: Duration) -> Plan {
    let program = shop::command().get_program().to_str().unwrap().to_owned();
    let line = line.replace("SHOP", &format!("{program} --products 20 --port {port}"));
    let url = format!("http://127.0.0.1:{port}");
    let service = ServicePlan {
        name: "shop".into(),
        command: folder.shell(&line),
        ready: format!("{url}/health"),
        url: url.clone(),
        ready_within: Duration::from_secs(60),
    };
    let step = StepPlan::new("GET", "/health");
    let load = LoadPlan {
        name: "browse".into(),
        service: Some("shop".into()),
        url,
        traffic: Traffic::Arrivals(Arrivals {
            stages: vec![RateStage::constant(20.0, load)],
            warmup: Duration::ZERO,
            connections: 4,
            spacing: Spacing::Constant,
            protocol: Protocol::Http1,
            threads: None,
        }),
        ca: None,
        journeys: vec![JourneyPlan { name: String::new(), weight: 1, steps: vec![step] }],
        setup: vec![],
        teardown: vec![],
        feeds: vec![],
        cookies: true,
        redirects: 0,
        resources: Default::default(),
        timeout: Duration::from_secs(5),
    };
    Plan {
        services: [("shop".to_owned(), service)].into(),
        loads: vec![load],
        ..folder.plan(vec![])
    }
}

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(300);

#[track_caller]
fn fails(plan: &Plan, expected: &[&str]) {
    let measured = measured(plan);
    let error = only_failure(&measured);
    for part in expected {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(
        (&*measured.failures[0].target, measured.failures[0].stage),
        ("browse", Stage::Service)
    );
}

#[test]
fn a_service_that_ends_at_once_is_told_with_its_log() {
    let folder = Folder::new();
    let line = "echo starting; echo no database >&2; exit 7";
    let expected = [
        "service `shop` ended before it was ready: it exited with code 7",
        "\n  starting\n  no database",
    ];
    fails(&plan_of(&folder, line, SHORT), &expected);
    fails(
        &plan_of(&folder, "exec nonsense-program", SHORT),
        &["exited with code 127", "nonsense-program"],
    );
}

#[test]
fn a_service_that_never_gets_ready_is_ended() {
    let folder = Folder::new();
    let check = |line: &str, path: &str, expected: &[&str]| {
        let mut plan = plan_of(&folder, line, SHORT);
        let service = plan.services.get_mut("shop").unwrap();
        service.ready = service.ready.replace("/health", path);
        service.ready_within = Duration::from_secs(2);
        fails(&plan, expected);
        folder.wait_until_gone();
    };
    let deaf = format!("{NOTE_PID}; echo thinking; sleep 1000");
    check(&deaf, "/health", &["not ready within 2s", "does not answer", "\n  thinking"]);
    check(&format!("{NOTE_PID}; exec SHOP"), "/absent", &["answers with status 404"]);
}

#[test]
fn a_port_that_is_taken_is_refused() {
    let folder = Folder::new();
    let mut other = Shop::start("");
    let port = other.address.port();
    let plan = plan_on(&folder, port, &format!("{NOTE_PID}; exec SHOP"), SHORT);
    fails(&plan, &[&format!("something else already listens on 127.0.0.1:{port}; stop it")]);
    assert_eq!(folder.wait_until_gone(), 0, "nothing was started");
    other.signal(Signal::SIGTERM);
    assert!(other.wait().success(), "the other one was left alone");
}

#[test]
fn a_service_that_ends_under_load_is_told_with_its_log() {
    let folder = Folder::new();
    // It lives until the load has begun.
    let line =
        "SHOP & until [ -e begun ]; do sleep 0.01; done; kill $!; echo out of memory; exit 5";
    let begun = folder.path().join("begun");
    let measured = observed(&plan_of(&folder, line, LONG), |event, _| {
        if matches!(event, Event::Started { name, .. } if name == "browse") {
            std::fs::write(&begun, "").unwrap();
        }
    });
    let error = only_failure(&measured);
    assert!(
        error.contains("service `shop` ended while it was under load: it exited with code 5"),
        "{error}"
    );
    assert!(error.contains("\n  out of memory"), "{error}");
    assert_eq!(measured.failures[0].stage, Stage::Measure);
    assert!(!measured.cut_short);
}

#[test]
fn what_a_service_leaves_behind_is_ended_and_counted() {
    let folder = Folder::new();
    let line = format!("setsid sleep 1000 & echo $! >> pids; {NOTE_PID}; exec SHOP");
    let measured = measured(&plan_of(&folder, &line, SHORT));
    assert!(measured.warnings.contains(&Warning::LeftBehind { count: 1 }), "{measured:?}");
    assert_eq!(folder.wait_until_gone(), 2);
}

#[test]
fn a_service_that_ignores_the_request_to_end_is_killed() {
    let folder = Folder::new();
    let line =
        format!("trap '' TERM; SHOP & echo $! >> pids; {NOTE_PID}; while :; do sleep 1; done");
    measured(&plan_of(&folder, &line, SHORT));
    assert_eq!(folder.wait_until_gone(), 2);
}

#[test]
fn consecutive_loads_share_a_service() {
    let folder = Folder::new();
    let mut plan = plan_of(&folder, &format!("{NOTE_PID}; exec SHOP"), SHORT);
    plan.loads.push(LoadPlan { name: "again".into(), ..plan.loads[0].clone() });
    plan.loads.push(LoadPlan { name: "other".into(), service: None, ..plan.loads[0].clone() });
    plan.loads.push(LoadPlan { name: "later".into(), ..plan.loads[0].clone() });
    measured(&plan);
    assert_eq!(folder.wait_until_gone(), 2, "one for the first two, one for the last");
}

#[test]
fn a_stop_while_a_service_starts_ends_it() {
    let folder = Folder::new();
    let plan = plan_of(&folder, &format!("{NOTE_PID}; sleep 1000"), SHORT);
    let pids = folder.path().join("pids");
    let measured = observed(&plan, |event, stop| {
        if let Event::Started { .. } = event {
            let (pids, stop) = (pids.clone(), stop.clone());
            std::thread::spawn(move || {
                while !pids.exists() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                stop.ask();
            });
        }
    });
    assert!(measured.cut_short && measured.failures.is_empty() && measured.targets.is_empty());
    folder.wait_until_gone();
}

#[test]
fn a_service_ends_when_measuring_is_abandoned() {
    let folder = Folder::new();
    let plan = plan_of(&folder, &format!("{NOTE_PID}; exec SHOP"), LONG);
    let (launcher, stop) = (launcher(), Stop::new());
    let load_begins = tokio::sync::Notify::new();
    let observer = |event: Event| {
        if matches!(event, Event::Started { name, .. } if name == "browse") {
            load_begins.notify_one();
        }
    };
    let context = Context { launcher: &launcher, stop: &stop, observer: &observer };
    run(async {
        tokio::select! {
            measured = measure(&plan, &|_| true, context) => panic!("{measured:?}"),
            () = load_begins.notified() => {}
        }
    });
    assert_eq!(folder.wait_until_gone(), 1);
}
