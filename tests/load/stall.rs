//! The proof of due-time latency: a server that stalls is charged for every request that had to wait.
//!
//! In the last tenth of every period the server answers nothing, then everything. Under open arrivals
//! over whole periods a tenth of the requests waits uniformly from 0 to the whole stall, so the 0.95
//! quantile is half the stall, the 0.99 quantile nine tenths of it, and the mean a twentieth, whatever
//! the phase and the number of connections. A generator that waits for answers would send one request
//! a connection into each stall and see none of this at the 0.99 quantile.

use crate::server::{OK, Reply, Server};
use crate::{arrivals, errors, histogram, plan, run};
use pacegate::model::Target;
use std::time::{Duration, Instant};

const PERIOD: Duration = Duration::from_millis(2500);
pub(crate) const STALL: Duration = Duration::from_millis(250);
const PERIODS: f64 = 4.0;
const RATE: f64 = 500.0;

/// A server that stalls so.
pub(crate) fn stalling() -> Server {
    let start = Instant::now();
    Server::start(move |_| {
        let phase = start.elapsed().as_nanos() % PERIOD.as_nanos();
        let left = PERIOD.as_nanos() - phase;
        let stalled = left <= STALL.as_nanos();
        let after = if stalled { Duration::from_nanos(left as u64) } else { Duration::ZERO };
        Reply { after, ..Reply::keep(OK) }
    })
}

fn under_stalls(connections: usize) -> Target {
    let server = stalling();
    let mut plan = plan(server.url(), RATE, PERIOD.as_secs_f64() * PERIODS);
    arrivals(&mut plan).connections = connections;
    let target = run(&plan).expect("a target");
    assert_eq!(server.requests(), 5000);
    target
}

#[track_caller]
fn check(connections: usize) -> Target {
    let target = under_stalls(connections);
    let latency = histogram(&target, "latency");
    assert_eq!(latency.count(), 5000);
    assert_eq!(errors(&target, "errors"), (0, 5000));
    let validity = target.validity.as_ref().expect("a validity block");
    assert_eq!(validity.dropped, 0);
    let stall = STALL.as_secs_f64();
    // A busy machine makes the generator late, and the server as much: both are in the latency.
    let tolerance = 0.1 * stall + 2.0 * validity.lateness_p99;
    for (quantile, truth) in [(0.95, 0.5 * stall), (0.99, 0.9 * stall)] {
        let found = latency.quantile(quantile);
        assert!(
            (found - truth).abs() <= tolerance,
            "{quantile}: {found} is not {truth} ± {tolerance}"
        );
    }
    let (mean, truth) = (latency.mean(), 0.05 * stall);
    assert!((mean - truth).abs() <= 0.2 * truth + 2.0 * validity.lateness_p99, "mean {mean}");
    target
}

#[test]
fn a_stall_is_seen_by_every_request_that_was_due_in_it() {
    check(1000);
}

#[test]
fn so_it_is_when_most_of_them_wait_for_a_connection() {
    let target = check(10);
    // Measured from the sending, the same stalls nearly vanish: ten requests of each are left.
    let service = histogram(&target, "service");
    assert!(service.quantile(0.95) < 0.1 * STALL.as_secs_f64(), "{}", service.quantile(0.95));
}
