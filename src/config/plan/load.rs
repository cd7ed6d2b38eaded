//! Loads: what is asked of a service, and when.

use super::{DistributedPlan, FeedPlan, JourneyPlan, K6Plan, LocustPlan, StepPlan};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A load scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadPlan {
    /// Its name: the target.
    pub name: String,
    /// The service it needs started; `None` when its URL is served already.
    pub service: Option<String>,
    /// Origin that relative step paths are joined to, such as `http://127.0.0.1:7878`.
    pub url: String,
    /// A file of certificates (PEM) that are trusted beside the system's; absolute.
    pub ca: Option<PathBuf>,
    /// Which engine sends it, and when.
    pub traffic: Traffic,
    /// What visitors do; each takes one of them, by weight. Empty only where a script says it.
    pub journeys: Vec<JourneyPlan>,
    /// Requests made once before, unmeasured; what they extract is known to all journeys.
    pub setup: Vec<StepPlan>,
    /// Requests made once after, unmeasured.
    pub teardown: Vec<StepPlan>,
    /// Tables of which each journey takes a row each.
    pub feeds: Vec<FeedPlan>,
    /// Whether a visitor keeps the cookies that it is given.
    pub cookies: bool,
    /// The most redirects followed for a request.
    pub redirects: u32,
    /// The longest a request may take, from its due time.
    pub timeout: Duration,
    /// What is read of the service while it runs, beside its process tree.
    pub resources: ResourcesPlan,
}

/// What is read of a service while it is under load, beside what its process tree uses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcesPlan {
    /// The folder of a control group (version 2) that holds the service and nothing else.
    pub cgroup: Option<PathBuf>,
    /// An `http://` URL at which the service tells its metrics in Prometheus' text format.
    pub prometheus: Option<String>,
    /// Which of these metrics are wanted.
    pub metrics: Vec<String>,
}

impl LoadPlan {
    /// The steps of all journeys, in order; names are unique among them.
    pub fn steps(&self) -> impl Iterator<Item = &StepPlan> {
        self.journeys.iter().flat_map(|journey| &journey.steps)
    }

    /// How long it takes as planned, warm-up included; `None` where only a script knows.
    pub fn planned(&self) -> Option<Duration> {
        Some(match &self.traffic {
            Traffic::Arrivals(arrivals) => arrivals.warmup + arrivals.duration(),
            Traffic::Users(users) => users.planned(),
            Traffic::Distributed(distributed) => distributed.users.planned(),
            // Doubling, halving and confirming take some fifteen levels.
            Traffic::Capacity(capacity) => 15 * (capacity.level + capacity.arrivals.warmup),
            Traffic::K6(_) => return None,
            Traffic::Locust(locust) => locust.duration,
        })
    }
}

/// Who sends a load, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Traffic {
    /// The open engine: journeys start on a schedule and do not wait for answers.
    Arrivals(Arrivals),
    /// The closed engine: each of some users waits for an answer before it asks again.
    Users(Users),
    /// The same on workers of Locust, here and elsewhere.
    Distributed(DistributedPlan),
    /// The open engine again and again, to find the highest rate at which an objective holds.
    Capacity(CapacityPlan),
    /// A script of k6.
    K6(K6Plan),
    /// A locustfile.
    Locust(LocustPlan),
}

/// A search for capacity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapacityPlan {
    /// What must hold.
    pub objective: Objective,
    /// The lowest rate, in journeys a second; above 0.
    pub from: f64,
    /// The highest rate; at least `from`.
    pub to: f64,
    /// How long each rate is measured.
    pub level: Duration,
    /// How journeys start otherwise; its stages are not looked at.
    pub arrivals: Arrivals,
}

/// What a service is to hold under load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Quantiles in [0, 1] of the latencies of all requests, each with the time in seconds that it must
    /// be below; never empty.
    pub latencies: Vec<(f64, f64)>,
    /// The share of failed requests that must not be exceeded.
    pub errors: f64,
    /// As written.
    pub text: String,
}

impl Objective {
    /// Whether it holds for requests of which so many failed.
    pub fn holds(&self, quantile: &dyn Fn(f64) -> f64, errors: u64, requests: u64) -> bool {
        let failed = errors as f64 / requests as f64;
        // Without requests the share is no number, and nothing holds.
        let fast = self.latencies.iter().all(|(q, most)| quantile(*q) < *most);
        requests > 0 && fast && failed <= self.errors
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A closed-model load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    /// How many there are; above 0.
    pub count: u32,
    /// How long they are measured.
    pub duration: Duration,
    /// How long all of them ask before that, unmeasured.
    pub warmup: Duration,
    /// How long it takes until all of them are there, one after the other, unmeasured.
    pub ramp_up: Duration,
    /// How long it takes until all of them are gone, unmeasured.
    pub ramp_down: Duration,
    /// Whether their latencies may be gated, although they leave out what a stall costs.
    pub gate_latency: bool,
}

impl Users {
    /// How long it takes as planned.
    pub fn planned(&self) -> Duration {
        self.ramp_up + self.warmup + self.duration + self.ramp_down
    }
}

/// An open-model schedule: arrivals do not wait for answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrivals {
    /// How the rate goes, stage after stage; never empty.
    pub stages: Vec<RateStage>,
    /// How long journeys are started before the stages, unmeasured (by due time), at their first rate.
    pub warmup: Duration,
    /// The most connections held at once; further requests queue with their due time kept.
    pub connections: usize,
    /// Spacing of arrivals.
    pub spacing: Spacing,
    /// The protocol that is spoken.
    pub protocol: Protocol,
    /// Threads that send; `None` is half of the cores that this process may use.
    pub threads: Option<usize>,
}

/// The protocol that requests are sent by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// HTTP/1.1: one request at a time on a connection.
    Http1,
    /// HTTP/2: up to [`defaults::STREAMS`](crate::config::defaults::STREAMS) at once on a connection.
    Http2,
}

impl Arrivals {
    /// How long journeys are started and measured.
    pub fn duration(&self) -> Duration {
        self.stages.iter().map(|stage| stage.duration).sum()
    }

    /// The mean rate of the measured time, in journeys a second.
    pub fn mean_rate(&self) -> f64 {
        let count: f64 = self.stages.iter().map(RateStage::count).sum();
        count / self.duration().as_secs_f64()
    }
}

/// A time in which the rate stays, or changes steadily.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateStage {
    /// Journeys started a second when it begins; at least 0.
    pub from: f64,
    /// Journeys started a second when it ends; at least 0.
    pub to: f64,
    /// How long it takes.
    pub duration: Duration,
}

impl RateStage {
    /// A stage of one rate.
    pub fn constant(rate: f64, duration: Duration) -> Self {
        RateStage { from: rate, to: rate, duration }
    }

    /// Journeys started within it.
    pub fn count(&self) -> f64 {
        (self.from + self.to) / 2.0 * self.duration.as_secs_f64()
    }
}

/// Spacing of arrivals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spacing {
    /// Gaps that the rate alone decides.
    Constant,
    /// Exponential gaps from a seeded generator (a Poisson process).
    Poisson {
        /// The generator's seed.
        seed: u64,
    },
}
