//! The random draws that the noise is made of.

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use sha2::{Digest as _, Sha256};
use std::f64::consts::TAU;

/// The generator of the trial of that name: the same draws for the same name, in whatever order and
/// by whichever thread trials are made.
pub(crate) fn generator(name: &str) -> Pcg64 {
    Pcg64::from_seed(Sha256::digest(name).into())
}

/// The standard normal distribution (Box and Muller, 1958).
pub(crate) fn normal(random: &mut Pcg64) -> f64 {
    let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
    radius.sqrt() * (TAU * random.random::<f64>()).cos()
}

/// The Pareto distribution of tail index 1, from 1 on: its mean is infinite.
pub(crate) fn pareto(random: &mut Pcg64) -> f64 {
    1.0 / (1.0 - random.random::<f64>())
}

/// A lognormal distribution, cut to a range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogNormal {
    pub(crate) median: f64,
    /// Standard deviation of the logarithm.
    pub(crate) log_sd: f64,
    /// What is drawn beyond takes the value of the nearer end.
    pub(crate) range: (f64, f64),
}

impl LogNormal {
    pub(crate) fn draw(&self, random: &mut Pcg64) -> f64 {
        let value = self.median * (self.log_sd * normal(random)).exp();
        value.clamp(self.range.0, self.range.1)
    }
}

/// A distribution given by some of its quantiles, as `(probability, value)`, with straight lines in
/// between; from probability 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantiles(pub(crate) &'static [(f64, f64)]);

impl Quantiles {
    pub(crate) fn draw(&self, random: &mut Pcg64) -> f64 {
        self.at(random.random::<f64>())
    }

    fn at(&self, p: f64) -> f64 {
        let between = self.0.windows(2).find_map(|ends| match ends {
            [(low, from), (high, to)] if (*low..=*high).contains(&p) => {
                Some(from + (to - from) * (p - low) / (high - low))
            }
            _ => None,
        });
        between.unwrap_or(f64::NAN)
    }
}
