//! Did the load measure the service, or its own generator?

use crate::model::{Validity, ValidityFact};
use std::time::Duration;

/// The least share of the rate asked for.
const MIN_RATE_SHARE: f64 = 0.99;
/// Lateness that is always allowed, in seconds.
const LATENESS_FLOOR: f64 = 0.001;
/// The most that lateness may be of the latency it adds to.
const MAX_LATENESS_SHARE: f64 = 0.1;
/// The most CPU the generator may use of what it was granted.
const MAX_CPU_SHARE: f64 = 0.8;

/// What is known of a load once it has ended.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// How long it was to be measured.
    pub(super) planned: Duration,
    /// How long it was measured.
    pub(super) measured: Duration,
    /// From the first journey's due time to when the last was started.
    pub(super) issuing: Duration,
    /// Journeys that were due.
    pub(super) offered: u64,
    /// Journeys that were never sent.
    pub(super) dropped: u64,
    /// 0.99 quantile of the pacer's lateness, in seconds.
    pub(super) lateness_p99: f64,
    /// 0.99 quantile of latency of the step where it is smallest, in seconds.
    pub(super) latency_p99: f64,
    /// CPU time by wall time of the workers.
    pub(super) cpu: Option<f64>,
    /// Whether it was stopped before its time.
    pub(super) cut_short: bool,
}

/// Judges a load by the facts; `broken` is empty when its latencies may be judged.
pub(super) fn validity(facts: &Facts) -> Validity {
    // A generator that falls behind starts its last journeys after the measured time.
    let asked = rate(facts.offered, facts.measured);
    let achieved =
        rate(facts.offered.saturating_sub(facts.dropped), facts.measured.max(facts.issuing));
    let allowed = (facts.latency_p99 * MAX_LATENESS_SHARE).max(LATENESS_FLOOR);
    let (measured, planned) = (facts.measured.as_secs_f64(), facts.planned.as_secs_f64());
    let (count, lateness_p99) = (facts.dropped, facts.lateness_p99);
    let broken = [
        (achieved < asked * MIN_RATE_SHARE)
            .then_some(ValidityFact::RateNotReached { asked, achieved }),
        (count > 0).then_some(ValidityFact::Dropped { count }),
        (lateness_p99 > allowed).then_some(ValidityFact::GeneratorLate { lateness_p99, allowed }),
        facts
            .cpu
            .filter(|share| *share > MAX_CPU_SHARE)
            .map(|share| ValidityFact::GeneratorBusy { share }),
        facts.cut_short.then_some(ValidityFact::CutShort { measured, planned }),
    ];
    Validity {
        asked_rate: asked,
        achieved_rate: achieved,
        dropped: count,
        lateness_p99,
        generator_cpu: facts.cpu,
        broken: broken.into_iter().flatten().collect(),
    }
}

fn rate(count: u64, time: Duration) -> f64 {
    match time.as_secs_f64() {
        seconds if seconds > 0.0 => count as f64 / seconds,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts {
        Facts {
            planned: Duration::from_secs(10),
            measured: Duration::from_secs(10),
            issuing: Duration::from_secs(10),
            offered: 5000,
            dropped: 0,
            lateness_p99: 0.0001,
            latency_p99: 0.005,
            cpu: Some(0.2),
            cut_short: false,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Facts), expected: &[ValidityFact]) {
        let mut facts = good();
        change(&mut facts);
        assert_eq!(validity(&facts).broken, expected);
    }

    #[test]
    fn each_fact_breaks_validity_on_its_own_and_only_beyond_its_limit() {
        check(|_| (), &[]);
        check(|facts| facts.issuing = Duration::from_secs_f64(10.1), &[]);
        check(
            |facts| facts.issuing = Duration::from_secs_f64(12.5),
            &[ValidityFact::RateNotReached { asked: 500.0, achieved: 400.0 }],
        );
        check(|facts| facts.dropped = 1, &[ValidityFact::Dropped { count: 1 }]);
        check(
            |facts| facts.dropped = 5000,
            &[
                ValidityFact::RateNotReached { asked: 500.0, achieved: 0.0 },
                ValidityFact::Dropped { count: 5000 },
            ],
        );
        check(|facts| facts.lateness_p99 = 0.001, &[]);
        check(
            |facts| facts.lateness_p99 = 0.0011,
            &[ValidityFact::GeneratorLate { lateness_p99: 0.0011, allowed: 0.001 }],
        );
        check(|facts| (facts.lateness_p99, facts.latency_p99) = (0.005, 0.064), &[]);
        check(
            |facts| (facts.lateness_p99, facts.latency_p99) = (0.005, 0.03125),
            &[ValidityFact::GeneratorLate { lateness_p99: 0.005, allowed: 0.003125 }],
        );
        check(|facts| facts.cpu = Some(0.8), &[]);
        check(|facts| facts.cpu = Some(0.81), &[ValidityFact::GeneratorBusy { share: 0.81 }]);
        check(|facts| facts.cpu = None, &[]);
    }

    #[test]
    fn a_stopped_load_is_cut_short_but_reached_its_rate() {
        let measured = Duration::from_secs(4);
        check(
            |facts| {
                (facts.measured, facts.issuing, facts.offered, facts.cut_short) =
                    (measured, measured, 2000, true);
            },
            &[ValidityFact::CutShort { measured: 4.0, planned: 10.0 }],
        );
    }
}
