//! The trouble that the flags ask for: waits, failures, stalls and burnt processor time.

use std::cell::RefCell;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use tokio::time::Instant;

use crate::rules::{Delay, Endpoint, Rules, Share, Stall};

/// What is wrong with the shop, by endpoint.
pub(crate) struct Trouble {
    opened: Instant,
    endpoints: [Ailment; Endpoint::ALL.len()],
}

/// What is wrong with one endpoint.
struct Ailment {
    slow: Option<Duration>,
    stall: Option<Stall>,
    burn: Option<Duration>,
    fail: Option<f64>,
    /// Draws which requests fail; one sequence an endpoint, so that the others do not disturb it.
    draws: RefCell<Pcg64Mcg>,
}

impl Trouble {
    /// Of several rules for one endpoint and flag, the last holds.
    pub(crate) fn new(
        slow: &[Rules<Delay>],
        fail: &[Rules<Share>],
        stall: &[Rules<Stall>],
        burn: &[Rules<Delay>],
        seed: u64,
    ) -> Self {
        let endpoints = Endpoint::ALL.map(|(endpoint, _)| Ailment {
            slow: last(slow, endpoint).map(|Delay(time)| time),
            stall: last(stall, endpoint),
            burn: last(burn, endpoint).map(|Delay(time)| time),
            fail: last(fail, endpoint).map(|Share(share)| share),
            draws: RefCell::new(Pcg64Mcg::seed_from_u64(seed.wrapping_add(endpoint as u64))),
        });
        Self { opened: Instant::now(), endpoints }
    }

    /// Does to one request what the flags ask for, and says whether it shall fail.
    pub(crate) async fn befall(&self, endpoint: Endpoint) -> bool {
        let ailment = &self.endpoints[endpoint as usize];
        if let Some(stall) = ailment.stall
            && let Some(left) = silence_left(stall, self.opened.elapsed())
        {
            tokio::time::sleep(left).await;
        }
        if let Some(time) = ailment.slow {
            tokio::time::sleep(time).await;
        }
        if let Some(time) = ailment.burn {
            burn(time);
        }
        ailment.fail.is_some_and(|share| ailment.draws.borrow_mut().random_bool(share))
    }
}

fn last<T: Copy>(rules: &[Rules<T>], endpoint: Endpoint) -> Option<T> {
    let mut rules = rules.iter().flat_map(|Rules(rules)| rules);
    rules.rfind(|(of, _)| *of == endpoint).map(|(_, what)| *what)
}

/// How much of a silence is left, `age` after the shop opened; `None` outside of silences.
fn silence_left(Stall { silence, period }: Stall, age: Duration) -> Option<Duration> {
    // At most 600 s in nanoseconds, so the remainder fits.
    let phase = Duration::from_nanos((age.as_nanos() % period.as_nanos()) as u64);
    (phase >= period - silence).then(|| period - phase)
}

/// Uses `time` of this thread's processor time, however long the scheduler takes to give it.
fn burn(time: Duration) {
    let used = || clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from);
    // Without that clock there is nothing to measure the work by; Linux and macOS have it.
    let Ok(start) = used() else { return };
    while used().is_ok_and(|now| now.saturating_sub(start) < time) {
        std::hint::spin_loop();
    }
}
