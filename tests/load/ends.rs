//! Ends before the time: asked for, or because nobody waits any more.

use crate::server::{OK, Reply, Server, Then};
use crate::{arrivals, broken, errors, histogram, plan, run_with, runtime};
use pacegate::measure::load::{LoadError, measure};
use pacegate::measure::{Context, Event, Stop};
use pacegate::model::ValidityFact;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

#[test]
fn a_stop_keeps_what_was_measured() {
    // Every third answer never comes: those in flight must not delay the stop.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, SeqCst) % 3 {
        0 => Reply { then: Then::Hold, ..Reply::keep(b"") },
        _ => Reply::keep(OK),
    });
    let plan = plan(server.url(), 100.0, 60.0);
    let (stop, asked) = (Stop::new(), Mutex::new(None));
    let observer = |event| {
        if let Event::Load { progress, .. } = event
            && progress.latency.is_some()
        {
            asked.lock().unwrap().get_or_insert_with(Instant::now);
            stop.ask();
        }
    };
    let target = run_with(&plan, &stop, &observer).unwrap();
    let took = asked.lock().unwrap().expect("a stop").elapsed();
    assert!(took < Duration::from_secs(1), "stopped after {took:?}");
    assert!(target.cut_short);
    let count = histogram(&target, "latency").count();
    assert!(count > 0 && count < 6000, "{count}");
    assert_eq!(errors(&target, "errors"), (0, count), "what was in flight is no error");
    let cut = |fact: &ValidityFact| {
        matches!(fact, ValidityFact::CutShort { measured, planned }
            if *measured > 0.0 && *measured < 60.0 && (*planned - 60.0).abs() < 1e-9)
    };
    assert!(broken(&target).iter().any(cut), "{:?}", broken(&target));
}

#[test]
fn a_stop_before_the_first_answer_leaves_nothing() {
    let server = Server::start(|_| Reply::keep(OK));
    let stop = Stop::new();
    stop.ask();
    let error = run_with(&plan(server.url(), 10.0, 60.0), &stop, &|_| ()).unwrap_err();
    assert!(matches!(error, LoadError::Interrupted), "{error}");
}

#[test]
fn a_load_that_nobody_waits_for_ends() {
    let server = Server::start(|_| Reply::keep(OK));
    let plan = plan(server.url(), 100.0, 60.0);
    let stop = Stop::new();
    let context = Context { launcher: Path::new("unused"), stop: &stop, observer: &|_| () };
    runtime().block_on(async {
        let sent = async {
            while server.requests() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            ended = measure(&plan, context) => panic!("{ended:?}"),
            () = sent => {}
        }
    });
    let start = Instant::now();
    while server.seen.open.load(SeqCst) > 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "connections stay open");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_goes_on_is_told_in_order() {
    let server = Server::start(|_| Reply::keep(OK));
    let events = Mutex::new(Vec::new());
    let mut plan = plan(server.url(), 50.0, 0.7);
    arrivals(&mut plan).warmup = Duration::from_millis(300);
    run_with(&plan, &Stop::new(), &|event| events.lock().unwrap().push(event)).unwrap();
    let events = events.into_inner().unwrap();
    let plan = "50/s for 700ms after 300ms of warm-up, up to 256 connections, to ";
    let told = |event: &Event| matches!(event, Event::Planned { plan: text, .. } if text.starts_with(plan));
    assert!(events.first().is_some_and(told), "{events:?}");
    let shares: Vec<f64> = events[1..]
        .iter()
        .map(|event| match event {
            Event::Load { name, progress } if name == "load" => progress.done,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(
        !shares.is_empty()
            && shares.is_sorted()
            && shares.iter().all(|done| (0.0..=1.0).contains(done)),
        "{shares:?}"
    );
}
