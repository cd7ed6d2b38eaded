//! How often our rules and those of other tools are wrong: the tables of `docs/accuracy.md`.
//!
//! ```sh
//! cargo bench --bench accuracy -- --trials 1000 --seed 1 --table pairs
//! ```
//!
//! Trials with known truth (`trials`) are put to rules (`peers`, `ours`), and the answers are counted
//! (`tables`). A trial depends on the seed and its own number alone, so the same arguments print the
//! same numbers, however many threads share the work.

mod args;
mod ours;
mod parallel;
mod peers;
mod rule;
mod tables;
mod trials;

use args::{Args, Table};
use clap::Parser as _;
use std::io::{self, Write as _};
use tables::Grid;

fn main() -> io::Result<()> {
    let args = Args::parse();
    let plan = args.plan();
    let mut out = io::stdout().lock();
    writeln!(out, "{} trials a cell, seed {}; 95 % intervals.\n", plan.trials, plan.seed)?;
    let mut print = |grid: Grid| writeln!(out, "{grid}");
    if args.wants(Table::Noise) {
        tables::noise(plan).try_for_each(&mut print)?;
    }
    if args.wants(Table::Pairs) {
        tables::pairs(plan).try_for_each(&mut print)?;
    }
    if args.wants(Table::Family) {
        tables::family(plan).try_for_each(&mut print)?;
    }
    if args.wants(Table::Points) {
        tables::points(plan).try_for_each(&mut print)?;
    }
    Ok(())
}
