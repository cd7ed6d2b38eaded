//! Did the load measure the service, or its own generator?

use crate::model::{Data, Target, Validity, ValidityFact};
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
    let (measured, planned) = (facts.measured.as_secs_f64(), facts.planned.as_secs_f64());
    let (count, lateness_p99) = (facts.dropped, facts.lateness_p99);
    let broken = [
        (achieved < asked * MIN_RATE_SHARE)
            .then_some(ValidityFact::RateNotReached { asked, achieved }),
        (count > 0).then_some(ValidityFact::Dropped { count }),
        late(lateness_p99, facts.latency_p99),
        facts.cpu.and_then(busy),
        facts.cut_short.then_some(ValidityFact::CutShort { measured, planned }),
    ];
    Validity {
        asked_rate: asked,
        achieved_rate: achieved,
        dropped: count,
        lateness_p99,
        lateness: None,
        generator_cpu: facts.cpu,
        under_counts: false,
        broken: broken.into_iter().flatten().collect(),
    }
}

/// A segment's validity by itself. One late arrival is more than 1 % of a short segment, so that its own
/// p99 says little, and whoever left out every such pair would leave out those of the busier build.
/// So lateness breaks a segment only when most of its arrivals were later than is allowed; p99 and the
/// generator's CPU are judged [`over_segments`].
pub(in crate::measure) fn of_segment(mut validity: Validity) -> Validity {
    let median = validity.lateness.as_ref().map(|lateness| lateness.quantile(0.5));
    validity.broken.retain(|fact| match fact {
        ValidityFact::RateNotReached { .. }
        | ValidityFact::Dropped { .. }
        | ValidityFact::WorkersLost { .. }
        | ValidityFact::PairsLeftOut { .. }
        | ValidityFact::CutShort { .. } => true,
        ValidityFact::GeneratorLate { allowed, .. } => median.is_none_or(|late| late > *allowed),
        ValidityFact::GeneratorBusy { .. } => false,
    });
    validity
}

/// What breaks the validity of a target whose segments are pooled, and are valid each by itself.
pub(in crate::measure) fn over_segments(target: &Target) -> Vec<ValidityFact> {
    let Some(validity) = &target.validity else { return Vec::new() };
    let latency_p99 = target.measurements.iter().filter_map(|measurement| {
        let name = measurement.metric.name.rsplit('/').next();
        match &measurement.data {
            Data::Histogram(latency) if name == Some("latency") => Some(latency.quantile(0.99)),
            _ => None,
        }
    });
    let smallest = latency_p99.fold(f64::INFINITY, f64::min);
    let late = late(validity.lateness_p99, smallest);
    late.into_iter().chain(validity.generator_cpu.and_then(busy)).collect()
}

fn late(lateness_p99: f64, latency_p99: f64) -> Option<ValidityFact> {
    let allowed = (latency_p99 * MAX_LATENESS_SHARE).max(LATENESS_FLOOR);
    (lateness_p99 > allowed).then_some(ValidityFact::GeneratorLate { lateness_p99, allowed })
}

fn busy(share: f64) -> Option<ValidityFact> {
    (share > MAX_CPU_SHARE).then_some(ValidityFact::GeneratorBusy { share })
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
    use crate::model::{Engine, Histogram, Measurement, Metric, Unit};

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

    /// A target whose arrivals were late by these milliseconds, and whose step answered so fast.
    fn target(lateness: &[u64], step_latency: u64, cpu: f64) -> Target {
        let lateness: Histogram = lateness.iter().map(|late| late * 1_000_000).collect();
        let latency = |name: &str, milliseconds: u64| Measurement {
            metric: Metric::lower(name, Unit::Seconds),
            data: Data::Histogram(Histogram::from_iter([milliseconds * 1_000_000])),
            quantum: 0.0,
        };
        let facts = Facts {
            lateness_p99: lateness.quantile(0.99),
            latency_p99: step_latency as f64 / 1000.0,
            cpu: Some(cpu),
            ..good()
        };
        Target {
            name: "load".to_owned(),
            engine: Engine::Open,
            definition: String::new(),
            measurements: vec![
                latency("latency", 1000),
                latency("service", 1),
                latency("get/latency", step_latency),
                latency("post/latency", 500),
            ],
            validity: Some(Validity { lateness: Some(lateness), ..validity(&facts) }),
            elapsed: 1.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        }
    }

    /// Whether lateness breaks a load, a segment of it by itself, and pooled segments; and whether the
    /// generator's CPU does.
    #[track_caller]
    fn breaks(target: &Target, lateness: [bool; 3], cpu: [bool; 3]) {
        let alone = target.validity.clone().unwrap();
        let by: [Vec<ValidityFact>; 3] =
            [alone.broken.clone(), of_segment(alone).broken, over_segments(target)];
        let of = |is: fn(&ValidityFact) -> bool| by.each_ref().map(|facts| facts.iter().any(is));
        assert_eq!(of(|fact| matches!(fact, ValidityFact::GeneratorLate { .. })), lateness);
        assert_eq!(of(|fact| matches!(fact, ValidityFact::GeneratorBusy { .. })), cpu);
    }

    #[test]
    fn a_segment_is_broken_by_what_most_of_its_arrivals_met() {
        let (never, as_a_whole) = ([false; 3], [true, false, true]);
        breaks(&target(&[0, 0, 0, 0], 20, 0.2), never, never);
        breaks(&target(&[0, 0, 0, 5], 20, 0.2), as_a_whole, never);
        breaks(&target(&[0, 0, 0, 5], 80, 0.2), never, never);
        breaks(&target(&[0, 5, 5, 5], 20, 0.2), [true; 3], never);
        breaks(&target(&[0, 0, 0, 0], 20, 0.9), never, as_a_whole);
    }

    #[test]
    fn what_was_not_sent_breaks_a_segment_too() {
        let broken = vec![
            ValidityFact::RateNotReached { asked: 2.0, achieved: 1.0 },
            ValidityFact::Dropped { count: 1 },
            ValidityFact::CutShort { measured: 1.0, planned: 2.0 },
        ];
        let of_whole = Validity { broken: broken.clone(), ..validity(&good()) };
        assert_eq!(of_segment(of_whole).broken, broken);
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
