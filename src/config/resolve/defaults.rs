//! Every default and every cap of the configuration, in one place.
//!
//! Every time is written with its unit, here as on the command line; only 0 needs none.
//!
//! | key | default | least | most |
//! |---|---|---|---|
//! | `store` | `sqlite:.pacegate/history.db` | | |
//! | the branch in `store: "git:"` | `pacegate-history` | | |
//! | `services.*.ready_within` | 30 s | above 0 | 1 h |
//! | `benchmarks.*.command.warmup` | 3 | 0 | 10,000 |
//! | `benchmarks.*.command.samples` | 30 | 1 | 10,000 |
//! | `benchmarks.*.command.timeout` | 60 s | above 0 | 24 h |
//! | `benchmarks.*.command.ok_exit` | `[0]` | | |
//! | `benchmarks.*.criterion.timeout` | 30 min | above 0 | 24 h |
//! | `loads.*.arrivals.rate` | none | above 0 | 100,000/s |
//! | `loads.*.arrivals.for` | none | above 0 | 1 h |
//! | `loads.*.arrivals.stages` | none | 1 | 100, an hour together |
//! | `loads.*.arrivals.warmup` | 2 s | 0 | 1 h |
//! | `loads.*.arrivals.connections` | 256 | 1 | 10,000 |
//! | `loads.*.arrivals.spacing` | `constant` | | |
//! | `loads.*.arrivals.seed` | 1 | | |
//! | `loads.*.arrivals.protocol` | `http1` | | |
//! | `loads.*.arrivals.threads` | half of the cores | 1 | 256 |
//! | `loads.*.mode.capacity.for` | 10 s | above 0 | 1 h |
//! | `loads.*.mode.capacity.warmup` | 2 s | 0 | 1 h |
//! | `loads.*.mode.capacity.connections` | 256 | 1 | 10,000 |
//! | `loads.*.users.count` | none | 1 | 10,000 |
//! | `loads.*.users.for` | none | above 0 | 1 h |
//! | `loads.*.users.warmup` | 2 s | 0 | 1 h |
//! | `loads.*.users.ramp_up`, `ramp_down` | 0 | 0 | 1 h |
//! | `loads.*.users.gate_latency` | `false` | | |
//! | `loads.*.distributed.users` | none | 1 | 100,000 |
//! | `loads.*.distributed.for`, `warmup`, `ramp_up`, `ramp_down`, `gate_latency` | as of `users` | | |
//! | `loads.*.distributed.workers` | 1 | 0 | 256 |
//! | `loads.*.distributed.expect_workers` | 0 | 0 | 1,000 |
//! | `loads.*.distributed.listen` | `127.0.0.1:0` | | |
//! | `loads.*.distributed.join_within` | 60 s | above 0 | 1 h |
//! | `loads.*.k6.within` | 30 min | above 0 | 24 h |
//! | `loads.*.locust.users` | none | 1 | 10,000 |
//! | `loads.*.locust.for` | none | 1 s | 1 h |
//! | `loads.*.journeys.*.weight` | 1 | 1 | 1,000 |
//! | `loads.*.redirects` | 0 | 0 | 20 |
//! | `loads.*.cookies` | `true` | | |
//! | `loads.*.data` | none | | 20 tables |
//! | `loads.*.steps[].think` | none | 0 | 10 min |
//! | `loads.*.timeout` | 10 s | above 0 | 10 min |
//! | `gates[].regression.max` | 3 % | 0 | |
//! | `gates[].regression.strict` | `false` | | |
//! | `gates[].regression.against` | `baseline` | | |
//! | `gates[].severity` | `fail` | | |
//! | `baseline.branches` | `[main, master]` | | |
//! | `baseline.runs` | 30 | 1 | 1,000 |
//! | `baseline.release` | none | | |
//! | `base` | none | | |
//! | `build` | none | | 100 commands |
//! | `paired.pairs` | 100 | 8 | 100 |
//! | `paired.time` | 10 min | above 0 | 24 h |
//! | `again` | 10 min | 0 | 24 h |
//! | `paired.segment` | 2 s | above 0 | 1 h |
//!
//! What no key sets: an hour for each command of `build`, a false discovery rate of 1 % over the
//! regression gates of a build (5 % where base and head are measured side by side), a detectable
//! change stated at 95 % power, and at least 5 baseline runs before a change is judged; in a history,
//! one false change point in 50 series, and none of less than 2 %.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The version of the file format that is read.
pub const VERSION: u32 = 1;
/// Where history is kept, relative to the configuration.
pub const STORE_FILE: &str = ".pacegate/history.db";
/// The branch of a history in git that names none.
pub const STORE_BRANCH: &str = "pacegate-history";

/// How long a service may take to get ready.
pub const READY_WITHIN: Duration = Duration::from_secs(30);
/// The most that may be granted for it.
pub const MAX_READY_WITHIN: Duration = Duration::from_secs(3600);

/// Runs of a command that are thrown away: enough to fill the page cache and settle the clock.
pub const COMMAND_WARMUP: u32 = 3;
/// Runs of a command that are kept: a 95 % rank interval of the median then spans the middle third.
pub const COMMAND_SAMPLES: u32 = 30;
/// The most runs, warm-up or kept.
pub const MAX_COMMAND_RUNS: u32 = 10_000;
/// The longest one run of a command may take.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);
/// Exit code that counts as success.
pub const OK_EXIT: i32 = 0;
/// The longest a criterion command may take, building included.
pub const CRITERION_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// The most that may be granted to any command.
pub const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// The highest rate of a load, in journeys a second; one machine sends little more.
pub const MAX_RATE: f64 = 100_000.0;
/// The most stages of a load.
pub const MAX_STAGES: usize = 100;
/// The most metrics that are read of an endpoint.
pub const MAX_METRICS: usize = 100;
/// How long each rate of a search for capacity is measured.
pub const CAPACITY_LEVEL: Duration = Duration::from_secs(10);
/// The share of failed requests up to which an objective holds.
pub const CAPACITY_ERRORS: f64 = 0.01;
/// The most users of a closed load.
pub const MAX_USERS: u32 = 10_000;
/// The most users of a load that several workers make.
pub const MAX_DISTRIBUTED_USERS: u32 = 100_000;
/// The most workers that are started here.
pub const MAX_WORKERS: u32 = 256;
/// The most workers that join from elsewhere.
pub const MAX_EXPECTED_WORKERS: u32 = 1000;
/// How long workers are waited for.
pub const JOIN_WITHIN: Duration = Duration::from_secs(60);
/// How long a script of k6 may take.
pub const K6_WITHIN: Duration = Duration::from_secs(30 * 60);
/// Where workers join: any free port of this machine, for its own workers alone.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The most threads that send.
pub const MAX_THREADS: u32 = 256;
/// Requests at once on a connection of HTTP/2: what servers allow by default.
pub const STREAMS: usize = 100;
/// The largest file that a load sends, or takes values from, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// The most rows of a table.
pub const MAX_FEED_ROWS: usize = 1_000_000;
/// The most redirects that can be followed for a request.
pub const MAX_REDIRECTS: u32 = 20;
/// The most tables of a load.
pub const MAX_FEEDS: usize = 20;
/// The longest that a visitor may think.
pub const MAX_THINK: Duration = Duration::from_secs(600);
/// The largest weight of a journey.
pub const MAX_WEIGHT: u32 = 1000;
/// The longest a load may run, and the longest warm-up.
pub const MAX_LOAD_DURATION: Duration = Duration::from_secs(3600);
/// How long journeys are started before they are measured.
pub const LOAD_WARMUP: Duration = Duration::from_secs(2);
/// The most connections held at once.
pub const CONNECTIONS: u32 = 256;
/// The most connections that may be asked for.
pub const MAX_CONNECTIONS: u32 = 10_000;
/// Seed of exponential gaps: a constant, so that two runs send the same schedule.
pub const SEED: u64 = 1;
/// The longest a request may take, from its due time.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The most that may be granted to a request.
pub const MAX_REQUEST_TIMEOUT: Duration = Duration::from_secs(600);
/// The most steps of a journey.
pub const MAX_STEPS: usize = 100;

/// The most that a metric may worsen, as a fraction.
pub const REGRESSION_MAX: f64 = 0.03;
/// The longest glob.
pub const MAX_PATTERN_BYTES: usize = 500;

/// Branches whose runs serve as a baseline.
pub const BASELINE_BRANCHES: [&str; 2] = ["main", "master"];
/// The most runs that a baseline takes.
pub const BASELINE_RUNS: u32 = 30;
/// The most that may be asked for.
pub const MAX_BASELINE_RUNS: u32 = 1000;

/// The most commands that build.
pub const MAX_BUILD_COMMANDS: usize = 100;
/// The longest that one of them may take.
pub const BUILD_TIMEOUT: Duration = Duration::from_secs(3600);

/// The most pairs of a series.
pub const PAIRS: u32 = 100;
/// The fewest: below, no order of signs is rare enough to decide by.
pub const MIN_PAIRS: u32 = 8;
/// The most that may be asked for; error rates are planned up to here.
pub const MAX_PAIRS: u32 = 100;
/// Time for measuring all pairs.
pub const PAIRED_TIME: Duration = Duration::from_secs(600);
/// Time for measuring again what would fail against stored runs.
pub const AGAIN: Duration = Duration::from_secs(600);
/// The most that may be granted for either.
pub const MAX_PAIRED_TIME: Duration = Duration::from_secs(24 * 3600);
/// The numbers of pairs after which a series is looked at: about a fifth more each time.
pub const LOOKS: [u32; 11] = [8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100];
/// How long a load is sent to one build before it is the other's turn: short, so that what the
/// machine does meanwhile meets both.
pub const SEGMENT: Duration = Duration::from_secs(2);

/// Share of false alarms among the alarms of a build, and of false praises among the praises.
pub const FALSE_DISCOVERY_RATE: f64 = 0.01;
/// The same of comparisons in pairs, whose test is exact: the probability, at most, that a series
/// alone in its build fails without a change. A fail also needs an estimate beyond the limit at two
/// looks, so that of usual noise much less does; docs/accuracy.md has the rates.
pub const PAIRED_FALSE_DISCOVERY_RATE: f64 = 0.05;
/// Probability, at most, with which a regression as large as its gate's limit passes in pairs.
pub const PAIRED_MISS: f64 = 0.05;
/// Probability with which a change of the size called detectable is found.
pub const POWER: f64 = 0.95;
/// Fewest baseline runs that tell how much runs differ. With five only a gross change is sure: the
/// interval reaches 8 standard deviations either way for one gated series, 36 for twenty. With
/// thirteen it is as narrow as run values allow: 3.3 and 6.3.
pub const MIN_BASELINE_RUNS: usize = 5;

/// The most change points that chance makes in a series of one level, on average.
pub const POINT_ERROR_RATE: f64 = 0.02;
/// The least change that is told as a change point: slow states of a machine make smaller ones.
pub const LEAST_CHANGE: f64 = 0.02;
