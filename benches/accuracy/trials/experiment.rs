//! Two sides with a known difference: what a gate decides on.

use super::benchmark::{Benchmark, Under};
use super::draw::generator;
use super::noise::Profile;
use pacegate::model::{Build, Pair};
use pacegate::stats::median;
use rand::RngExt as _;

/// Values of a side: of one process, or of as many processes.
const VALUES: usize = 20;
/// The most pairs of a paired experiment.
const PAIRS: usize = 100;
/// Values of a process where there are several.
const VALUES_OF_MANY: usize = 5;
/// Runs of the unchanged code that are stored.
const STORED: usize = 30;
/// Processes that other benchmarks take between two runs of this one.
const BETWEEN_RUNS: usize = 3;

/// How base and head are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Design {
    /// One process a side, each in a run of its own, with 20 values.
    Process,
    /// 20 processes a side, all of the base in one run, then all of the head in another.
    Blocks,
    /// Base and head in turn, in random order, in one run.
    Paired,
}

impl Design {
    pub(crate) const ALL: [Design; 3] = [Design::Process, Design::Blocks, Design::Paired];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Design::Process => "process",
            Design::Blocks => "blocks",
            Design::Paired => "paired",
        }
    }
}

/// One metric of one build: a head that is slower by a known effect, and what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trial {
    pub(crate) design: Design,
    /// 20 values of the base and of the head, in seconds: of one process where that is the design, else
    /// one a process.
    pub(crate) base: Vec<f64>,
    pub(crate) head: Vec<f64>,
    /// Where the design is paired, up to 100 pairs; base and head are the first 20.
    pub(crate) pairs: Vec<Pair>,
    /// The medians of 30 runs before, oldest first, each measured as the base is.
    pub(crate) history: Vec<f64>,
}

impl Trial {
    /// The trial of that name, with a head slower by `effect`, a fraction.
    pub(crate) fn new(name: &str, profile: &Profile, design: Design, effect: f64) -> Trial {
        let mut benchmark = Benchmark::new(generator(name), profile);
        let history = (0..STORED).filter_map(|_| median(&run(&mut benchmark, design, 0.0)));
        let history = history.collect();
        let pairs = match design {
            Design::Process | Design::Blocks => Vec::new(),
            Design::Paired => pairs(&mut benchmark, effect),
        };
        let (base, head) = match design {
            Design::Process | Design::Blocks => {
                (run(&mut benchmark, design, 0.0), run(&mut benchmark, design, effect))
            }
            Design::Paired => pairs.iter().take(VALUES).map(|pair| (pair.base, pair.head)).unzip(),
        };
        Trial { design, base, head, pairs, history }
    }
}

/// The values of processes of constant code, one after the other on one runner.
pub(crate) fn processes(
    name: &str,
    profile: &Profile,
    processes: usize,
    values: usize,
) -> Vec<Vec<f64>> {
    let mut benchmark = Benchmark::new(generator(name), profile);
    let under = Under { effect: 0.0, runner: benchmark.runner(), spread: 1.0 };
    let mut process = |_| {
        benchmark.pass(1);
        benchmark.process(values, under)
    };
    (0..processes).map(&mut process).collect()
}

/// The values of one side, measured alone.
fn run(benchmark: &mut Benchmark, design: Design, effect: f64) -> Vec<f64> {
    let under = Under { effect, runner: benchmark.runner(), spread: 1.0 };
    benchmark.pass(BETWEEN_RUNS);
    match design {
        Design::Process => benchmark.process(VALUES, under),
        Design::Blocks | Design::Paired => (0..VALUES)
            .map(|_| {
                benchmark.pass(1);
                benchmark.value(VALUES_OF_MANY, under)
            })
            .collect(),
    }
}

fn pairs(benchmark: &mut Benchmark, effect: f64) -> Vec<Pair> {
    let runner = benchmark.runner();
    let value = |benchmark: &mut Benchmark, build| {
        let effect = if build == Build::Head { effect } else { 0.0 };
        benchmark.pass(1);
        benchmark.value(VALUES_OF_MANY, Under { effect, runner, spread: 1.0 })
    };
    let pair = |_| {
        let first = if benchmark.random.random() { Build::Base } else { Build::Head };
        let one = value(benchmark, first);
        let other = value(benchmark, first.other());
        let (base, head) = if first == Build::Base { (one, other) } else { (other, one) };
        Pair { base, head, first }
    };
    (0..PAIRS).map(pair).collect()
}
