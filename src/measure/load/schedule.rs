//! When journeys are due. The schedule knows nothing of answers, which is what makes the model open.

use crate::config::{Arrivals, Spacing};
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
/// With equal gaps the measured ones are exactly `round(rate × duration)`, the first of them when the
/// warm-up ends; with exponential gaps their number is random, and the same for the same seed.
/// Worker `t` of `T` takes `skip(t).step_by(T)`: the union is the schedule of one, whatever the spacing.
pub(super) fn schedule(arrivals: &Arrivals) -> Box<dyn Iterator<Item = Due>> {
    match arrivals.spacing {
        Spacing::Constant => Box::new(constant(arrivals)),
        Spacing::Poisson { seed } => Box::new(poisson(arrivals, seed)),
    }
}

fn constant(arrivals: &Arrivals) -> impl Iterator<Item = Due> + use<> {
    let Arrivals { rate, warmup, duration, .. } = *arrivals;
    let count = (rate * duration.as_secs_f64()).round() as u64;
    // Every offset from its own index: a sum of gaps would drift.
    let nth = move |index: u64| Duration::from_nanos((index as f64 * 1e9 / rate).round() as u64);
    let warming = (0..).map(nth).take_while(move |offset| *offset < warmup);
    let measuring = (0..count).map(move |index| warmup + nth(index));
    warming
        .map(|offset| Due { offset, measured: false })
        .chain(measuring.map(|offset| Due { offset, measured: true }))
}

fn poisson(arrivals: &Arrivals, seed: u64) -> impl Iterator<Item = Due> + use<> {
    let Arrivals { rate, warmup, duration, .. } = *arrivals;
    let mut draws = Pcg64Mcg::seed_from_u64(seed);
    let mut seconds = 0.0;
    std::iter::from_fn(move || {
        // A draw is in [0, 1), so the logarithm is of (0, 1] and the gap finite.
        seconds -= (-draws.random::<f64>()).ln_1p() / rate;
        // Rates near zero give gaps beyond any duration.
        Duration::try_from_secs_f64(seconds).ok()
    })
    .take_while(move |offset| *offset < warmup + duration)
    .map(move |offset| Due { offset, measured: offset >= warmup })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arrivals(rate: f64, warmup: f64, duration: f64, spacing: Spacing) -> Arrivals {
        Arrivals {
            rate,
            duration: Duration::from_secs_f64(duration),
            warmup: Duration::from_secs_f64(warmup),
            connections: 1,
            spacing,
        }
    }

    proptest! {
        #[test]
        fn equal_gaps_are_exact_in_number_and_place(rate in 0.01f64..5000.0, warmup in 0.0f64..2.0, duration in 0.0f64..3.0) {
            let plan = arrivals(rate, warmup, duration, Spacing::Constant);
            let dues: Vec<Due> = schedule(&plan).collect();
            let measured: Vec<Duration> = dues.iter().filter(|due| due.measured).map(|due| due.offset).collect();
            prop_assert_eq!(measured.len(), (rate * plan.duration.as_secs_f64()).round() as usize);
            for (index, offset) in measured.iter().enumerate() {
                let exact = plan.warmup.as_secs_f64() + index as f64 / rate;
                prop_assert!((offset.as_secs_f64() - exact).abs() < 2e-9);
                prop_assert!(*offset < plan.warmup + plan.duration + Duration::from_nanos(2));
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
        fn shares_of_workers_make_up_the_whole(workers in 1usize..5, seed: Option<u64>) {
            let spacing = seed.map_or(Spacing::Constant, |seed| Spacing::Poisson { seed });
            let plan = arrivals(100.0, 0.5, 2.0, spacing);
            let mut shares: Vec<Due> =
                (0..workers).flat_map(|worker| schedule(&plan).skip(worker).step_by(workers)).collect();
            shares.sort_by_key(|due| due.offset);
            prop_assert_eq!(shares, schedule(&plan).collect::<Vec<_>>());
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
}
