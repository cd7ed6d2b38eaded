//! One benchmark on one machine: processes run after each other, and what they measure.

use super::draw::{normal, pareto};
use super::noise::{Noise, Profile};
use pacegate::stats::median;
use rand::RngExt as _;
use rand_pcg::Pcg64;

/// Values keep their mode with this probability; else it is drawn again.
const STAYS: f64 = 0.8;
/// How many standard deviations within a process the smallest spike has.
const SPIKE: f64 = 5.0;
/// The largest slows a value to eight times.
const SPIKE_MAX: f64 = 8.0;
/// Runners of one kind differ by this part of the spread over all.
const WITHIN_KIND: f64 = 0.3;

/// A benchmark, its machine, and the randomness of both.
pub(crate) struct Benchmark {
    pub(crate) random: Pcg64,
    noise: Noise,
    /// What one value is without noise, in seconds.
    level: f64,
    /// Standard deviation and autocorrelation of the machine's state, and what it is now.
    state: (f64, f64),
    now: f64,
}

/// What a process runs under.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Under {
    /// How much slower the code is, as a fraction.
    pub(crate) effect: f64,
    /// Level of the runner, from [`Benchmark::runner`].
    pub(crate) runner: f64,
    /// What all spread of the process is multiplied by.
    pub(crate) spread: f64,
}

impl Benchmark {
    pub(crate) fn new(mut random: Pcg64, profile: &Profile) -> Benchmark {
        let noise = Noise::draw(&mut random, profile);
        let level = 10f64.powf(random.random_range(-6.0..1.0));
        let now = profile.state.0 * normal(&mut random);
        Benchmark { random, noise, level, state: profile.state, now }
    }

    /// Draws the runner that a run lands on.
    pub(crate) fn runner(&mut self) -> f64 {
        let kind = self.random.random_range(0..self.noise.runners.len());
        let own = WITHIN_KIND * self.noise.runner_sd * normal(&mut self.random);
        self.noise.runners.get(kind).copied().unwrap_or_default() + own
    }

    /// Lets time pass, as much as that many processes take.
    pub(crate) fn pass(&mut self, processes: usize) {
        let (sd, serial) = self.state;
        for _ in 0..processes {
            self.now = step(self.now, serial, sd, &mut self.random);
        }
    }

    /// The values of one process, in seconds.
    pub(crate) fn process(&mut self, values: usize, under: Under) -> Vec<f64> {
        let start = self.noise.between * under.spread * normal(&mut self.random);
        let log = under.effect.ln_1p() + under.runner + self.now + start;
        let level = self.level * log.exp();
        self.within(values, under.spread).iter().map(|noise| level * noise.exp()).collect()
    }

    /// The median of one process, in seconds.
    pub(crate) fn value(&mut self, values: usize, under: Under) -> f64 {
        median(&self.process(values, under)).unwrap_or(f64::NAN)
    }

    /// The noise of successive values of one process, on the scale of logarithms.
    fn within(&mut self, values: usize, spread: f64) -> Vec<f64> {
        let Benchmark { random, noise, .. } = self;
        let sd = noise.within * spread;
        let mut slow = random.random::<bool>();
        let mut serial = sd * normal(random);
        let mut draw = |i: usize| {
            if i > 0 {
                serial = step(serial, noise.serial, sd, random);
            }
            let place = i as f64 / (values - 1).max(1) as f64 - 0.5;
            let mut value = serial + noise.drift * place;
            if let Some(modes) = &noise.modes {
                if !random.random_bool(STAYS) {
                    slow = random.random_bool(modes.slow);
                }
                value += if slow { modes.gap } else { 0.0 };
            }
            if random.random_bool(noise.spikes) {
                value += (SPIKE * sd * pareto(random)).min(SPIKE_MAX.ln());
            }
            value
        };
        (0..values).map(&mut draw).collect()
    }
}

/// The next value of a first-order autoregression with that standard deviation.
fn step(now: f64, serial: f64, sd: f64, random: &mut Pcg64) -> f64 {
    serial * now + (1.0 - serial * serial).sqrt() * sd * normal(random)
}
