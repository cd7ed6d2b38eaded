//! When journeys are due. The schedule knows nothing of answers, which is what makes the model open.

use crate::config::{Arrivals, RateStage, Spacing};
use crate::model::Part;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use std::time::Duration;

/// One arrival of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    /// Time since the start.
    pub(super) offset: Duration,
    /// Whether it is due after the warm-up.
    pub(super) measured: bool,
}

/// All arrivals of a load, in order of time.
///
/// A journey is due whenever the integral of the rate reaches the next whole number. So the measured
/// ones are exactly `round(rate × duration)` where the rate stays, and the first of them is due when the
/// warm-up ends. With exponential gaps the integral grows by draws of mean 1 instead: their number is
/// random, and the same for the same seed.
fn schedule(arrivals: &Arrivals) -> Box<dyn Iterator<Item = Due> + Send> {
    match arrivals.spacing {
        Spacing::Constant => Box::new(constant(arrivals)),
        Spacing::Poisson { seed } => Box::new(poisson(arrivals, seed)),
    }
}

/// The arrivals of one worker of so many, on a machine that sends one part of the load, with their numbers
/// among all of it. The union over workers and parts is the whole schedule.
pub(super) fn dealt(
    arrivals: &Arrivals,
    part: Part,
    (own, of): (usize, usize),
) -> impl Iterator<Item = (u64, Due)> + use<> {
    let before = part.number.saturating_sub(1) as usize;
    (0u64..)
        .zip(schedule(arrivals))
        .skip(before)
        .step_by(part.of.max(1) as usize)
        .skip(own)
        .step_by(of)
}

fn constant(arrivals: &Arrivals) -> impl Iterator<Item = Due> + use<> {
    let Arrivals { warmup, ref stages, .. } = *arrivals;
    let warming = Course::new(vec![first_rate(arrivals)]);
    let measuring = Course::new(stages.clone());
    // Every offset from its own index: a sum of gaps would drift.
    let warming = (0u64..).map_while(move |index| warming.reaches(index as f64));
    let count = measuring.total().round() as u64;
    let end = arrivals.duration();
    let measuring = (0..count).map(move |index| measuring.reaches(index as f64).unwrap_or(end));
    warming
        .take_while(move |offset| *offset < warmup)
        .map(|offset| Due { offset, measured: false })
        .chain(measuring.map(move |offset| Due { offset: warmup + offset, measured: true }))
}

fn poisson(arrivals: &Arrivals, seed: u64) -> impl Iterator<Item = Due> + use<> {
    let warmup = arrivals.warmup;
    let stages = std::iter::once(first_rate(arrivals)).chain(arrivals.stages.iter().copied());
    let course = Course::new(stages.collect());
    let mut draws = Pcg64Mcg::seed_from_u64(seed);
    let mut reached = 0.0;
    std::iter::from_fn(move || {
        // A draw is in [0, 1), so the logarithm is of (0, 1] and the gap finite.
        reached -= (-draws.random::<f64>()).ln_1p();
        course.reaches(reached)
    })
    .map(move |offset| Due { offset, measured: offset >= warmup })
}

/// The warm-up as a stage.
fn first_rate(arrivals: &Arrivals) -> RateStage {
    let rate = arrivals.stages.first().map_or(0.0, |stage| stage.from);
    RateStage::constant(rate, arrivals.warmup)
}

/// Stages with the journeys that have started before each.
struct Course {
    stages: Vec<(f64, Duration, RateStage)>,
    total: f64,
}

impl Course {
    fn new(stages: Vec<RateStage>) -> Self {
        let (mut total, mut begun) = (0.0, Duration::ZERO);
        let stages = stages.into_iter().map(|stage| {
            let entry = (total, begun, stage);
            total += stage.count();
            begun += stage.duration;
            entry
        });
        Course { stages: stages.collect(), total }
    }

    fn total(&self) -> f64 {
        self.total
    }

    /// When the integral of the rate reaches `count`; `None` when it never does.
    fn reaches(&self, count: f64) -> Option<Duration> {
        let next = self.stages.partition_point(|(before, ..)| *before <= count);
        let (before, begun, stage) = self.stages.get(next.checked_sub(1)?)?;
        let left = count - before;
        if left >= stage.count() {
            return None;
        }
        let slope = (stage.to - stage.from) / stage.duration.as_secs_f64();
        // The root of `from × t + slope × t² / 2 = left`, in the form that loses no digits where the
        // slope is small.
        let root = (stage.from.powi(2) + 2.0 * slope * left).max(0.0).sqrt();
        let seconds = if left > 0.0 { 2.0 * left / (stage.from + root) } else { 0.0 };
        Some(*begun + Duration::from_nanos((seconds * 1e9).round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Protocol;
    use proptest::prelude::*;

    fn arrivals(rate: f64, warmup: f64, duration: f64, spacing: Spacing) -> Arrivals {
        Arrivals {
            stages: vec![RateStage::constant(rate, Duration::from_secs_f64(duration))],
            warmup: Duration::from_secs_f64(warmup),
            connections: 1,
            spacing,
            protocol: Protocol::Http1,
            threads: None,
        }
    }

    proptest! {
        #[test]
        fn equal_gaps_are_exact_in_number_and_place(rate in 0.01f64..5000.0, warmup in 0.0f64..2.0, duration in 0.0f64..3.0) {
            let plan = arrivals(rate, warmup, duration, Spacing::Constant);
            let dues: Vec<Due> = schedule(&plan).collect();
            let measured: Vec<Duration> = dues.iter().filter(|due| due.measured).map(|due| due.offset).collect();
            prop_assert_eq!(measured.len(), (rate * plan.duration().as_secs_f64()).round() as usize);
            for (index, offset) in measured.iter().enumerate() {
                let exact = plan.warmup.as_secs_f64() + index as f64 / rate;
                prop_assert!((offset.as_secs_f64() - exact).abs() < 2e-9);
                prop_assert!(*offset < plan.warmup + plan.duration() + Duration::from_nanos(2));
            }
        }

        #[test]
        fn every_schedule_is_in_order_and_split_at_the_warm_up(rate in 1.0f64..5000.0, warmup in 0.0f64..2.0, seed: Option<u64>) {
            let spacing = seed.map_or(Spacing::Constant, |seed| Spacing::Poisson { seed });
            let plan = arrivals(rate, warmup, 1.0, spacing);
            let dues: Vec<Due> = schedule(&plan).collect();
            prop_assert!(dues.is_sorted_by_key(|due| due.offset));
            prop_assert!(dues.iter().all(|due| due.measured == (due.offset >= plan.warmup)));
        }

        #[test]
        fn workers_and_segments_make_up_the_whole(
            workers in prop::collection::vec(1usize..5, 1..6),
            rates in prop::collection::vec((0.0f64..200.0, 0.0f64..200.0), 1..4),
            warmup in 0u64..2,
            seed: Option<u64>,
        ) {
            let stages: Vec<_> = rates.iter().map(|(from, to)| (*from, *to, 1)).collect();
            let spacing = seed.map_or(Spacing::Constant, |seed| Spacing::Poisson { seed });
            let plan = ramp(&stages, warmup, spacing);
            // Machines need not have as many workers as each other.
            let of = workers.len() as u32;
            let dealt = |(number, workers): (u32, usize)| {
                let plan = &plan;
                (0..workers).flat_map(move |own| dealt(plan, Part { number, of }, (own, workers)))
            };
            let mut all: Vec<(u64, Due)> = (1..).zip(workers).flat_map(dealt).collect();
            all.sort_by_key(|(number, _)| *number);
            prop_assert_eq!(all, (0u64..).zip(schedule(&plan)).collect::<Vec<_>>());
        }

        #[test]
        fn a_segment_has_every_so_manieth_arrival(number in 1u32..=7, seed: Option<u64>) {
            let spacing = seed.map_or(Spacing::Constant, |seed| Spacing::Poisson { seed });
            let plan = arrivals(300.0, 0.5, 1.0, spacing);
            let part = dealt(&plan, Part { number, of: 7 }, (0, 1));
            for (own, (number_of_all, due)) in (0u64..).zip(part) {
                prop_assert_eq!(number_of_all, u64::from(number) - 1 + 7 * own);
                prop_assert_eq!(schedule(&plan).nth(number_of_all as usize), Some(due));
            }
        }
    }

    #[test]
    fn exponential_gaps_have_the_mean_and_spread_of_a_poisson_process() {
        let plan = arrivals(1000.0, 0.0, 100.0, Spacing::Poisson { seed: 7 });
        let offsets: Vec<f64> = schedule(&plan).map(|due| due.offset.as_secs_f64()).collect();
        // 100,000 expected, with a standard deviation of 316.
        assert!((offsets.len() as f64 - 100_000.0).abs() < 5.0 * 316.0, "{}", offsets.len());
        let gaps: Vec<f64> = offsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
        // Exponential: the deviation is the mean.
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.05, "{}", variance.sqrt() / mean);
    }

    #[test]
    fn the_seed_alone_decides() {
        let of = |seed| {
            schedule(&arrivals(50.0, 1.0, 5.0, Spacing::Poisson { seed })).collect::<Vec<_>>()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    fn ramp(stages: &[(f64, f64, u64)], warmup: u64, spacing: Spacing) -> Arrivals {
        let stage = |&(from, to, seconds): &(f64, f64, u64)| RateStage {
            from,
            to,
            duration: Duration::from_secs(seconds),
        };
        let warmup = Duration::from_secs(warmup);
        Arrivals {
            stages: stages.iter().map(stage).collect(),
            warmup,
            connections: 1,
            spacing,
            protocol: Protocol::Http1,
            threads: None,
        }
    }

    /// How many measured journeys are due in each second.
    fn a_second(arrivals: &Arrivals) -> Vec<usize> {
        let mut counts = vec![0; arrivals.duration().as_secs() as usize];
        for due in schedule(arrivals).filter(|due| due.measured) {
            counts[(due.offset - arrivals.warmup).as_secs() as usize] += 1;
        }
        counts
    }

    #[test]
    fn a_ramp_starts_as_many_journeys_as_lie_under_it() {
        let even = Spacing::Constant;
        let found = a_second(&ramp(&[(0.0, 100.0, 4), (100.0, 100.0, 2), (50.0, 0.0, 2)], 0, even));
        // The areas are 12.5, 37.5, 62.5, 87.5; 100, 100; 37.5, 12.5, with whole numbers reached.
        assert_eq!(found, [13, 37, 63, 87, 100, 100, 38, 12]);
        let gap = [(10.0, 10.0, 1), (0.0, 0.0, 2), (10.0, 10.0, 1)];
        assert_eq!(a_second(&ramp(&gap, 0, even)), [10, 0, 0, 10]);
        let warming = ramp(&[(10.0, 30.0, 2)], 3, even);
        assert_eq!(schedule(&warming).filter(|due| !due.measured).count(), 30);
        assert_eq!(a_second(&warming), [15, 25]);
    }

    #[test]
    fn exponential_gaps_follow_a_ramp() {
        let poisson = ramp(&[(0.0, 10_000.0, 10)], 0, Spacing::Poisson { seed: 3 });
        for (second, found) in a_second(&poisson).into_iter().enumerate() {
            let expected = 1000.0 * second as f64 + 500.0;
            let off = (found as f64 - expected) / expected.sqrt();
            assert!(off.abs() < 5.0, "{found} in second {second}, {expected} expected");
        }
    }
}
