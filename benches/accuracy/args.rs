//! The bench's command line.

use crate::tables::Plan;
use clap::{Parser, ValueEnum};
use std::num::NonZero;
use std::thread;

/// Measures how often rules fail an unchanged build, and how often a slower one.
#[derive(Debug, Parser)]
#[command(name = "accuracy")]
pub(crate) struct Args {
    /// Trials a cell
    #[arg(long, default_value_t = 1000)]
    trials: usize,
    /// Another seed has other trials
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these tables
    #[arg(long = "table", value_enum)]
    tables: Vec<Table>,
    /// Threads; the numbers do not depend on it [default: one a core]
    #[arg(long)]
    threads: Option<NonZero<usize>>,
    /// A few trials a cell, to see that all works
    #[arg(long)]
    test: bool,
    /// What cargo passes to every bench
    #[arg(long = "bench", hide = true)]
    _bench: bool,
}

/// A kind of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    /// What the trials look like beside real benchmarks
    Noise,
    /// One metric, two sides: false alarms and detection
    Pairs,
    /// Fifty unchanged metrics: builds with a false alarm
    Family,
    /// Series of commits: change points
    Points,
}

impl Args {
    pub(crate) fn plan(&self) -> Plan {
        let cores = || thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Plan {
            trials: if self.test { 3 } else { self.trials },
            seed: self.seed,
            threads: self.threads.unwrap_or_else(cores),
        }
    }

    pub(crate) fn wants(&self, table: Table) -> bool {
        self.tables.is_empty() || self.tables.contains(&table)
    }
}
