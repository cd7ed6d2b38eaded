//! What visitors do: variables, data, cookies, weights, thinking, setup and teardown, redirects.

use crate::server::{OK, Reply, Server};
use crate::{arrivals, errors, histogram, kinds, plan, run, step, steps};
use pacegate::config::{
    BodyPlan, ExtractPlan, ExtractSource, FeedPlan, JourneyPlan, StepPlan, ThinkPlan,
};
use pacegate::measure::load::LoadError;
use pacegate::model::Warning;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Requests, head and body, in the order in which they came.
type Log = Arc<Mutex<Vec<String>>>;

/// A server that answers by the first line of a request, and writes down what it is asked.
fn server(answer: impl Fn(&str) -> &'static [u8] + Send + 'static) -> (Server, Log) {
    let log = Log::default();
    let written = Arc::clone(&log);
    let server = Server::start(move |request| {
        written.lock().unwrap().push(request.to_owned());
        Reply::keep(answer(request.lines().next().unwrap_or_default()))
    });
    (server, log)
}

fn json_path(variable: &str, path: &str) -> ExtractPlan {
    ExtractPlan { variable: variable.to_owned(), source: ExtractSource::Json(path.to_owned()) }
}

fn header(variable: &str, name: &str) -> ExtractPlan {
    ExtractPlan { variable: variable.to_owned(), source: ExtractSource::Header(name.to_owned()) }
}

const PRODUCTS: &[u8] =
    b"HTTP/1.1 200 OK\r\nX-Token: t 1\r\nContent-Length: 22\r\n\r\n{\"items\":[{\"id\": 42}]}";

#[test]
fn what_an_answer_gave_is_sent_in_later_steps() {
    let (server, log) = server(|line| if line.contains("/products ") { PRODUCTS } else { OK });
    let mut plan = plan(server.url(), 20.0, 0.5);
    let products = StepPlan {
        extract: vec![json_path("id", "$.items[0].id"), header("token", "x-token")],
        ..step("GET", "/products")
    };
    let mut cart = step("POST", "/cart?token=${token}");
    cart.headers = vec![("x-token".to_owned(), "<${token}>".to_owned())];
    cart.body = Some(BodyPlan::Json(json!({ "id": "${id}", "note": "no ${id}" })));
    let mut form = step("POST", "/form");
    form.body = Some(BodyPlan::Form(vec![("a b".to_owned(), "${token}&".to_owned())]));
    *steps(&mut plan) = vec![products, cart, form];
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors"), (0, 30), "{:?}", target.warnings);
    let log = log.lock().unwrap();
    let of = |start: &str| log.iter().find(|request| request.starts_with(start)).unwrap();
    let cart = of("POST /cart");
    assert!(cart.starts_with("POST /cart?token=t%201 HTTP/1.1\r\n"), "{cart}");
    assert!(cart.contains("\r\nx-token: <t 1>\r\n"), "{cart}");
    assert!(cart.ends_with("\r\n\r\n{\"id\":42,\"note\":\"no 42\"}"), "{cart}");
    assert!(of("POST /form").ends_with("\r\n\r\na+b=t+1%26"), "{log:?}");
}

#[test]
fn a_step_that_finds_nothing_fails_and_ends_its_journey() {
    let (server, log) = server(|_| OK);
    let mut plan = plan(server.url(), 20.0, 0.5);
    let with = |extract| StepPlan { extract: vec![extract], ..step("GET", "/a") };
    *steps(&mut plan) = vec![with(header("token", "x-token")), step("GET", "/b")];
    let target = run(&plan).unwrap();
    assert_eq!(kinds(&target), [("nothing to extract".to_owned(), 10)].into());
    assert!(log.lock().unwrap().iter().all(|request| request.starts_with("GET /a ")));

    *steps(&mut plan) = vec![with(json_path("id", "$.id"))];
    assert_eq!(kinds(&run(&plan).unwrap()), [("body is not JSON".to_owned(), 10)].into());

    *steps(&mut plan) = vec![step("GET", "/first"), step("GET", "/${none}")];
    let error = run(&plan).unwrap_err().to_string();
    assert!(error.contains("nothing gives the variable `none` a value"), "{error}");
    assert!(log.lock().unwrap().iter().all(|request| request.starts_with("GET /a ")));
}

#[test]
fn every_journey_takes_a_row_of_each_table() {
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users.csv");
    std::fs::write(&users, "user,word\na,x y\nb,z\nc,\n").unwrap();
    let (server, log) = server(|_| OK);
    for (random, workers) in [(false, 1), (false, 3), (true, 1)] {
        let mut plan = plan(server.url(), 60.0, 0.5);
        arrivals(&mut plan).threads = Some(workers);
        plan.feeds = vec![FeedPlan { path: users.clone(), random }];
        *steps(&mut plan) = vec![step("GET", "/${user}?word=${word}")];
        log.lock().unwrap().clear();
        assert_eq!(errors(&run(&plan).unwrap(), "errors"), (0, 30));
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for request in log.lock().unwrap().iter() {
            let path = request.split(' ').nth(1).unwrap().to_owned();
            *counts.entry(path).or_default() += 1;
        }
        let paths: BTreeSet<&str> = counts.keys().map(String::as_str).collect();
        assert_eq!(paths, ["/a?word=x%20y", "/b?word=z", "/c?word="].into());
        if !random {
            assert!(counts.values().all(|count| *count == 10), "{counts:?}");
        }
    }
    // Nobody ever writes into it.
    let made = Command::new("mkfifo").arg(folder.path().join("pipe.csv")).status().unwrap();
    assert!(made.success());
    for (name, text, part) in [
        ("none.csv", None, "failed to read file"),
        ("pipe.csv", None, "failed to read file"),
        ("empty.csv", Some("user,word\n"), "it has no row"),
        ("odd.json", Some("{\"user\":1}"), "not a list of objects"),
    ] {
        let path = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let mut plan = plan(server.url(), 10.0, 0.1);
        plan.feeds = vec![FeedPlan { path, random: false }];
        let error = run(&plan).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains(name), "{error}");
    }
}

#[test]
fn a_visitor_keeps_its_own_cookies() {
    const SET: &[u8] = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=7; Path=/\r\nSet-Cookie: far=1; Path=/far\r\nContent-Length: 0\r\n\r\n";
    for (cookies, expected) in [(true, true), (false, false)] {
        let (server, log) = server(|line| if line.contains("/in ") { SET } else { OK });
        let mut plan = plan(server.url(), 20.0, 0.5);
        plan.cookies = cookies;
        *steps(&mut plan) = vec![step("GET", "/look"), step("GET", "/in"), step("GET", "/after")];
        assert_eq!(errors(&run(&plan).unwrap(), "errors"), (0, 30));
        for request in log.lock().unwrap().iter() {
            let has = request.contains("cookie: id=7\r\n");
            assert_eq!(has, expected && request.starts_with("GET /after "), "{request}");
            assert!(!request.contains("far=1"), "{request}");
        }
    }
}

#[test]
fn journeys_are_taken_by_weight_and_always_the_same_ones() {
    let (server, log) = server(|_| OK);
    let journey = |name: &str, weight| JourneyPlan {
        name: name.to_owned(),
        weight,
        steps: vec![step("GET", &format!("/{name}"))],
    };
    let mut plan = plan(server.url(), 400.0, 1.0);
    plan.journeys = vec![journey("often", 3), journey("seldom", 1)];
    let counted = || {
        log.lock().unwrap().clear();
        let target = run(&plan).unwrap();
        let often = errors(&target, "get-often/errors").1;
        let seen = log.lock().unwrap();
        let seen = seen.iter().filter(|request| request.starts_with("GET /often ")).count();
        assert_eq!(often, seen as u64);
        (often, errors(&target, "get-seldom/errors").1)
    };
    let (often, seldom) = counted();
    assert_eq!(often + seldom, 400);
    // Binomial with a standard deviation of 8.7.
    assert!(often.abs_diff(300) < 44, "{often}");
    assert_eq!(counted(), (often, seldom));
}

#[test]
fn thinking_takes_time_and_is_no_latency() {
    let (server, _log) = server(|_| OK);
    let mut plan = plan(server.url(), 20.0, 0.5);
    let think = ThinkPlan { from: Duration::from_millis(300), to: Duration::from_millis(400) };
    *steps(&mut plan) =
        vec![StepPlan { think: Some(think), ..step("GET", "/a") }, step("GET", "/b")];
    let begun = std::time::Instant::now();
    let target = run(&plan).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(750), "{:?}", begun.elapsed());
    assert_eq!(errors(&target, "errors"), (0, 20));
    assert!(histogram(&target, "get-b/latency").quantile(0.5) < 0.25);
}

#[test]
fn what_the_setup_extracts_is_known_to_all_and_the_teardown_comes_last() {
    const TOKEN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"token\":\"q\"}";
    let (server, log) = server(|line| match line {
        line if line.contains("/login ") => TOKEN,
        line if line.contains("/out") => b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        _ => OK,
    });
    let mut plan = plan(server.url(), 20.0, 0.5);
    plan.setup =
        vec![StepPlan { extract: vec![json_path("token", "$.token")], ..step("POST", "/login") }];
    plan.teardown = vec![step("POST", "/out/${token}"), step("GET", "/never")];
    *steps(&mut plan) = vec![step("GET", "/?t=${token}")];
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors"), (0, 10), "they are no part of the load");
    let firsts: Vec<String> =
        log.lock().unwrap().iter().map(|r| r.lines().next().unwrap().to_owned()).collect();
    assert_eq!(firsts[0], "POST /login HTTP/1.1");
    assert!(firsts[1..11].iter().all(|line| line == "GET /?t=q HTTP/1.1"), "{firsts:?}");
    assert_eq!(firsts[11..], ["POST /out/q HTTP/1.1"]);
    let failed = target.warnings.iter().find_map(|warning| match warning {
        Warning::TeardownFailed { step, failure } => Some((step.as_str(), failure.as_str())),
        _ => None,
    });
    assert_eq!(failed, Some(("POST /out/${token}", "status 500")));

    plan.setup.push(step("GET", "/out"));
    let error = run(&plan).unwrap_err();
    assert!(matches!(error, LoadError::Setup { .. }), "{error}");
    assert!(error.to_string().contains("step `GET /out`: status 500"), "{error}");
}

#[test]
fn redirects_are_answers_or_are_followed_within_the_origin() {
    let (server, log) = server(|line| {
        let path = line.split(' ').nth(1).unwrap_or_default();
        match path {
            "/a" => b"HTTP/1.1 302 Go\r\nLocation: /b?x=1\r\nContent-Length: 0\r\n\r\n",
            "/b?x=1" => b"HTTP/1.1 307 Go\r\nLocation: c\r\nContent-Length: 0\r\n\r\n",
            "/circle" => b"HTTP/1.1 301 Go\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n",
            "/away" => {
                b"HTTP/1.1 301 Go\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
            }
            "/nowhere" => b"HTTP/1.1 301 Go\r\nContent-Length: 0\r\n\r\n",
            _ => OK,
        }
    });
    let check = |path: &str, redirects, failure: Option<&str>, requests: usize| {
        let mut plan = plan(server.url(), 10.0, 0.5);
        plan.redirects = redirects;
        let mut posted = step("POST", path);
        posted.body = Some(BodyPlan::Text("hello".to_owned()));
        *steps(&mut plan) = vec![posted];
        log.lock().unwrap().clear();
        let target = run(&plan).unwrap();
        let expected = failure.map(|failure| (failure.to_owned(), 5));
        assert_eq!(kinds(&target), expected.into_iter().collect(), "{path}");
        assert_eq!(log.lock().unwrap().len(), 5 * requests, "{path}");
    };
    check("/a", 0, None, 1);
    check("/a", 2, None, 3);
    check("/a", 1, Some("too many redirects"), 2);
    check("/circle", 5, Some("too many redirects"), 6);
    check("/away", 5, Some("redirect to another origin"), 1);
    check("/nowhere", 5, Some("malformed answer"), 1);
    let last = log.lock().unwrap().last().unwrap().clone();
    assert!(last.ends_with("hello"), "{last}");
}
