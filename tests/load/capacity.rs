//! The search for capacity, on a service whose capacity is known.

use crate::server::{OK, Reply, Server};
use crate::{arrivals, plan, run, run_with};
use pacegate::config::{Arrivals, CapacityPlan, LoadPlan, Objective, Traffic};
use pacegate::measure::load::LoadError;
use pacegate::measure::{Event, Stop};
use pacegate::model::{Data, Target, ValidityFact, Warning};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// One request after the other, 20 ms each: 50 a second, whatever is asked.
fn serial() -> Server {
    let free = Mutex::new(Instant::now());
    Server::start(move |_| {
        let mut free = free.lock().unwrap();
        let now = Instant::now();
        *free = (*free).max(now) + Duration::from_millis(20);
        Reply { after: *free - now, ..Reply::keep(OK) }
    })
}

fn search(url: String, from: f64, to: f64) -> LoadPlan {
    let mut plan = plan(url, 1.0, 1.0);
    let template = Arrivals { stages: vec![], ..arrivals(&mut plan).clone() };
    plan.traffic = Traffic::Capacity(CapacityPlan {
        objective: Objective {
            latencies: vec![(0.95, 0.4)],
            errors: 0.01,
            text: "p95 < 400ms".to_owned(),
        },
        from,
        to,
        level: Duration::from_secs(2),
        arrivals: template,
    });
    plan
}

fn capacity(target: &Target) -> (f64, f64) {
    let capacity = target.measurement("capacity").unwrap();
    let Data::Sample(sample) = &capacity.data else { panic!("{capacity:?}") };
    (sample.values().next().unwrap(), capacity.quantum)
}

#[test]
fn the_knee_is_found_and_confirmed_and_the_curve_kept() {
    let server = serial();
    let target = run(&search(server.url(), 6.0, 400.0)).unwrap();
    let (found, gap) = capacity(&target);
    // Below 50 no queue grows; a little above, two seconds of it are within the objective.
    assert!((35.0..=65.0).contains(&found), "{found}");
    assert!(gap > 0.0 && gap <= 0.06 * found, "{gap}");
    let levels = &target.course.levels;
    assert!(
        levels.iter().filter(|level| (level.rate - found).abs() < 1e-9 && level.held).count() >= 2
    );
    assert!(
        levels.iter().all(|level| level.rate <= 100.0 && level.latency.count() > 0),
        "{levels:?}"
    );
    let slow = |level: &&pacegate::model::LoadLevel| level.latency.quantile(0.95) >= 0.4;
    assert!(levels.iter().filter(slow).count() >= 2, "missed twice");
    assert!(target.warnings.is_empty(), "{:?}", target.warnings);
    assert_eq!(target.measurements.len(), 1, "a search has no latency of its own");
    let text = serde_json::to_string(&target).unwrap();
    assert_eq!(serde_json::from_str::<Target>(&text).unwrap(), target);
}

#[test]
fn the_ends_of_the_range_are_told() {
    let server = serial();
    let error = run(&search(server.url(), 200.0, 400.0)).unwrap_err();
    assert!(matches!(error, LoadError::NoCapacity { .. }), "{error}");
    assert!(error.to_string().contains("`p95 < 400ms` does not hold at 200/s"), "{error}");
    let target = run(&search(server.url(), 5.0, 10.0)).unwrap();
    let (found, gap) = capacity(&target);
    assert!((found - 10.0).abs() + gap < 1e-9, "{found} {gap}");
    let ended = |warning: &Warning| matches!(warning, Warning::SearchEnded { rate } if (rate - 10.0).abs() < 1e-9);
    assert!(target.warnings.iter().any(ended), "{:?}", target.warnings);
}

#[test]
fn a_stop_keeps_what_held() {
    let server = serial();
    let stop = Stop::new();
    let observer = |event| {
        if let Event::Progress { note, .. } = event
            && !note.contains("none held")
        {
            stop.ask();
        }
    };
    let target = run_with(&search(server.url(), 5.0, 400.0), &stop, &observer).unwrap();
    assert!(target.cut_short && capacity(&target).0 > 0.0);
    let cut = |fact: &ValidityFact| matches!(fact, ValidityFact::CutShort { .. });
    assert!(crate::broken(&target).iter().any(cut), "{:?}", target.validity);
}
