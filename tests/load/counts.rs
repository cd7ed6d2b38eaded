//! Everything that was due is counted once, here as at the server.

use crate::server::{OK, Reply, Server, Then};
use crate::{arrivals, broken, errors, histogram, plan, run, step, steps};
use pacegate::config::Spacing;
use pacegate::model::{Data, ValidityFact, Warning};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

#[test]
fn measured_requests_are_rate_times_duration_and_the_server_saw_them_all() {
    let server = Server::start(|_| Reply::keep(OK));
    let mut plan = plan(server.url(), 300.0, 1.5);
    arrivals(&mut plan).warmup = Duration::from_millis(500);
    let target = run(&plan).unwrap();
    assert_eq!(histogram(&target, "latency").count(), 450);
    assert_eq!(histogram(&target, "service").count(), 450);
    assert_eq!(errors(&target, "errors"), (0, 450));
    assert_eq!(server.requests(), 450 + 150, "with the warm-up");
    let validity = target.validity.as_ref().unwrap();
    assert_eq!(validity.dropped, 0);
    assert!((validity.asked_rate - 300.0).abs() < 1e-9, "{validity:?}");
    assert!(validity.generator_cpu.is_some_and(|share| share > 0.0 && share <= 1.0));
    assert!(!target.cut_short && target.elapsed >= 2.0);
    // Nothing of this is late by its nature, but the machine may be busy.
    let late = |fact: &ValidityFact| {
        matches!(fact, ValidityFact::GeneratorLate { .. } | ValidityFact::RateNotReached { .. })
    };
    assert!(broken(&target).iter().all(late), "{:?}", broken(&target));
    let Data::Sample(throughput) = &target.measurement("throughput").unwrap().data else {
        panic!("throughput is no sample")
    };
    let throughput: Vec<f64> = throughput.values().collect();
    assert!(matches!(throughput[..], [rate] if rate > 0.0 && rate < 450.0), "{throughput:?}");
}

#[test]
fn exponential_gaps_depend_on_the_seed_alone() {
    let server = Server::start(|_| Reply::keep(OK));
    let mut plan = plan(server.url(), 200.0, 1.0);
    let mut count = |seed| {
        arrivals(&mut plan).spacing = Spacing::Poisson { seed };
        histogram(&run(&plan).unwrap(), "latency").count()
    };
    let first = count(1);
    assert_eq!(count(1), first);
    assert_eq!(server.requests(), 2 * first);
    assert!((100..300).contains(&first), "{first} is no Poisson draw of mean 200");
}

#[test]
fn every_step_of_a_journey_has_its_own_series() {
    let server = Server::start(|request| match request.starts_with("GET /a") {
        true => Reply { after: Duration::from_millis(20), ..Reply::keep(OK) },
        false => Reply::keep(OK),
    });
    let mut plan = plan(server.url(), 50.0, 1.0);
    *steps(&mut plan) = vec![step("GET", "/a"), step("POST", "/b"), step("GET", "/c?x=1")];
    let target = run(&plan).unwrap();
    for metric in ["get-a/latency", "post-b/latency", "get-c-x-1/latency", "get-a/service"] {
        assert_eq!(histogram(&target, metric).count(), 50, "{metric}");
    }
    assert_eq!(errors(&target, "post-b/errors"), (0, 50));
    assert_eq!(histogram(&target, "latency").count(), 150);
    assert_eq!(server.requests(), 150);
    assert!(histogram(&target, "get-a/latency").quantile(0.0) >= 0.019_9);
    let ids: Vec<String> = target.series().map(|series| series.id.to_string()).collect();
    assert!(ids.contains(&"load/get-a/latency/p95".to_owned()), "{ids:?}");
}

#[test]
fn a_failed_step_ends_its_journey() {
    let server = Server::start(|request| match request.starts_with("GET /b") {
        true => Reply::keep(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        false => Reply::keep(OK),
    });
    let mut plan = plan(server.url(), 50.0, 0.4);
    *steps(&mut plan) = vec![step("GET", "/a"), step("GET", "/b"), step("GET", "/c")];
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors"), (20, 40));
    assert_eq!(errors(&target, "get-a/errors"), (0, 20));
    assert_eq!(errors(&target, "get-b/errors"), (20, 20));
    assert!(target.measurement("get-c/latency").is_none(), "nothing is known of it");
    assert_eq!(server.requests(), 40);
}

#[test]
fn connections_are_kept_and_few() {
    let server = Server::start(|_| Reply::keep(OK));
    let mut plan = plan(server.url(), 20.0, 1.0);
    arrivals(&mut plan).connections = 3;
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors"), (0, 20));
    let opened = server.seen.opened.load(SeqCst);
    assert!((1..=3).contains(&opened), "{opened} connections for 20 requests");
}

#[test]
fn beyond_the_cap_requests_wait_and_their_waiting_counts() {
    let after = Duration::from_millis(100);
    let server = Server::start(move |_| Reply { after, ..Reply::keep(OK) });
    let mut plan = plan(server.url(), 100.0, 1.0);
    arrivals(&mut plan).connections = 2;
    let target = run(&plan).unwrap();
    assert_eq!(server.seen.most.load(SeqCst), 2);
    assert_eq!(histogram(&target, "latency").count(), 100);
    // Two connections answer 20/s of the 100/s: the last request waits for about 4 s.
    let (latency, service) = (histogram(&target, "latency"), histogram(&target, "service"));
    assert!(latency.quantile(0.99) > 3.5, "{}", latency.quantile(0.99));
    assert!(service.quantile(0.5) < latency.quantile(0.5) / 2.0);
    let waited = |warning: &Warning| matches!(warning, Warning::WaitedForConnection { share, p99 } if *share > 0.9 && *p99 > 3.0);
    assert!(target.warnings.iter().any(waited), "{:?}", target.warnings);
    let dropped = |fact: &ValidityFact| matches!(fact, ValidityFact::Dropped { .. });
    assert!(!broken(&target).iter().any(dropped), "waiting is not dropping");
}

#[test]
fn the_cap_holds_when_answers_do_not_come() {
    let server = Server::start(|_| Reply { then: Then::Hold, ..Reply::keep(b"") });
    let mut plan = plan(server.url(), 50.0, 0.4);
    arrivals(&mut plan).connections = 2;
    plan.timeout = Duration::from_millis(150);
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors"), (20, 20));
    // The server learns of a close a moment after the next connection at most.
    assert!(server.seen.most.load(SeqCst) <= 4, "{}", server.seen.most.load(SeqCst));
    // Every one is recorded at the timeout, also those whose time was up before there was a connection.
    let latency = histogram(&target, "latency");
    assert!(latency.quantile(0.0) >= 0.149_8 && latency.quantile(1.0) <= 0.150_2, "{latency:?}");
}
