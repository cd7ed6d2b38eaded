//! A run against its baseline: what is found, at which level, and what is left undecided.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod measurements;
#[cfg(test)]
mod numbers;
#[cfg(test)]
#[path = "../support/runs.rs"]
mod runs;
