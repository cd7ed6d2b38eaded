//! Good and bad answers: each is either success or a failure of its own kind, and never lost.

use crate::server::{OK, Reply, Server, Then};
use crate::{errors, histogram, kinds, plan, run, steps};
use pacegate::measure::load::LoadError;
use std::collections::BTreeMap;
use std::time::Duration;

const CLOSED: &str = "closed before the end of the answer";

/// Sends ten requests and expects all to fail in that way, or none.
#[track_caller]
fn check(name: &str, bytes: &'static [u8], then: Then, failure: Option<&str>) {
    let server = Server::start(move |_| Reply { then, ..Reply::keep(bytes) });
    let target = run(&plan(server.url(), 50.0, 0.2)).expect("a target");
    let expected: BTreeMap<String, u64> =
        failure.map(|kind| (kind.to_owned(), 10)).into_iter().collect();
    assert_eq!(kinds(&target), expected, "{name}");
    assert_eq!(errors(&target, "errors"), (expected.values().sum(), 10), "{name}");
    assert_eq!(histogram(&target, "latency").count(), 10, "{name}");
    assert_eq!(server.requests(), 10, "{name}: none is sent twice");
}

#[test]
fn odd_but_valid_answers_are_success() {
    let check = |name, bytes, then| check(name, bytes, then, None);
    check("plain", OK, Then::Keep);
    check(
        "redirect",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        Then::Keep,
    );
    check("no content", b"HTTP/1.1 204 No Content\r\n\r\n", Then::Keep);
    check(
        "chunks",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
        Then::Keep,
    );
    check(
        "interim answers",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Then::Keep,
    );
    check("old", b"HTTP/1.0 200 OK\r\n\r\nok", Then::Close);
    check("until closed", b"HTTP/1.1 200 OK\r\n\r\nok", Then::Close);
    check(
        "closes and says so",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        Then::Close,
    );
    check("closes without a word", OK, Then::Close);
    check(
        "says more than it announced",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay",
        Then::Keep,
    );
}

#[test]
fn bad_answers_are_failures_of_their_kind() {
    let check = |name, bytes, then, failure| check(name, bytes, then, Some(failure));
    check("error", b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno", Then::Keep, "status 500");
    check("not found", b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Then::Keep, "status 404");
    check("closes at once", b"", Then::Close, CLOSED);
    check("closes in the head", b"HTTP/1.1 200 OK\r\nContent-", Then::Close, CLOSED);
    check(
        "closes in the body",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        Then::Close,
        CLOSED,
    );
    check(
        "closes in a chunk",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
        Then::Close,
        CLOSED,
    );
    check("resets", b"", Then::Reset, "connection reset");
    check("no HTTP", b"220 mail.example ESMTP\r\n", Then::Keep, "malformed answer");
    check(
        "bad length",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
        Then::Keep,
        "malformed answer",
    );
    check(
        "bad chunk",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n",
        Then::Keep,
        "malformed answer",
    );
    check(
        "endless head",
        b"HTTP/1.1 200 OK\r\n",
        Then::Endless(b"X: 0123456789012345678901234567890123456789\r\n"),
        "malformed answer",
    );
}

#[test]
fn an_endless_body_is_given_up() {
    const CHUNK: &[u8] = &[b'x'; 1 << 16];
    let server = Server::start(|_| Reply {
        then: Then::Endless(CHUNK),
        ..Reply::keep(b"HTTP/1.1 200 OK\r\n\r\n")
    });
    let target = run(&plan(server.url(), 10.0, 0.2)).unwrap();
    assert_eq!(kinds(&target), BTreeMap::from([("body over 64 MiB".to_owned(), 2)]));
}

#[test]
fn silence_is_a_timeout_at_its_value() {
    const HEAD: &[u8] =
        b"HTTP/1.1 200 OK\r\nX: a head that comes in drops takes far more than the timeout\r\n\r\n";
    for (name, bytes, then) in [
        ("nothing", &b""[..], Then::Hold),
        ("half a head", b"HTTP/1.1 200 OK\r\nContent-", Then::Hold),
        ("half a body", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", Then::Hold),
        ("an interim answer", b"HTTP/1.1 100 Continue\r\n\r\n", Then::Hold),
        ("a head in drops", b"", Then::Drip(HEAD)),
    ] {
        let server = Server::start(move |_| Reply { then, ..Reply::keep(bytes) });
        let mut plan = plan(server.url(), 50.0, 0.2);
        plan.timeout = Duration::from_millis(250);
        let target = run(&plan).unwrap();
        assert_eq!(kinds(&target), BTreeMap::from([("timeout".to_owned(), 10)]), "{name}");
        let latency = histogram(&target, "latency");
        assert_eq!(latency.count(), 10, "{name}");
        assert!(
            latency.quantile(0.0) >= 0.249_7 && latency.quantile(1.0) <= 0.250_3,
            "{name}: {latency:?}"
        );
        assert!(target.elapsed >= 0.43, "{name}: the last were not waited for");
    }
}

#[test]
fn listed_statuses_alone_are_success() {
    let server = Server::start(|request| match request.starts_with("GET /gone") {
        true => Reply::keep(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"),
        false => Reply::keep(OK),
    });
    for (path, expected) in [("/gone", 0), ("/", 10)] {
        let mut plan = plan(server.url(), 50.0, 0.2);
        steps(&mut plan)[0].path = path.to_owned();
        steps(&mut plan)[0].expect.status = vec![404, 410];
        assert_eq!(errors(&run(&plan).unwrap(), "errors"), (expected, 10), "{path}");
    }
}

#[test]
fn where_nobody_listens_nothing_was_measured() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = run(&plan(format!("http://{closed}"), 50.0, 0.2)).unwrap_err();
    assert!(matches!(error, LoadError::NothingSent { .. }), "{error}");
    assert!(error.to_string().contains("10 × connection refused"), "{error}");
}

#[test]
fn a_service_that_dies_is_measured_with_its_errors() {
    let server = Server::start(|_| Reply::keep(OK));
    let plan = plan(server.url(), 50.0, 1.0);
    // It is gone from the moment the first progress with answers is told.
    let server = std::sync::Mutex::new(Some(server));
    let observer = |event| {
        if let pacegate::measure::Event::Load { progress, .. } = event
            && progress.latency.is_some()
        {
            drop(server.lock().unwrap().take());
        }
    };
    let target = crate::run_with(&plan, &pacegate::measure::Stop::new(), &observer).unwrap();
    let (failed, all) = errors(&target, "errors");
    assert_eq!((all, histogram(&target, "latency").count()), (50, 50));
    assert!(failed > 0 && failed < 50, "{failed} failed");
    assert!(histogram(&target, "service").count() < 50, "refused ones were never sent");
}
