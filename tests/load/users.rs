//! Users who wait for answers: the closed engine, in a child process of its own.

use crate::server::{OK, Reply, Server, Then};
use crate::stall::{STALL, stalling};
use crate::{broken, errors, histogram, kinds, plan, run_with, step, steps};
use pacegate::config::{BodyPlan, ExtractPlan, ExtractSource, LoadPlan, StepPlan, Traffic, Users};
use pacegate::measure::Stop;
use pacegate::measure::load::LoadError;
use pacegate::model::{Data, Engine, Target, ValidityFact, Warning};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A plan of so many users, measured for so many seconds without a warm-up.
fn users(url: String, count: u32, seconds: f64) -> LoadPlan {
    let traffic = Traffic::Users(Users {
        count,
        duration: Duration::from_secs_f64(seconds),
        warmup: Duration::ZERO,
        ramp_up: Duration::ZERO,
        ramp_down: Duration::ZERO,
        gate_latency: false,
    });
    LoadPlan { traffic, ..plan(url, 1.0, 1.0) }
}

fn run(plan: &LoadPlan) -> Result<Target, LoadError> {
    run_with(plan, &Stop::new(), &|_| ())
}

#[test]
fn each_user_waits_for_its_answer_and_then_asks_again() {
    let server = Server::start(|_| Reply { after: Duration::from_millis(50), ..Reply::keep(OK) });
    let target = run(&users(server.url(), 5, 2.0)).unwrap();
    assert_eq!((target.engine, broken(&target)), (Engine::Users, &[][..]), "{target:?}");
    let (failed, requests) = errors(&target, "errors");
    assert_eq!(failed, 0);
    // Five users at twenty requests a second each, at most.
    assert!((20..=205).contains(&requests), "{requests}");
    assert!(server.requests() >= requests);
    let most = server.seen.most.load(std::sync::atomic::Ordering::SeqCst);
    assert!(most <= 5, "{most} connections");
    assert!(histogram(&target, "latency").quantile(0.0) >= 0.05);
    let Data::Sample(throughput) = &target.measurement("throughput").unwrap().data else {
        panic!()
    };
    let rate = throughput.values().next().unwrap();
    assert!((rate - requests as f64 / 2.0).abs() <= 5.0, "{rate} for {requests}");
}

#[test]
fn users_make_the_same_journeys_as_arrivals() {
    const LOGIN: &[u8] = b"HTTP/1.1 302 Go\r\nLocation: /home\r\nSet-Cookie: s=1; Path=/\r\nContent-Length: 0\r\n\r\n";
    const HOME: &[u8] = b"HTTP/1.1 200 OK\r\nX-Token: q\r\nContent-Length: 8\r\n\r\n{\"id\":7}";
    let log = Arc::new(Mutex::new(Vec::<String>::new()));
    let written = Arc::clone(&log);
    let server = Server::start(move |request| {
        written.lock().unwrap().push(request.to_owned());
        Reply::keep(match request.split(' ').nth(1).unwrap_or_default() {
            "/login" => LOGIN,
            "/home" => HOME,
            "/out" => b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
            _ => OK,
        })
    });
    let mut plan = users(server.url(), 2, 1.0);
    plan.redirects = 1;
    let extract = |variable: &str, source| ExtractPlan { variable: variable.to_owned(), source };
    plan.setup = vec![StepPlan {
        extract: vec![extract("token", ExtractSource::Header("x-token".to_owned()))],
        ..step("GET", "/home")
    }];
    plan.teardown = vec![step("GET", "/out")];
    let mut login = step("POST", "/login");
    login.body = Some(BodyPlan::Text("me".to_owned()));
    login.extract = vec![extract("id", ExtractSource::Json("$.id".to_owned()))];
    let mut cart = step("POST", "/cart/${id}?t=${token}");
    cart.body = Some(BodyPlan::Json(json!({ "id": "${id}" })));
    *steps(&mut plan) = vec![login, cart];
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors").0, 0, "{:?}", target.warnings);
    assert!(errors(&target, "post-cart-id-t-token/errors").1 > 0);
    let log = log.lock().unwrap();
    assert!(log[0].starts_with("GET /home HTTP/1.1\r\n"), "{}", log[0]);
    let cart = log.iter().find(|request| request.starts_with("POST /cart/7?t=q ")).unwrap();
    assert!(cart.ends_with("\r\n\r\n{\"id\":7}") && cart.contains("cookie: s=1\r\n"), "{cart}");
    assert!(cart.contains(&format!("host: {}\r\n", server.address)), "{cart}");
    assert!(cart.contains("user-agent: pacegate/") && !cart.contains("accept-encoding"), "{cart}");
    assert!(log.last().unwrap().starts_with("GET /out "));
    let torn_down = |warning: &Warning| matches!(warning, Warning::TeardownFailed { .. });
    assert!(target.warnings.iter().any(torn_down), "{:?}", target.warnings);
}

#[test]
fn a_stall_is_under_counted() {
    let server = stalling();
    let target = run(&users(server.url(), 10, 10.0)).unwrap();
    // Arrivals would see nine tenths of the stall here; users ask once in each.
    let latency = histogram(&target, "latency");
    assert!(latency.quantile(0.99) < 0.1 * STALL.as_secs_f64(), "{}", latency.quantile(0.99));
    assert!(latency.quantile(1.0) > 0.5 * STALL.as_secs_f64(), "{}", latency.quantile(1.0));
}

#[test]
fn failures_are_counted_by_kind() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = run(&users(format!("http://{closed}"), 2, 1.0)).unwrap();
    assert_eq!(kinds(&target).into_keys().collect::<Vec<_>>(), ["connection refused"]);
    let check = |reply: Reply, kind: &str| {
        let server = Server::start(move |_| reply);
        let mut plan = users(server.url(), 2, 1.0);
        plan.timeout = Duration::from_millis(300);
        let target = run(&plan).unwrap();
        assert_eq!(kinds(&target).into_keys().collect::<Vec<_>>(), [kind]);
        let (failed, all) = errors(&target, "errors");
        assert!(failed == all && all > 0, "{failed} of {all}");
    };
    check(Reply::keep(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), "status 503");
    check(Reply { then: Then::Close, ..Reply::keep(b"") }, "closed before the end of the answer");
    check(Reply { then: Then::Hold, ..Reply::keep(b"") }, "timeout");
    check(Reply::keep(b"nonsense\r\n\r\n"), "malformed answer");
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    check(Reply { then: Then::Close, ..Reply::keep(cut) }, "closed before the end of the answer");
}

#[test]
fn a_stop_keeps_what_was_measured() {
    let server = Server::start(|_| Reply { after: Duration::from_millis(5), ..Reply::keep(OK) });
    let stop = Stop::new();
    let asked = Mutex::new(None::<Instant>);
    let target = std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.requests() < 50 {
                std::thread::yield_now();
            }
            *asked.lock().unwrap() = Some(Instant::now());
            stop.ask();
        });
        run_with(&users(server.url(), 3, 60.0), &stop, &|_| ()).unwrap()
    });
    let took = asked.lock().unwrap().unwrap().elapsed();
    assert!(took < Duration::from_secs(2), "stopped after {took:?}");
    assert!(target.cut_short && errors(&target, "errors").1 > 0, "{target:?}");
    let cut = |fact: &ValidityFact| matches!(fact, ValidityFact::CutShort { .. });
    assert!(broken(&target).iter().any(cut));
}

#[test]
fn what_cannot_be_run_is_told() {
    let server = Server::start(|_| Reply::keep(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
    let mut plan = users(server.url(), 1, 1.0);
    plan.setup = vec![step("GET", "/login")];
    let error = run(&plan).unwrap_err().to_string();
    assert!(error.contains("set the load up: step `GET /login`: status 500"), "{error}");
    for url in ["http://192.0.2.1:80", "http://169.254.169.254"] {
        let error = run(&users(url.to_owned(), 1, 1.0)).unwrap_err();
        assert!(matches!(error, LoadError::Forbidden { .. }), "{error}");
    }
}
