//! Progress in words.

use pacegate::measure::{LoadPhase, LoadProgress};
use std::time::Duration;

/// `200 of 200/s, p50 812 µs, p95 1.2 ms, p99 3.4 ms, 3 in flight`; short enough for 80 columns.
pub(super) fn load(progress: &LoadProgress) -> String {
    let LoadProgress { asked, achieved, in_flight, waiting, latency, .. } = progress;
    let rate = (progress.phase != LoadPhase::Ending)
        .then(|| format!("{} of {}/s", rate(*achieved), rate(*asked)));
    let latency = latency
        .map(|[p50, p95, p99]| format!("p50 {}, p95 {}, p99 {}", time(p50), time(p95), time(p99)));
    let flying = Some(format!("{in_flight} in flight"));
    let waiting = (*waiting > 0).then(|| format!("{waiting} waiting"));
    [rate, latency, flying, waiting].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `measuring, 0 errors, 12 s left`.
pub(super) fn load_phase(progress: &LoadProgress) -> String {
    let left = seconds(progress.left);
    let errors = match progress.errors {
        1 => "1 error".to_owned(),
        errors => format!("{errors} errors"),
    };
    let phase = match progress.phase {
        LoadPhase::WarmingUp => format!("warming up, {left} left"),
        LoadPhase::Measuring => format!("measuring, {errors}, {left} left"),
        LoadPhase::Ending => format!("waiting for answers, {errors}"),
    };
    match &progress.of {
        Some(of) => format!("{of}: {phase}"),
        None => phase,
    }
}

/// `, 12 s left`, from the share done or the planned time.
pub(super) fn left(done: Option<f64>, planned: Option<Duration>, elapsed: Duration) -> String {
    let left = match (done, planned) {
        (_, Some(planned)) => Some(planned.saturating_sub(elapsed)),
        (Some(done), None) if done > 0.0 => {
            Duration::try_from_secs_f64(elapsed.as_secs_f64() * (1.0 - done) / done).ok()
        }
        _ => None,
    };
    left.map_or(String::new(), |left| format!(", {} left", seconds(left)))
}

pub(super) fn finished(name: &str, ok: bool, elapsed: Duration) -> String {
    format!("{name} {} in {}", if ok { "done" } else { "failed" }, seconds(elapsed))
}

pub(super) fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

/// A rate to three digits or so: slow loads start less than one journey a second.
fn rate(rate: f64) -> String {
    if (0.05..9.95).contains(&rate) { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.1} s"),
        s if s >= 0.01 => format!("{:.0} ms", s * 1e3),
        s if s >= 0.001 => format!("{:.1} ms", s * 1e3),
        s => format!("{:.0} µs", s * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(phase: LoadPhase) -> LoadProgress {
        LoadProgress {
            of: None,
            phase,
            done: 0.5,
            left: Duration::from_secs(12),
            asked: 200.0,
            achieved: 199.6,
            in_flight: 3,
            waiting: 0,
            latency: Some([0.000_812, 0.001_23, 0.0344]),
            errors: 0,
        }
    }

    #[track_caller]
    fn check(phase: LoadPhase, change: impl FnOnce(&mut LoadProgress), beside: &str, below: &str) {
        let mut progress = progress(phase);
        change(&mut progress);
        assert_eq!((load_phase(&progress).as_str(), load(&progress).as_str()), (beside, below));
    }

    #[test]
    fn a_load_is_told_in_every_phase() {
        use LoadPhase::{Ending, Measuring, WarmingUp};
        check(
            WarmingUp,
            |progress| progress.latency = None,
            "warming up, 12 s left",
            "200 of 200/s, 3 in flight",
        );
        check(
            Measuring,
            |_| (),
            "measuring, 0 errors, 12 s left",
            "200 of 200/s, p50 812 µs, p95 1.2 ms, p99 34 ms, 3 in flight",
        );
        check(
            Measuring,
            |progress| {
                (progress.waiting, progress.errors) = (40, 1);
                (progress.asked, progress.achieved) = (1.5, 0.0);
                progress.latency = Some([0.5, 1.0, 30.04]);
                progress.left = Duration::from_millis(2340);
            },
            "measuring, 1 error, 2.3 s left",
            "0 of 1.5/s, p50 500 ms, p95 1.0 s, p99 30.0 s, 3 in flight, 40 waiting",
        );
        check(
            Measuring,
            |progress| progress.latency = None,
            "measuring, 0 errors, 12 s left",
            "200 of 200/s, 3 in flight",
        );
        check(
            Measuring,
            |progress| progress.of = Some("200/s, none held so far".to_owned()),
            "200/s, none held so far: measuring, 0 errors, 12 s left",
            "200 of 200/s, p50 812 µs, p95 1.2 ms, p99 34 ms, 3 in flight",
        );
        check(
            Ending,
            |progress| progress.left = Duration::ZERO,
            "waiting for answers, 0 errors",
            "p50 812 µs, p95 1.2 ms, p99 34 ms, 3 in flight",
        );
    }

    #[test]
    fn the_time_left_is_planned_or_worked_out() {
        let check = |done, planned: Option<u64>, elapsed, expected: &str| {
            let found = left(done, planned.map(Duration::from_secs), Duration::from_secs(elapsed));
            assert_eq!(found, expected);
        };
        check(None, None, 5, "");
        check(Some(0.0), None, 5, "");
        check(Some(0.25), None, 5, ", 15 s left");
        check(Some(0.25), Some(60), 5, ", 55 s left");
        check(None, Some(3), 5, ", 0.0 s left");
    }
}
