//! Users on workers of the real Locust; without it these tests fail.

use crate::server::{OK, Reply, Server, Then};
use crate::{broken, errors, histogram, kinds, plan, run_with, step, steps};
use pacegate::config::{
    BodyPlan, DistributedPlan, ExtractPlan, ExtractSource, LoadPlan, StepPlan, Traffic, Users,
    defaults,
};
use pacegate::measure::load::LoadError;
use pacegate::measure::{Event, Stop};
use pacegate::model::{Data, Engine, Target, ValidityFact, Warning};
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A plan of so many users on two workers, measured for so many seconds without a warm-up.
pub(crate) fn distributed(url: String, count: u32, seconds: f64) -> LoadPlan {
    let users = Users {
        count,
        duration: Duration::from_secs_f64(seconds),
        warmup: Duration::ZERO,
        ramp_up: Duration::ZERO,
        ramp_down: Duration::ZERO,
        gate_latency: false,
    };
    let traffic = Traffic::Distributed(DistributedPlan {
        users,
        workers: 2,
        expect_workers: 0,
        listen: defaults::LISTEN,
        join_within: defaults::JOIN_WITHIN,
    });
    LoadPlan { traffic, ..plan(url, 1.0, 1.0) }
}

fn shape(plan: &mut LoadPlan) -> &mut DistributedPlan {
    match &mut plan.traffic {
        Traffic::Distributed(distributed) => distributed,
        _ => panic!("it is distributed"),
    }
}

pub(crate) fn run(plan: &LoadPlan) -> Result<Target, LoadError> {
    is_installed();
    run_with(plan, &Stop::new(), &|_| ())
}

/// Runs a load, and does something once some requests were measured.
fn run_and_once_measuring(
    plan: &LoadPlan,
    stop: &Stop,
    server: &Server,
    act: &(dyn Fn() + Sync),
) -> Result<Target, LoadError> {
    is_installed();
    let (tell, told) = std::sync::mpsc::channel();
    let observer = move |event| {
        if let Event::Progress { note, .. } = event
            && note.ends_with("measuring")
        {
            // Whoever listens has heard it once.
            let _ = tell.send(());
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if told.recv().is_ok() {
                let enough = server.requests() + 50;
                while server.requests() < enough {
                    std::thread::sleep(Duration::from_millis(5));
                }
                act();
            }
        });
        run_with(plan, stop, &observer)
    })
}

fn is_installed() {
    let locust = std::env::var("PACEGATE_LOCUST").expect("cargo sets PACEGATE_LOCUST");
    assert!(
        Path::new(&locust).is_file(),
        "there is no Locust at {locust}: let tests/run.sh install it, or name it in PACEGATE_LOCUST"
    );
}

fn slow(_: &str) -> Reply {
    Reply { after: Duration::from_millis(20), ..Reply::keep(OK) }
}

/// Whether a validity is broken by more than a machine that is busy with other tests.
fn sound(target: &Target) -> bool {
    broken(target).iter().all(|fact| matches!(fact, ValidityFact::GeneratorBusy { .. }))
}

#[test]
fn workers_count_what_the_server_sees_and_time_it_right() {
    let server = Server::start(slow);
    let mut plan = distributed(server.url(), 4, 2.0);
    shape(&mut plan).users.warmup = Duration::from_millis(300);
    let target = run(&plan).unwrap();
    assert!(target.engine == Engine::Distributed && sound(&target), "{target:?}");
    let validity = target.validity.as_ref().unwrap();
    assert!(validity.under_counts && validity.generator_cpu.is_some(), "{validity:?}");
    let (failed, requests) = errors(&target, "errors");
    assert_eq!(failed, 0);
    // Four users at fifty requests a second each, at most, for two seconds.
    assert!((40..=404).contains(&requests), "{requests}");
    // And as many at most in each second before the master's word.
    let before = server.requests().checked_sub(requests).expect("every request was seen");
    assert!(before <= 4 * 50 * 10, "{before}");
    let most = server.seen.most.load(std::sync::atomic::Ordering::SeqCst);
    assert!(most <= 4, "{most} connections");
    let latency = histogram(&target, "latency");
    let (least, median) = (latency.quantile(0.0), latency.quantile(0.5));
    assert!((0.0199..0.025).contains(&least) && median >= 0.0199, "{least} {median}");
    let Data::Sample(throughput) = &target.measurement("throughput").unwrap().data else {
        panic!()
    };
    let rate = throughput.values().next().unwrap();
    assert!((rate - requests as f64 / 2.0).abs() <= 4.0, "{rate} for {requests}");
}

#[test]
fn workers_make_the_same_journeys_as_other_engines() {
    const LOGIN: &[u8] = b"HTTP/1.1 302 Go\r\nLocation: /home\r\nSet-Cookie: s=1; Path=/\r\nContent-Length: 0\r\n\r\n";
    const HOME: &[u8] = b"HTTP/1.1 200 OK\r\nX-Token: q\r\nContent-Length: 8\r\n\r\n{\"id\":7}";
    let log = Arc::new(Mutex::new(Vec::<String>::new()));
    let written = Arc::clone(&log);
    let server = Server::start(move |request| {
        written.lock().unwrap().push(request.to_owned());
        Reply {
            after: Duration::from_millis(5),
            ..Reply::keep(match request.split(' ').nth(1).unwrap_or_default() {
                "/login" => LOGIN,
                "/home" => HOME,
                "/out" => b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
                _ => OK,
            })
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("users.csv");
    std::fs::write(&table, "user\na b\n").unwrap();
    let mut plan = distributed(server.url(), 2, 1.0);
    plan.redirects = 1;
    plan.feeds = vec![pacegate::config::FeedPlan { path: table, random: false }];
    let extract = |variable: &str, source| ExtractPlan { variable: variable.to_owned(), source };
    plan.setup = vec![StepPlan {
        extract: vec![extract("token", ExtractSource::Header("x-token".to_owned()))],
        ..step("GET", "/home")
    }];
    plan.teardown = vec![step("GET", "/out")];
    let mut login = step("POST", "/login");
    login.body = Some(BodyPlan::Form(vec![("user".to_owned(), "${user}".to_owned())]));
    login.extract = vec![
        extract("id", ExtractSource::Json("$.id".to_owned())),
        extract("word", ExtractSource::Regex("\"(i.)\"".to_owned())),
    ];
    let mut cart = step("POST", "/cart/${id}?t=${token}&u=${user}&w=${word}");
    cart.body = Some(BodyPlan::Json(json!({ "id": "${id}", "note": "é $$ ${id}" })));
    *steps(&mut plan) = vec![login, cart];
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors").0, 0, "{:?}", target.warnings);
    assert!(errors(&target, "post-login/errors").1 > 0);
    let log = log.lock().unwrap();
    assert!(log[0].starts_with("GET /home HTTP/1.1\r\n"), "{}", log[0]);
    let login = log.iter().find(|request| request.starts_with("POST /login ")).unwrap();
    assert!(login.ends_with("\r\n\r\nuser=a+b"), "{login}");
    let cart = log.iter().find(|request| request.starts_with("POST /cart")).unwrap();
    assert!(cart.starts_with("POST /cart/7?t=q&u=a%20b&w=id HTTP/1.1\r\n"), "{cart}");
    assert!(cart.ends_with("\r\n\r\n{\"id\":7,\"note\":\"é $ 7\"}"), "{cart}");
    assert!(cart.contains("cookie: s=1\r\n"), "{cart}");
    assert!(cart.contains(&format!("host: {}\r\n", server.address)), "{cart}");
    assert!(cart.contains("user-agent: pacegate/") && !cart.contains("accept-encoding"), "{cart}");
    assert!(log.last().unwrap().starts_with("GET /out "));
    let torn_down = |warning: &Warning| matches!(warning, Warning::TeardownFailed { .. });
    assert!(target.warnings.iter().any(torn_down), "{:?}", target.warnings);
}

#[test]
fn failures_are_counted_by_kind() {
    const CUT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap_or_default() {
        "/busy" => Reply::keep(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
        "/closed" => Reply { then: Then::Close, ..Reply::keep(b"") },
        "/reset" => Reply { then: Then::Reset, ..Reply::keep(CUT) },
        "/cut" => Reply { then: Then::Close, ..Reply::keep(CUT) },
        "/hold" => Reply { then: Then::Hold, ..Reply::keep(b"") },
        "/heads" => {
            let head = b"HTTP/1.1 200 OK\r\n";
            Reply { then: Then::Endless(b"a: b\r\n"), ..Reply::keep(head) }
        }
        "/nonsense" => Reply::keep(b"nonsense\r\n\r\n"),
        "/chunk" => Reply::keep(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "/away" => Reply::keep(
            b"HTTP/1.1 302 Go\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
        ),
        "/circle" => {
            Reply::keep(b"HTTP/1.1 302 Go\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n")
        }
        _ => Reply::keep(OK),
    });
    let mut plan = distributed(server.url(), 12, 2.0);
    plan.timeout = Duration::from_millis(300);
    plan.redirects = 2;
    shape(&mut plan).workers = 1;
    let paths =
        ["busy", "closed", "reset", "cut", "hold", "nonsense", "heads", "chunk", "away", "circle"];
    let journey = |path: &str| pacegate::config::JourneyPlan {
        name: path.to_owned(),
        weight: 1,
        steps: vec![step("GET", &format!("/{path}"))],
    };
    plan.journeys = paths.into_iter().map(journey).collect();
    let mut unlike = journey("unlike");
    unlike.steps[0].expect.json = vec![("$.id".to_owned(), json!(7))];
    plan.journeys.push(unlike);
    let target = run(&plan).unwrap();
    let expected = [
        "body is not JSON",
        "closed before the end of the answer",
        "connection reset",
        "malformed answer",
        "redirect to another origin",
        "status 503",
        "timeout",
        "too many redirects",
    ];
    assert_eq!(kinds(&target).into_keys().collect::<Vec<_>>(), expected);
    let (failed, all) = errors(&target, "errors");
    assert!(failed == all && all > 0, "{failed} of {all}");
    let timeout = histogram(&target, "get-hold/latency").quantile(0.0);
    assert!((timeout - 0.3).abs() < 0.001, "{timeout}");
}

#[test]
fn a_worker_that_is_lost_breaks_validity() {
    let server = Server::start(slow);
    let plan = distributed(server.url(), 4, 3.0);
    let target = run_and_once_measuring(&plan, &Stop::new(), &server, &kill_one_worker).unwrap();
    let lost = broken(&target).iter().find_map(|fact| match fact {
        ValidityFact::WorkersLost { lost, of, after } => Some((*lost, *of, *after)),
        _ => None,
    });
    let (lost, of, after) = lost.expect("the loss is told");
    assert!((lost, of) == (1, 2) && after > 0.0, "{lost} of {of} after {after}");
    assert!(errors(&target, "errors").1 > 0 && !target.cut_short);
    let told = pacegate::report::words::facts(broken(&target)).text().replace('\u{a0}', " ");
    assert!(told.contains("1 of 2 workers lost, the first after "), "{told}");
}

/// Kills a worker that this process has started.
fn kill_one_worker() {
    let me = std::process::id();
    let parent = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let is_ours = |pid: u32| {
        std::iter::successors(parent(pid), |pid| parent(*pid)).take(8).any(|pid| pid == me)
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let worker = ids.filter(|pid| is_ours(*pid)).find(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == b"--worker")
    });
    let pid = nix::unistd::Pid::from_raw(worker.expect("a worker").cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[test]
fn a_stop_keeps_what_was_measured() {
    let server = Server::start(slow);
    let stop = Stop::new();
    let asked = Mutex::new(None::<Instant>);
    let plan = distributed(server.url(), 4, 60.0);
    let target = run_and_once_measuring(&plan, &stop, &server, &|| {
        *asked.lock().unwrap() = Some(Instant::now());
        stop.ask();
    })
    .unwrap();
    let took = asked.lock().unwrap().unwrap().elapsed();
    assert!(took < Duration::from_secs(4), "stopped after {took:?}");
    assert!(target.cut_short && errors(&target, "errors").1 > 0, "{target:?}");
    let cut = |fact: &ValidityFact| matches!(fact, ValidityFact::CutShort { .. });
    assert!(broken(&target).iter().any(cut));
    let lost = |fact: &ValidityFact| matches!(fact, ValidityFact::WorkersLost { .. });
    assert!(!broken(&target).iter().any(lost), "{target:?}");
}

#[test]
fn what_cannot_be_run_is_told() {
    let server = Server::start(|_| Reply::keep(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
    let mut plan = distributed(server.url(), 1, 1.0);
    plan.setup = vec![step("GET", "/login")];
    let error = run(&plan).unwrap_err().to_string();
    assert!(error.contains("set the load up: step `GET /login`: status 500"), "{error}");
    assert_eq!(server.requests(), 1);
    for url in ["http://192.0.2.1:80", "http://169.254.169.254"] {
        let error = run(&distributed(url.to_owned(), 1, 1.0)).unwrap_err();
        assert!(matches!(error, LoadError::Forbidden { .. }), "{error}");
    }
}

#[test]
fn workers_that_never_come_are_not_waited_for_for_ever() {
    let server = Server::start(slow);
    let mut plan = distributed(server.url(), 1, 1.0);
    *shape(&mut plan) = DistributedPlan {
        workers: 1,
        expect_workers: 1,
        join_within: Duration::from_secs(2),
        ..shape(&mut plan).clone()
    };
    let error = run(&plan).unwrap_err().to_string();
    assert!(error.contains("of 2 workers came within 2s; 1 × `locust -f - --worker"), "{error}");
    assert_eq!(server.requests(), 0);
}

#[test]
fn workers_join_by_the_command_that_is_told() {
    let server = Server::start(slow);
    let mut plan = distributed(server.url(), 2, 1.0);
    *shape(&mut plan) =
        DistributedPlan { workers: 0, expect_workers: 1, ..shape(&mut plan).clone() };
    let joined = Mutex::new(None);
    let observer = |event| {
        let Event::Progress { note, .. } = event else { return };
        let mut joined = joined.lock().unwrap();
        if let (None, Some((_, command))) = (&*joined, note.split_once("`locust ")) {
            let arguments = command.trim_end_matches('`').split(' ');
            let locust = std::env::var("PACEGATE_LOCUST").unwrap();
            let folder = tempfile::tempdir().unwrap();
            let mut command = std::process::Command::new(locust);
            command.args(arguments).current_dir(&folder);
            let quiet = std::process::Stdio::null;
            let child = command.stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
            *joined = Some((child.unwrap(), folder));
        }
    };
    is_installed();
    let target = run_with(&plan, &Stop::new(), &observer).unwrap();
    assert!(sound(&target) && errors(&target, "errors").1 > 0, "{target:?}");
    let (mut worker, _folder) = joined.into_inner().unwrap().expect("it was told how to join");
    assert!(worker.wait().unwrap().success(), "it was sent home");
}

#[test]
fn without_its_only_worker_nothing_is_measured() {
    let server = Server::start(slow);
    let mut plan = distributed(server.url(), 2, 3.0);
    shape(&mut plan).workers = 1;
    let error = run_and_once_measuring(&plan, &Stop::new(), &server, &kill_one_worker).unwrap_err();
    assert!(error.to_string().contains("1 of 1 workers were lost"), "{error}");
}
