//! How noisy benchmarks are: the parameters of one benchmark, drawn from what real ones show.
//!
//! | parameter | distribution over benchmarks |
//! |---|---|
//! | spread within a process | lognormal, median 0.98 %, log-sd 1.19 |
//! | spread between processes | lognormal, median 1.47 %, log-sd 1.28 |
//! | lag-1 autocorrelation | quantiles 10/25/50/75/90 %: .06 .25 .42 .63 .82 |
//! | share of spikes | the same quantiles: .7 % 3 % 7.7 % 11.9 % 16.5 %, one-sided, tail index 1 |
//! | two modes | in 22 % of processes, median gap 3.4 %, minor share 16 to 46 % |
//! | drift over a process | either way, lognormal, median .2 %, log-sd 1.35 |
//! | spread between hosted runners | 3 to 12 %, over two to five kinds of machine |
//!
//! All but the last are fitted to 586 JMH benchmarks, ten processes each of constant code (Traini et
//! al., "Towards effective assessment of steady state performance in Java software", 2022); the last
//! to series of constant code on hosted runners, whose robust spread is 3 to 15 %.

use super::draw::{LogNormal, Quantiles};
use rand::RngExt as _;
use rand_pcg::Pcg64;

const WITHIN: LogNormal = LogNormal { median: 0.0098, log_sd: 1.19, range: (2e-4, 0.2) };
const BETWEEN: LogNormal = LogNormal { median: 0.0147, log_sd: 1.28, range: (3e-4, 0.2) };
const GAP: LogNormal = LogNormal { median: 0.034, log_sd: 1.37, range: (0.002, 0.3) };
const DRIFT: LogNormal = LogNormal { median: 0.002, log_sd: 1.35, range: (0.0, 0.05) };
const SERIAL: Quantiles = Quantiles(&[
    (0.0, 0.0),
    (0.1, 0.06),
    (0.25, 0.25),
    (0.5, 0.42),
    (0.75, 0.63),
    (0.9, 0.82),
    (1.0, 0.92),
]);
const SPIKES: Quantiles = Quantiles(&[
    (0.0, 0.0),
    (0.1, 0.007),
    (0.25, 0.03),
    (0.5, 0.077),
    (0.75, 0.119),
    (0.9, 0.165),
    (1.0, 0.22),
]);
const TWO_MODES: f64 = 0.22;

/// A kind of machine that benchmarks run on.
#[derive(Debug, PartialEq)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    /// Least and greatest spread between runners; both 0 where every run has the same machine.
    runners: (f64, f64),
    /// The machine's slow state: standard deviation and autocorrelation from one process to the next.
    pub(crate) state: (f64, f64),
    /// How many of the spikes that the fitted benchmarks have happen here.
    spikes: f64,
}

/// One machine of one's own, and a fresh hosted runner for every run.
pub(crate) const PROFILES: [Profile; 2] = [
    Profile { name: "typical", runners: (0.0, 0.0), state: (0.008, 0.8), spikes: 0.5 },
    Profile { name: "hosted", runners: (0.03, 0.12), state: (0.010, 0.7), spikes: 1.0 },
];

/// The noise of one benchmark, on the scale of logarithms.
#[derive(Debug)]
pub(crate) struct Noise {
    /// Standard deviation of a process's successive values, and their autocorrelation.
    pub(crate) within: f64,
    pub(crate) serial: f64,
    /// Standard deviation between processes: layout, compilation, address randomisation.
    pub(crate) between: f64,
    /// Share of values that something interrupted.
    pub(crate) spikes: f64,
    pub(crate) modes: Option<Modes>,
    /// From a process's first value to its last.
    pub(crate) drift: f64,
    /// Levels of the kinds of machine that a run may land on, and the standard deviation over all.
    pub(crate) runners: Vec<f64>,
    pub(crate) runner_sd: f64,
}

/// Two speeds that a process changes between.
#[derive(Debug)]
pub(crate) struct Modes {
    pub(crate) gap: f64,
    /// Share of the slower one.
    pub(crate) slow: f64,
}

impl Noise {
    pub(crate) fn draw(random: &mut Pcg64, profile: &Profile) -> Noise {
        let modes = random
            .random_bool(TWO_MODES)
            .then(|| Modes { gap: GAP.draw(random), slow: random.random_range(0.16..0.46) });
        let drift = DRIFT.draw(random);
        let (least, greatest) = profile.runners;
        let runner_sd = least + (greatest - least) * random.random::<f64>();
        let kinds = random.random_range(2..=5);
        Noise {
            within: WITHIN.draw(random),
            serial: SERIAL.draw(random),
            between: BETWEEN.draw(random),
            spikes: SPIKES.draw(random) * profile.spikes,
            modes,
            drift: if random.random() { drift } else { -drift },
            runners: (0..kinds).map(|_| runner_sd * super::draw::normal(random)).collect(),
            runner_sd,
        }
    }
}
