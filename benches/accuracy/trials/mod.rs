//! Trials with known truth: what a benchmark would have measured, and what really changed.

mod benchmark;
mod draw;
mod experiment;
pub(crate) mod noise;
mod series;

pub(crate) use experiment::{Design, Trial, processes};
pub(crate) use noise::{PROFILES, Profile};
pub(crate) use series::{Change, Series};
