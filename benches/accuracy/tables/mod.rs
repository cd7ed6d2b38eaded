//! The tables of `docs/accuracy.md`.

pub(crate) mod cell;
mod family;
mod grid;
pub(crate) mod marks;
mod noise;
mod pairs;
mod points;

pub(crate) use family::family;
pub(crate) use grid::Grid;
pub(crate) use noise::noise;
pub(crate) use pairs::pairs;
pub(crate) use points::points;

use std::num::NonZero;

/// What every table is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Trials a cell.
    pub(crate) trials: usize,
    /// Goes into the name of every trial, so that another seed has other trials.
    pub(crate) seed: u64,
    pub(crate) threads: NonZero<usize>,
}
