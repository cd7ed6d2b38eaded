//! What is sent is what the plan says.

use crate::server::{OK, Reply, Server};
use crate::{arrivals, plan, run, step, steps};
use pacegate::config::{BodyPlan, RateStage};
use pacegate::measure::load::LoadError;
use std::time::Duration;

#[test]
fn requests_carry_what_the_step_says() {
    let server = Server::start(|_| Reply::keep(OK));
    let mut plan = plan(server.url(), 10.0, 0.1);
    let mut posted = step("POST", "/cart?user=7");
    posted.headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-trace".to_owned(), "on".to_owned()),
    ];
    posted.body = Some(BodyPlan::Json(serde_json::json!({"id": 1})));
    *steps(&mut plan) = vec![posted];
    run(&plan).unwrap();
    let seen = server.seen.newest.lock().unwrap();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = head.lines().collect();
    let first = lines.remove(0);
    lines.sort_unstable();
    let host = format!("host: {}", server.address);
    let agent = format!("user-agent: pacegate/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!((first, body), ("POST /cart?user=7 HTTP/1.1", r#"{"id":1}"#));
    assert_eq!(
        lines,
        ["content-length: 8", "content-type: application/json", &host, &agent, "x-trace: on"]
    );
}

#[test]
fn a_step_may_name_its_own_host_and_agent() {
    let server = Server::start(|_| Reply::keep(OK));
    let mut plan = plan(server.url(), 10.0, 0.1);
    steps(&mut plan)[0].headers = vec![
        ("host".to_owned(), "shop.example".to_owned()),
        ("user-agent".to_owned(), "probe".to_owned()),
    ];
    run(&plan).unwrap();
    let seen = server.seen.newest.lock().unwrap();
    assert!(seen.contains("host: shop.example\r\n") && !seen.contains("127.0.0.1"), "{seen}");
    assert!(seen.contains("user-agent: probe\r\n") && !seen.contains("pacegate"), "{seen}");
}

#[test]
fn plans_that_cannot_be_run_are_refused_before_anything_is_sent() {
    let server = Server::start(|_| Reply::keep(OK));
    type Change = fn(&mut pacegate::config::LoadPlan);
    let changes: [(Change, &str); 9] = [
        (|plan| arrivals(plan).stages[0].from = f64::NAN, "rate"),
        (|plan| arrivals(plan).stages[0].to = f64::INFINITY, "rate"),
        (|plan| arrivals(plan).stages[0].duration = Duration::MAX, "duration"),
        (|plan| arrivals(plan).connections = 0, "connections"),
        (|plan| plan.timeout = Duration::ZERO, "timeout"),
        (|plan| steps(plan).clear(), "step each"),
        (|plan| steps(plan)[0].method = "GET /".to_owned(), "step `GET /`"),
        (|plan| steps(plan)[0].path = "/a b".to_owned(), "step `GET /`"),
        (
            |plan| arrivals(plan).stages[0] = RateStage::constant(0.1, Duration::from_secs(1)),
            "no journey was due",
        ),
    ];
    for (change, part) in changes {
        let mut plan = plan(server.url(), 10.0, 0.1);
        change(&mut plan);
        let error = run(&plan).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn other_machines_are_not_loaded() {
    for url in ["http://192.0.2.1:80", "http://169.254.169.254", "http://0.0.0.0:80"] {
        let error = run(&plan(url.to_owned(), 10.0, 0.1)).unwrap_err();
        assert!(matches!(error, LoadError::Forbidden { .. }), "{error}");
    }
}
